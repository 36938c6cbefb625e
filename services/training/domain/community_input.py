"""A contribution of local families: they designed a session with the service, or advised it. Logged once, afterwards."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Kind
from services.training.domain.calendar import require_past_day
from services.training.domain.events import CommunityInputEvent, CommunityInputLogged

MOST_PEOPLE = 10_000
"""More than a whole network's families of one year: a slip of the pen."""


class PeopleOutOfRange(DomainError):
    """At least one person took part, and at most ten thousand."""

    slug = "people-out-of-range"
    kind = Kind.INVALID


class AlreadyLogged(DomainError):
    """This contribution was already logged."""

    slug = "community-input-already-logged"
    kind = Kind.REFUSED


class CommunityInputUnknown(DomainError):
    """There is no such contribution in this network."""

    slug = "community-input-unknown"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLogged:
    """Nothing is known under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """In the log."""


CommunityInput: TypeAlias = NotLogged | Logged


def initial() -> CommunityInput:
    return NotLogged()


def evolve(state: CommunityInput, event: CommunityInputEvent) -> CommunityInput:
    match event:
        case CommunityInputLogged():
            return Logged()
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCommunityInput:
    """Log a contribution. `note` stays in this service, sealed."""

    input_id: str
    kind: str
    people: int
    held_on: date
    note: str | None = None


def stream_of(input_id: str) -> str:
    return f"community-input-{input_id}"


def decide(command: LogCommunityInput, state: CommunityInput, *, now: datetime) -> list[CommunityInputEvent]:
    """Raises AlreadyLogged and what `log` raises."""
    match state:
        case NotLogged():
            return [log(command, now)]
        case Logged():
            raise AlreadyLogged
        case _ as never:
            assert_never(never)


def log(command: LogCommunityInput, now: datetime) -> CommunityInputLogged:
    """Raises PeopleOutOfRange, HeldInFuture, HeldTooEarly."""
    require_past_day(command.held_on, now)
    if not 1 <= command.people <= MOST_PEOPLE:
        raise PeopleOutOfRange(field="people")
    return CommunityInputLogged(
        input_id=command.input_id,
        subject_id=command.input_id,
        kind=command.kind,
        people=command.people,
        held_on=command.held_on,
        note=command.note,
        occurred_at=now,
    )
