"""Reads the register of a training session: a line a professional, somebody new or somebody who attended before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.portal.professionals import Professional
from services.portal.readmodels.pcns import PcnRow
from services.portal.readmodels.training_sessions import TrainingSessionRow
from services.portal.web.forms import Form, without_gaps
from services.portal.web.refer_form import NOT_LISTED
from services.portal.web.training_forms import read_practice
from services.portal.web.words import codes_of

LINES, MORE = 6, 6
_MOST_LINES = 200
"""As many as the training service takes."""


def lines_of(form: Form) -> int:
    """How many lines the form has; six more where that was asked for."""
    given = form.value("lines")
    shown = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else LINES
    return max(1, min(_MOST_LINES, shown + MORE * wants_more(form)))


def wants_more(form: Form) -> bool:
    return form.value("more") == "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a register is read against."""

    session: TrainingSessionRow
    network: PcnRow | None
    known: Mapping[str, Professional]
    """{attendee id: somebody who attended before}"""


def read_register(form: Form, asking: Asking) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The attendees, and where the page shows what the owner says of each: {its field: anchor}.

    A line that is empty is nobody, and so is one that is taken off; at least one must be somebody.
    """
    lines = [str(line) for line in range(1, lines_of(form) + 1) if _used(form, str(line))]
    if not lines:
        form.wrong("name-1", "Enter at least one professional who attended")
    anchors = {
        f"attendees.{number}.{field}": f"{box}-{line}"
        for number, line in enumerate(lines)
        for field, box in (
            ("attendee_id", "known"),
            ("full_name", "name"),
            ("professional_type", "professional_type"),
            ("practice_ods_code", "practice"),
        )
    }
    return [_attendee(form, line, asking) for line in lines], anchors


def _used(form: Form, line: str) -> bool:
    named = form.value(f"name-{line}").strip() or form.value(f"known-{line}")
    return bool(named) and not form.value(f"gone-{line}")


def _attendee(form: Form, line: str, asking: Asking) -> dict[str, Any]:
    """What is left open about somebody who attended before is what was last known of them."""
    attendee_id = form.choice(f"known-{line}", [*asking.known, ""]) or None
    before = asking.known.get(attendee_id or "")
    missing = None if before else "Choose their profession"
    kind = form.choice(
        f"professional_type-{line}",
        [*codes_of("professional_type"), ""] if before else codes_of("professional_type"),
        missing=missing,
    )
    return without_gaps(
        {
            "attendee_id": attendee_id,
            "full_name": form.text(f"name-{line}"),
            "professional_type": kind or (before.professional_type if before else None),
            "practice_ods_code": _practice(form, line, asking, before),
            "org_ods_code": before.org_ods_code if before else None,
            "confidence": _answers(form, line, asking.session),
        }
    )


def _practice(form: Form, line: str, asking: Asking, before: Professional | None) -> str | None:
    chosen = read_practice(form, f"practice-{line}", asking.network)
    open_still = form.value(f"practice-{line}") == ""
    return before.practice_ods_code if before and open_still else chosen


def _answers(form: Form, line: str, session: TrainingSessionRow) -> list[dict[str, Any]]:
    lowest, _, highest = (session.scale or "0-10").partition("-")
    each = (_confidence(form, line, objective, int(lowest), int(highest)) for objective in session.objectives)
    return [answers for answers in each if answers]


def _confidence(form: Form, line: str, objective: str, lowest: int, highest: int) -> dict[str, Any]:
    """Before and after of one objective; empty where neither was answered."""
    answers: dict[str, Any] = {}
    for when in ("before", "after"):
        name = f"{when}-{objective}-{line}"
        if form.value(name).strip():
            answers[when] = form.whole_number(name, f"Confidence {when}", lowest=lowest, highest=highest)
    return {"objective": objective, **answers} if answers else {}


def register_values(register: Sequence[Professional]) -> dict[str, str]:
    """What the boxes hold for a register that was taken; two lines are left for somebody forgotten."""
    values = {"lines": str(len(register) + 2)}
    for line, each in enumerate(register, start=1):
        values |= {
            f"known-{line}": each.attendee_id,
            f"name-{line}": each.full_name or "",
            f"professional_type-{line}": each.professional_type,
            f"practice-{line}": each.practice_ods_code or NOT_LISTED,
        }
        values |= _answer_values(line, each)
    return values


def _answer_values(line: int, each: Professional) -> dict[str, str]:
    return {
        f"{when}-{objective}-{line}": "" if answer is None else str(answer)
        for objective, answers in each.confidence.items()
        for when, answer in answers.items()
    }


def by_id(professionals: Iterable[Professional]) -> dict[str, Professional]:
    return {each.attendee_id: each for each in professionals}
