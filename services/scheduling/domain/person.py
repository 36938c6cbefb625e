"""A person as far as scheduling needs to know one: registered, so that an unknown id is not booked, and not erased."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Erased, Kind
from services.scheduling.domain.appointment_events import PersonErased, PersonEvent, PersonKnown


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """The person was erased."""


Person: TypeAlias = NotKnown | Known | Forgotten


def initial() -> Person:
    return NotKnown()


def evolve(state: Person, event: PersonEvent) -> Person:
    match event:
        case PersonKnown():
            return Known()
        case PersonErased():
            return Forgotten()
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePerson:
    """The person was registered at this instant."""

    person_id: str
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetPerson:
    """The person was erased at this instant."""

    person_id: str
    erased_at: datetime


PersonCommand: TypeAlias = NotePerson | ForgetPerson


def stream_of(person_id: str) -> str:
    return f"person-{person_id}"


def decide(command: PersonCommand, state: Person, *, now: datetime) -> list[PersonEvent]:
    """Each once; nobody becomes known again after they were erased."""
    match command:
        case NotePerson():
            known = PersonKnown(person_id=command.person_id, occurred_at=command.registered_at)
            return [known] if isinstance(state, NotKnown) else []
        case ForgetPerson():
            erased = PersonErased(person_id=command.person_id, occurred_at=command.erased_at)
            return [] if isinstance(state, Forgotten) else [erased]
        case _ as never:
            assert_never(never)


def require_known(state: Person) -> None:
    """Raises PersonUnknown, Erased."""
    require_not_erased(state)
    if not isinstance(state, Known):
        raise PersonUnknown(field="person_id")


def require_not_erased(state: Person) -> None:
    """Raises Erased."""
    if isinstance(state, Forgotten):
        raise Erased(field="person_id")
