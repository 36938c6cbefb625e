"""An event as it was written, and the answer to a command."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from services.kit.tenancy import TenantId

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Stands in the log for an event that was lost with the log's end, as by a restore, so that its place is never given out again.

    `message` is what was published of it ({topic, type, dataschema, value}); empty when nothing was. Deciding and read models pass
    it over; it is published as it was.
    """

    message: Mapping[str, str]


RECOVERED = "recovered.v1"
"""Stored name of a lost event that Kafka still holds in its public form."""
LOST = "lost.v1"
"""Stored name of a lost event that never left the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Generic[E_co]):
    """An event with its place in the log.

    From the own store, `event` is a domain event and `version` counts every event of the stream.
    From Kafka, `event` is the public event and `version` is its CloudEvents sequence.
    """

    event: E_co
    tenant: TenantId
    stream: str
    version: int
    position: int
    type: str
    event_id: UUID
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    command_id: UUID | None = None
    causation_id: UUID | None = None
    previous: int = 0
    """Version of the last published event of this stream before this one; 0 when there is none."""
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a command: the stream's version after it, and whether it had been done before."""

    stream: str
    version: int
    position: int
    duplicate: bool = False
