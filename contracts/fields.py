"""The kinds of value a public event is made of. A code is open: a reader must cope with one it does not know."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, WithJsonSchema

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
PCN_PATTERN = r"^U[0-9]{5}$"


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


# A pseudonymous id: a UUID, held as text because streams and columns hold it as text.
Id = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(pattern=UUID_PATTERN),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": UUID_PATTERN}),
]

# A moment with its zone, held and written in UTC.
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]

PcnCode = Annotated[str, Field(pattern=PCN_PATTERN)]
Code = Annotated[str, Field(min_length=1)]
