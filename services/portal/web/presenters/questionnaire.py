"""The form of an instrument: its questions by number, and what may be answered. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.portal.web.forms import Form

NOT_ANSWERED = "none"
NOT_APPLICABLE = "na"
ORIENTATIONS = ("oriented", "position")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    number: int
    name: str
    points: list[str]
    may_not_apply: bool

    @property
    def answers(self) -> list[str]:
        extra = [NOT_APPLICABLE] if self.may_not_apply else []
        return [*self.points, *extra, NOT_ANSWERED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    code: str
    title: str
    recall: str | None
    questions: list[Question]
    turned: bool
    """Some answers are printed highest first, so that points and places of the tick differ."""


def questionnaire(instrument: Mapping[str, Any]) -> Questionnaire:
    """From an instrument as the outcomes service describes it."""
    days = instrument.get("recall_days")
    return Questionnaire(
        code=instrument["code"],
        title=instrument["title"],
        recall=f"about the past {days} days" if days else None,
        questions=[_question(item) for item in instrument["items"]],
        turned=any(item.get("reversed_on_form") for item in instrument["items"]),
    )


def _question(item: Mapping[str, Any]) -> Question:
    return Question(
        number=item["number"],
        name=f"item-{item['number']}",
        points=[str(points) for points in range(item["minimum"], item["maximum"] + 1)],
        may_not_apply=item.get("not_applicable") is not None,
    )


def answers(form: Form, questions: Sequence[Question]) -> list[int | str | None]:
    """The items of a command. Every question has to be dealt with, so that none is passed over by mistake."""
    given = [
        form.choice(
            question.name,
            question.answers,
            missing=f"Choose an answer to question {question.number}, or that it was not answered",
        )
        for question in questions
    ]
    return [_item(answer) for answer in given]


def _item(answer: str | None) -> int | str | None:
    if answer in (None, NOT_ANSWERED):
        return None
    return answer if answer == NOT_APPLICABLE else int(answer)
