"""A person as far as scheduling needs to know one: registered, so that an unknown id is not booked."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Kind
from services.scheduling.domain.appointment_events import PersonEvent, PersonKnown


class PersonUnknown(DomainError):
    """This person is not known here. A newly registered person is known after a moment."""

    slug = "person-unknown"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKnown:
    """Registration has not been heard of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The person may be booked."""


Person: TypeAlias = NotKnown | Known


def initial() -> Person:
    return NotKnown()


def evolve(state: Person, event: PersonEvent) -> Person:
    match event:
        case PersonKnown():
            return Known()
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePerson:
    """The person was registered at this instant."""

    person_id: str
    registered_at: datetime


def stream_of(person_id: str) -> str:
    return f"person-{person_id}"


def decide(command: NotePerson, state: Person, *, now: datetime) -> list[PersonEvent]:
    """Once."""
    if isinstance(state, Known):
        return []
    return [PersonKnown(person_id=command.person_id, occurred_at=command.registered_at)]


def require_known(state: Person) -> None:
    """Raises PersonUnknown."""
    if not isinstance(state, Known):
        raise PersonUnknown(field="person_id")
