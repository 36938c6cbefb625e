"""What a request body is made of: the right types, no unknown fields, JSON's own way of writing days, instants and ids."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)


class StrictModel(BaseModel):
    """A request body: the right types, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _can_be_kept(cls, value: object) -> object:
        """PostgreSQL keeps every character but this one: sealed, it would pass and then stop a read model for everybody."""
        if holds_nul(value):
            raise ValueError("a character in this text cannot be kept")
        return value


def holds_nul(value: object) -> bool:
    """Whether it is a text with that character, or a list in which one is."""
    if isinstance(value, list):
        return any(holds_nul(each) for each in value)
    return isinstance(value, str) and "\x00" in value


def _written(pattern: str, said: str) -> tuple[BeforeValidator, Any]:
    """JSON writes these as text; a number is not a date, whatever a lenient parser makes of it."""

    def check(value: object) -> object:
        if not isinstance(value, str) or re.match(pattern, value) is None:
            raise ValueError(said)
        return value

    return BeforeValidator(check), Field(strict=False)


def _on_the_calendar(value: datetime) -> datetime:
    """Near its ends an offset leads beyond what UTC can hold."""
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such time") from None
    return value


Day = Annotated[date, *_written(r"\d{4}-\d\d-\d\d\Z", "write a date like 2026-06-01")]
Instant = Annotated[
    datetime,
    AwareDatetime,
    AfterValidator(_on_the_calendar),
    *_written(r"\d{4}-\d\d-\d\dT", "write a time like 2026-06-01T09:00:00Z"),
]
Id = Annotated[UUID, *_written(r"[0-9a-f-]{36}\Z", "write an id like 00000000-0000-4000-8000-000000000000")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
