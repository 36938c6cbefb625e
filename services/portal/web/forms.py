"""What somebody typed: read, checked for form, and kept so that a page can show it again with what is wrong beside it.

What the values mean is for the service that owns them to judge; its refusals are shown in the same way.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.portal.commands import Refusal
from services.portal.web.words import codes_of

_FIRST_YEAR = 1900
_LONGEST_NUMBER = 9
"""Digits. No question here has a longer answer, and longer ones are not even read."""
# Of the control characters a text has only tab and line ends. Half of a pair of surrogates is no character; where bytes were none,
# the last of these stands in their place.
_NO_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd]")
_NOT_USABLE = "answer-not-usable"


@dataclass(frozen=True, slots=True)
class Problem:
    message: str
    anchor: str | None = None
    """Id of the element to go to."""
    slug: str = _NOT_USABLE
    """The owner's name for its refusal; one name for all that is wrong with the form alone."""


@dataclass(slots=True, kw_only=True)
class Form:
    """One form's values and what is wrong with them. Fields are read once each, in the order of the page."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    command_id: UUID = field(default_factory=uuid4)
    anchors: dict[str, str] = field(default_factory=dict)
    """{field that was read: id of its first box}"""

    @classmethod
    def sent(cls, values: Mapping[str, str]) -> "Form":
        """What came in; its command id is the one the page was made with, so that a second click has no second effect."""
        try:
            command_id = UUID(values.get("command_id", ""))
        except ValueError:
            command_id = uuid4()
        form = cls(values={name: _NO_CHARACTER.sub("", value) for name, value in values.items()}, command_id=command_id)
        for name in (name for name, value in values.items() if value != form.values[name]):
            form.wrong(name, "This has a character in it that cannot be kept. Please type it again")
        return form

    @property
    def valid(self) -> bool:
        return not self.problems

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def id(self, name: str) -> str:
        """The id in a hidden field; empty where there is none, or what is there is no id."""
        with suppress(ValueError):
            return str(UUID(self.value(name)))
        return ""

    def with_value(self, name: str, value: str) -> "Form":
        """The same form with one more value, as when half of what it asks is done."""
        return Form(values={**self.values, name: value}, command_id=self.command_id)

    def problem(self, name: str) -> str | None:
        """What to say beside the field."""
        return self.problems[name].message if name in self.problems else None

    def wrong(self, name: str, message: str, anchor: str | None = None) -> None:
        self.problems.setdefault(name, Problem(message, anchor or name))

    def read(self, name: str, anchor: str | None = None) -> str:
        """The value of a field of the page; what the owner says of it is shown there."""
        self.anchors[name] = anchor or name
        return self.value(name)

    def text(self, name: str, *, missing: str | None = None, longest: int = 200) -> str | None:
        """A line or more of text; None when it is empty, which is a problem if `missing` says so."""
        given = self.read(name).strip()
        if not given and missing:
            self.wrong(name, missing)
        if len(given) > longest:
            self.wrong(name, f"This must be {longest:,} characters or fewer")
        return given or None

    def choice(self, name: str, allowed: Collection[str], *, missing: str | None = None) -> str | None:
        """One of the codes offered; None when none was chosen, which is a problem if `missing` says so."""
        given = self.read(name)
        if given in allowed:
            return given
        if given or missing:
            self.wrong(name, missing or "Choose one of the answers on the page")
        return None

    def code(self, name: str, code_list: str = "", *, missing: str | None = None) -> str | None:
        """One of the codes a list of words.yaml offers; the list has the field's name unless told."""
        return self.choice(name, codes_of(code_list or name), missing=missing)

    def yes_or_no(self, name: str, *, missing: str | None = None) -> bool | None:
        """None when neither was chosen, which is a problem if `missing` says so."""
        said = self.choice(name, ("yes", "no"), missing=missing)
        return None if said is None else said == "yes"

    def ticked(self, name: str, codes: Iterable[str]) -> list[str]:
        """The codes whose boxes `name-code` are ticked, in the order of the list."""
        self.read(name)
        said = {code: self.value(f"{name}-{code}") for code in codes}
        if not set(said.values()) <= {"", "yes"}:
            self.wrong(name, "Choose from the boxes on the page")
        return [code for code, answer in said.items() if answer]

    def day(self, name: str, what: str, *, needed: bool = False) -> date | None:
        """A date from three boxes. `what` begins the message: "Date of birth"."""
        self.read(name, f"{name}-day")
        parts = [self.value(f"{name}-{part}").strip() for part in ("day", "month", "year")]
        if not any(parts):
            if needed:
                self.wrong(name, f"Enter {what[0].lower()}{what[1:]}", f"{name}-day")
            return None
        for part, given in zip(("day", "month", "year"), parts, strict=True):
            if not given:
                self.wrong(name, f"{what} must include a {part}", f"{name}-{part}")
                return None
        return self._real_day(name, what, parts)

    def _real_day(self, name: str, what: str, parts: list[str]) -> date | None:
        try:
            day, month, year = (int(part[:_LONGEST_NUMBER]) for part in parts)
            # There is no year 0, so a year of two digits is not a real date either.
            return date(year if year >= _FIRST_YEAR else 0, month, day)
        except ValueError:
            self.wrong(name, f"{what} must be a real date, like 27 3 2026", f"{name}-day")
            return None

    def number(self, name: str, what: str, *, lowest: float, highest: float) -> float | None:
        """A number in a range; None when nothing was entered."""
        given = self.read(name).strip().replace(",", ".")
        if not given:
            return None
        try:
            number = float(given)
        except ValueError:
            number = lowest - 1
        if not lowest <= number <= highest:
            self.wrong(name, f"{what} must be a number from {lowest:g} to {highest:g}")
            return None
        return number

    def whole_number(self, name: str, what: str, *, lowest: int, highest: int) -> int | None:
        """A whole number in a range; None where it is not one, which is a problem."""
        given = self.read(name).strip()
        readable = given.isascii() and given.isdigit() and len(given) <= _LONGEST_NUMBER
        if not readable or not lowest <= int(given) <= highest:
            self.wrong(name, f"{what} must be a whole number from {lowest} to {highest}")
            return None
        return int(given)

    def refuse(self, refusal: Refusal, fields: Mapping[str, str] | None = None) -> None:
        """Show an owner's refusal beside its field. `fields` maps the owner's names to anchors where they differ.

        The command keeps its id: a refusal took no effect and is decided anew, and what did take effect is not done twice.
        """
        anchors = {**self.anchors, **(fields or {})}
        for name, message in (refusal.more or {refusal.field or "": refusal.message}).items():
            self.problems[name or "form"] = Problem(message, anchors.get(name) or None, refusal.slug)


def without_gaps(body: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered, for an owner: the rest is left out."""
    return {name: value for name, value in body.items() if value is not None}
