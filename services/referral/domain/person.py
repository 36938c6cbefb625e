"""A person becomes known to the service. Nobody needs an NHS number for that: why it is missing is noted instead."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Kind
from services.referral.domain.calendar import age_band, london_date
from services.referral.domain.events import PersonEvent, PersonRegistered
from services.referral.domain.nhs_number import parse_nhs_number

PRESENT_NOT_TRACED = "02"
TRACE_REQUIRED = "03"
NOT_PRESENT_TRACE_NOT_REQUIRED = "07"
# People these reasons speak of have no number in England to look for.
_NO_NUMBER_TO_TRACE = frozenset({"overseas-patient", "devolved-nation"})


class NhsNumberOrReasonNeeded(DomainError):
    """Give the NHS number, or say why it is missing."""

    slug = "nhs-number-or-reason-needed"
    kind = Kind.INVALID


class NhsNumberAndReason(DomainError):
    """There is an NHS number, so it cannot be missing: leave out the reason."""

    slug = "nhs-number-and-reason"
    kind = Kind.INVALID


class BornInFuture(DomainError):
    """A birth date cannot be in the future."""

    slug = "birth-date-in-future"
    kind = Kind.INVALID


class DecileOutOfRange(DomainError):
    """The deprivation decile goes from 1, the most deprived, to 10."""

    slug = "imd-decile-out-of-range"
    kind = Kind.INVALID


class PersonAlreadyRegistered(DomainError):
    """This person is already registered."""

    slug = "person-already-registered"
    kind = Kind.REFUSED


class NhsNumberAlreadyRegistered(DomainError):
    """Somebody with this NHS number is already registered in this network: search by the number to find them."""

    slug = "nhs-number-already-registered"
    kind = Kind.REFUSED


class UnknownPerson(DomainError):
    """This person is not known in this network."""

    slug = "person-unknown"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRegistered:
    """Nobody is known by this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Somebody known."""

    person_id: str


Person: TypeAlias = NotRegistered | Registered


def initial() -> Person:
    return NotRegistered()


def evolve(state: Person, event: PersonEvent) -> Person:
    match event:
        case PersonRegistered(person_id=person_id):
            return Registered(person_id=person_id)
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson:
    """Make a person known. Every detail but the four coded equity facts may be missing."""

    person_id: str
    ethnic_category: str
    preferred_language: str
    interpreter_required: bool
    full_name: str | None = None
    nhs_number: str | None = None
    nhs_number_missing_reason: str | None = None
    birth_date: date | None = None
    postcode: str | None = None
    telephone: str | None = None
    email: str | None = None
    external_reference: str | None = None
    practice_ods_code: str | None = None
    imd_decile: int | None = None
    perinatal_stage: str | None = None
    estimated_delivery_date: date | None = None
    infant_birth_date: date | None = None


def decide(command: RegisterPerson, state: Person, *, now: datetime) -> list[PersonEvent]:
    """Raises PersonAlreadyRegistered and what `register` raises."""
    match state:
        case NotRegistered():
            return [register(command, now)]
        case Registered():
            raise PersonAlreadyRegistered
        case _ as never:
            assert_never(never)


def register(command: RegisterPerson, now: datetime) -> PersonRegistered:
    """Raises InvalidNhsNumber, NhsNumberOrReasonNeeded, NhsNumberAndReason, BornInFuture, DecileOutOfRange."""
    today = london_date(now)
    nhs_number = known_nhs_number(command)
    _require_possible(command, today)
    return PersonRegistered(
        person_id=command.person_id,
        full_name=command.full_name,
        nhs_number=nhs_number,
        birth_date=command.birth_date,
        postcode=command.postcode,
        telephone=command.telephone,
        email=command.email,
        external_reference=command.external_reference,
        estimated_delivery_date=command.estimated_delivery_date,
        infant_birth_date=command.infant_birth_date,
        nhs_number_status=nhs_number_status(command.nhs_number_missing_reason),
        nhs_number_missing_reason=command.nhs_number_missing_reason,
        practice_ods_code=command.practice_ods_code,
        ethnic_category=command.ethnic_category,
        preferred_language=command.preferred_language,
        interpreter_required=command.interpreter_required,
        imd_decile=command.imd_decile,
        age_band=age_band(command.birth_date, today),
        perinatal_stage=command.perinatal_stage,
        occurred_at=now,
    )


def known_nhs_number(command: RegisterPerson) -> str | None:
    """The ten digits, or None where a reason stands in their place.

    Raises InvalidNhsNumber, NhsNumberOrReasonNeeded, NhsNumberAndReason.
    """
    match command.nhs_number, command.nhs_number_missing_reason:
        case None, None:
            raise NhsNumberOrReasonNeeded(field="nhs_number")
        case None, str():
            return None
        case str() as number, None:
            return parse_nhs_number(number)
        case _:
            raise NhsNumberAndReason(field="nhs_number_missing_reason")


def nhs_number_status(missing_reason: str | None) -> str:
    """UK Core status code of a number that was given to us but not yet traced, or of its absence."""
    if missing_reason is None:
        return PRESENT_NOT_TRACED
    return NOT_PRESENT_TRACE_NOT_REQUIRED if missing_reason in _NO_NUMBER_TO_TRACE else TRACE_REQUIRED


def _require_possible(command: RegisterPerson, today: date) -> None:
    for field, born in (("birth_date", command.birth_date), ("infant_birth_date", command.infant_birth_date)):
        if born is not None and born > today:
            raise BornInFuture(field=field)
    if command.imd_decile is not None and not 1 <= command.imd_decile <= 10:
        raise DecileOutOfRange(field="imd_decile")
