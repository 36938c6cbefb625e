"""Small forms, as what they ask: a few fields, read and shown in one way."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, assert_never

from services.portal.web.forms import Form, without_gaps
from services.portal.web.times import day_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """One code of a list of words.yaml; `missing` None: it may be left open."""

    name: str
    legend: str
    codes: str
    missing: str | None = None
    kind: str = "choose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day that is not in the future. `what` begins its messages."""

    name: str
    legend: str
    what: str
    kind: str = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Words. They go to the owner, who seals them; they are never shown on a list."""

    name: str
    label: str
    hint: str | None = None
    missing: str | None = None
    longest: int = 4000
    kind: str = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A whole number from 0 to 10."""

    name: str
    legend: str
    hint: str
    kind: str = "rate"


Asked: TypeAlias = Choose | Day | Write | Rate
RATINGS = tuple(str(number) for number in range(11))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A page with one small form."""

    title: str
    button: str
    notice: str
    asks: tuple[Asked, ...]
    hint: str | None = None

    def fresh(self, today: date) -> Form:
        """The form before anybody wrote: every day is today."""
        values: dict[str, str] = {}
        for each in self.asks:
            if isinstance(each, Day):
                values |= day_values(each.name, today)
        return Form(values=values)

    def read(self, form: Form, today: date) -> dict[str, Any]:
        """The body for the owner; what is wrong is in the form."""
        body = {each.name: _read(form, each, today) for each in self.asks}
        return without_gaps(body)

    @property
    def anchors(self) -> dict[str, str]:
        """Where a page shows what the owner says of its own names."""
        return {each.name: f"{each.name}-day" for each in self.asks if isinstance(each, Day)}


def _read(form: Form, asked: Asked, today: date) -> str | int | None:
    match asked:
        case Choose(name=name, codes=codes, missing=missing):
            return form.code(name, codes, missing=missing)
        case Write(name=name, missing=missing, longest=longest):
            return form.text(name, missing=missing, longest=longest)
        case Rate(name=name):
            given = form.choice(name, RATINGS, missing="Choose a number from 0 to 10")
            return None if given is None else int(given)
        case Day():
            return _past_day(form, asked, today)
        case _ as never:
            assert_never(never)


def _past_day(form: Form, asked: Day, today: date) -> str | None:
    day = form.day(asked.name, asked.what, needed=True)
    if day is not None and day > today:
        form.wrong(asked.name, f"{asked.what} must be today or in the past", f"{asked.name}-day")
    return day.isoformat() if day else None


def note(hint: str) -> Write:
    """Words only clinicians read."""
    return Write(name="note", label="Note (not needed)", hint=hint)
