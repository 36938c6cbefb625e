"""A person a consultation may be about. Nothing is known of them here but that they were erased."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kit.errors import Erased
from services.training.domain.events import PersonErased, PersonEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class NotErased:
    """Nothing was heard that speaks against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """The person was erased."""


Person: TypeAlias = NotErased | Forgotten


def initial() -> Person:
    return NotErased()


def evolve(state: Person, event: PersonEvent) -> Person:
    match event:
        case PersonErased():
            return Forgotten()
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetPerson:
    """The person was erased at this instant."""

    person_id: str
    erased_at: datetime


def stream_of(person_id: str) -> str:
    return f"person-{person_id}"


def decide(command: ForgetPerson, state: Person, *, now: datetime) -> list[PersonEvent]:
    """Once."""
    if isinstance(state, Forgotten):
        return []
    return [PersonErased(person_id=command.person_id, occurred_at=command.erased_at)]


def require_not_erased(state: Person) -> None:
    """Raises Erased."""
    if isinstance(state, Forgotten):
        raise Erased(field="person_id")
