"""A waiting clock that explains itself: what is met, what is missing, until when, and by which rule. No I/O."""

from dataclasses import dataclass
from datetime import date

from services.portal.readmodels.waits import PARTS, WaitRow
from services.portal.web.moments import day_in_words, days_in_words, london_day, short_day
from services.portal.web.presenters.people import Fact
from services.portal.web.words import word

_SOON = 7


@dataclass(frozen=True, slots=True)
class Tag:
    words: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the four parts of the rule."""

    code: str
    words: str
    met_on: str | None
    """None: it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    tag: Tag
    sentence: str
    parts: list[Part]
    facts: list[Fact]
    rule: str


def explain(wait: WaitRow, today: date) -> Clock:
    """One clock as it stands today."""
    return Clock(
        tag=standing(wait, today),
        sentence=_sentence(wait, today),
        parts=parts(wait),
        facts=_facts(wait, today),
        rule=wait.rule_version or "Not known",
    )


def clock(due_on: date | None, today: date) -> Tag:
    """How the waiting clock stands today."""
    if due_on is None:
        return Tag("No date yet", "grey")
    left = (due_on - today).days
    if left < 0:
        return Tag(f"{days_in_words(-left)} past", "red")
    if left == 0:
        return Tag("Due today", "orange")
    return Tag(f"{days_in_words(left)} left", "orange" if left <= _SOON else "green")


def standing(wait: WaitRow, today: date) -> Tag:
    """How a clock stands today, running or stopped."""
    if wait.clock_stopped_at is None:
        return clock(wait.due_on, today)
    return Tag(f"Stopped after {days_in_words(wait.days or 0)}", "orange" if breached(wait, today) else "green")


def over(wait: WaitRow | None) -> str | None:
    """When and why the waiting was over; None while it goes on, or is not known."""
    if wait is None or wait.clock_stopped_at is None:
        return None
    return f"{day_in_words(wait.clock_stopped_at)}: {word('wait_over', wait.why)}"


def parts(wait: WaitRow) -> list[Part]:
    """The parts in the order of the rule."""
    return [
        Part(
            code=part,
            words=word("wait_part", part),
            met_on=short_day(wait.parts_met[part]) if part in wait.parts_met else None,
        )
        for part in PARTS
    ]


def missing(wait: WaitRow) -> list[str]:
    """The parts that are still missing, in words."""
    return [word("wait_part", part) for part in wait.missing_parts]


def days_so_far(wait: WaitRow, today: date) -> int | None:
    """Whole days in England from start to stop, or to today."""
    if wait.clock_started_at is None or wait.days is not None:
        return wait.days
    return (today - london_day(wait.clock_started_at)).days


def days_left(wait: WaitRow, today: date) -> int | None:
    """Days until its day, negative once that is over; None for a clock that has stopped."""
    if wait.due_on is None or wait.clock_stopped_at is not None:
        return None
    return (wait.due_on - today).days


def breached(wait: WaitRow, today: date) -> bool:
    """Whether its day went by before it stopped. One that is later shown to have stopped in time was no breach."""
    last = london_day(wait.clock_stopped_at) if wait.clock_stopped_at else today
    return wait.due_on is not None and last > wait.due_on


def _sentence(wait: WaitRow, today: date) -> str:
    if wait.clock_stopped_at is not None:
        why = word("wait_stopped", wait.why)
        return f"The clock stopped on {day_in_words(wait.clock_stopped_at)}: {why[0].lower()}{why[1:]}."
    still = _listed([each[0].lower() + each[1:] for each in missing(wait)])
    return f"The clock is running. It stops when this has happened too: {still}."


def _listed(words: list[str]) -> str:
    return (
        " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
        if words
        else "nothing more is known to be missing"
    )


def _facts(wait: WaitRow, today: date) -> list[Fact]:
    facts = [
        Fact(label="Started", words=f"{day_in_words(wait.clock_started_at)}, when the referral was received"),
        Fact(label="Care should begin by", words=day_in_words(wait.due_on)),
        Fact(label="Days", words=f"{days_in_words(days_so_far(wait, today) or 0)}{_still(wait)}"),
        Fact(label="Past its day", words="Yes" if breached(wait, today) else "No"),
        Fact(label="Rule", words=wait.rule_version or "Not known"),
    ]
    if wait.follows_spell_id is not None:
        facts.append(
            Fact(label="Follows", words="Another referral of this person that ended not more than 30 days before")
        )
    return facts


def _still(wait: WaitRow) -> str:
    return " so far" if wait.clock_stopped_at is None else ""
