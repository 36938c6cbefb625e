"""A person becomes known to the service. Nobody needs an NHS number for that: why it is missing is noted instead."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Erased, Kind
from services.referral.domain.calendar import london_date
from services.referral.domain.details import (
    NAMES,
    ChangePersonDetails,
    Details,
    changed,
    details_of,
    differences,
    facts_of,
    kept,
    require_delivery_date,
)
from services.referral.domain.events import PersonEvent
from services.referral.domain.person_events import PersonDetailsChanged, PersonErased, PersonRegistered


class NhsNumberOrReasonNeeded(DomainError):
    """Give the NHS number, or say why it is missing."""

    slug = "nhs-number-or-reason-needed"
    kind = Kind.INVALID


class NhsNumberAndReason(DomainError):
    """There is an NHS number, so it cannot be missing: leave out the reason."""

    slug = "nhs-number-and-reason"
    kind = Kind.INVALID


class PersonAlreadyRegistered(DomainError):
    """This person is already registered."""

    slug = "person-already-registered"
    kind = Kind.REFUSED


class NhsNumberAlreadyRegistered(DomainError):
    """Somebody with this NHS number is already registered in this network: search by the number to find them."""

    slug = "nhs-number-already-registered"
    kind = Kind.REFUSED


class DetailsMovedOn(DomainError):
    """Somebody else changed these details meanwhile: open the page again to see them, then make your change."""

    slug = "details-moved-on"
    kind = Kind.CONFLICT


class UnknownPerson(DomainError):
    """This person is not known in this network."""

    slug = "person-unknown"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRegistered:
    """Nobody is known by this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Somebody known, with all that is known of them; `revision` counts how often that was told, from 1."""

    person_id: str
    details: Details
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Somebody who was erased. The same human being who comes again is somebody new, under another id."""

    person_id: str


Person: TypeAlias = NotRegistered | Registered | Forgotten


def initial() -> Person:
    return NotRegistered()


def evolve(state: Person, event: PersonEvent) -> Person:
    match event:
        case PersonRegistered():
            return Registered(person_id=event.person_id, details=details_of(event))
        case PersonDetailsChanged():
            before = state.revision if isinstance(state, Registered) else 0
            return Registered(person_id=event.person_id, details=details_of(event), revision=before + 1)
        case PersonErased(person_id=person_id):
            return Forgotten(person_id=person_id)
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson(Details):
    """Make a person known, with these details. Every one but the three coded equity facts may be missing."""

    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePerson:
    """Forget somebody for good; `reason` is a code."""

    person_id: str
    reason: str


PersonCommand: TypeAlias = RegisterPerson | ChangePersonDetails | ErasePerson


def decide(command: PersonCommand, state: Person, *, now: datetime) -> list[PersonEvent]:
    """Raises PersonAlreadyRegistered, UnknownPerson, Erased, and what `register` and `details.changed` raise."""
    match command:
        case RegisterPerson():
            require_not_erased(state)
            if isinstance(state, Registered):
                raise PersonAlreadyRegistered
            return [register(command, now)]
        case ChangePersonDetails():
            return change(command, known(state), now)
        case ErasePerson():
            return erase(command, state, now)
        case _ as never:
            assert_never(never)


def known(state: Person) -> Registered:
    """Raises UnknownPerson, Erased."""
    if isinstance(state, NotRegistered):
        raise UnknownPerson(field="person_id")
    if isinstance(state, Forgotten):
        raise Erased(field="person_id")
    return state


def require_not_erased(state: Person) -> None:
    """Raises Erased."""
    if isinstance(state, Forgotten):
        raise Erased(field="person_id")


def erase(command: ErasePerson, state: Person, now: datetime) -> list[PersonEvent]:
    """Once: who is erased stays erased. Raises UnknownPerson."""
    match state:
        case NotRegistered():
            raise UnknownPerson(field="person_id")
        case Registered():
            return [PersonErased(person_id=command.person_id, reason=command.reason, occurred_at=now)]
        case Forgotten():
            return []
        case _ as never:
            assert_never(never)


def register(command: RegisterPerson, now: datetime) -> PersonRegistered:
    """Raises NhsNumberOrReasonNeeded, NhsNumberAndReason, DeliveryDateImpossible, and what `kept` raises."""
    today = london_date(now)
    require_number_or_reason(command)
    told = Details(**kept({name: getattr(command, name) for name in NAMES}, today))
    require_delivery_date(told, today)
    return PersonRegistered(person_id=command.person_id, **facts_of(told, today), occurred_at=now)


def change(command: ChangePersonDetails, state: Registered, now: datetime) -> list[PersonEvent]:
    """The whole of what is known from now on; nothing new when nothing is different.

    Raises DetailsMovedOn and what `details.changed` raises.
    """
    if command.seen_revision not in (None, state.revision):
        raise DetailsMovedOn
    today = london_date(now)
    after = changed(command, state.details, today)
    names = differences(state.details, after)
    if not names:
        return []
    facts = facts_of(after, today)
    return [PersonDetailsChanged(person_id=command.person_id, **facts, changed=names, occurred_at=now)]


def require_number_or_reason(command: RegisterPerson) -> None:
    """One of the two. Raises NhsNumberOrReasonNeeded, NhsNumberAndReason."""
    if command.nhs_number is None and command.nhs_number_missing_reason is None:
        raise NhsNumberOrReasonNeeded(field="nhs_number")
    if command.nhs_number is not None and command.nhs_number_missing_reason is not None:
        raise NhsNumberAndReason(field="nhs_number_missing_reason")
