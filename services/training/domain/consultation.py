"""A consultation: a professional was advised, and it is logged once, after it took place."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Kind
from services.training.domain.calendar import require_past_day
from services.training.domain.events import ConsultationEvent, ConsultationLogged

NAMED_PATIENT = "named_patient"
"""The one kind of subject that is a person known to the service."""
LONGEST_MINUTES = 24 * 60


class PersonMissing(DomainError):
    """Say which person the consultation was about."""

    slug = "consultation-person-missing"
    kind = Kind.INVALID


class PersonNotNamed(DomainError):
    """Only a consultation about a named patient has a person."""

    slug = "consultation-person-not-named"
    kind = Kind.INVALID


class DurationOutOfRange(DomainError):
    """A consultation takes at least one minute, and at most a day."""

    slug = "duration-out-of-range"
    kind = Kind.INVALID


class AlreadyLogged(DomainError):
    """This consultation was already logged."""

    slug = "consultation-already-logged"
    kind = Kind.REFUSED


class ConsultationUnknown(DomainError):
    """There is no such consultation in this network."""

    slug = "consultation-unknown"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLogged:
    """Nothing is known under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """In the log."""


Consultation: TypeAlias = NotLogged | Logged


def initial() -> Consultation:
    return NotLogged()


def evolve(state: Consultation, event: ConsultationEvent) -> Consultation:
    match event:
        case ConsultationLogged():
            return Logged()
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConsultation:
    """Log a consultation. `person_id` is for a named patient only; `note` stays in this service, sealed."""

    consultation_id: str
    subject_kind: str
    topic: str
    duration_minutes: int
    professional_type: str
    outcome: str
    held_on: date
    person_id: str | None = None
    practice_ods_code: str | None = None
    note: str | None = None


def stream_of(consultation_id: str) -> str:
    return f"consultation-{consultation_id}"


def decide(command: LogConsultation, state: Consultation, *, now: datetime) -> list[ConsultationEvent]:
    """Raises AlreadyLogged and what `log` raises."""
    match state:
        case NotLogged():
            return [log(command, now)]
        case Logged():
            raise AlreadyLogged
        case _ as never:
            assert_never(never)


def log(command: LogConsultation, now: datetime) -> ConsultationLogged:
    """Raises PersonMissing, PersonNotNamed, DurationOutOfRange, HeldInFuture, HeldTooEarly."""
    require_past_day(command.held_on, now)
    if not 1 <= command.duration_minutes <= LONGEST_MINUTES:
        raise DurationOutOfRange(field="duration_minutes")
    return ConsultationLogged(
        consultation_id=command.consultation_id,
        subject_id=_subject(command),
        subject_kind=command.subject_kind,
        person_id=command.person_id,
        topic=command.topic,
        duration_minutes=command.duration_minutes,
        professional_type=command.professional_type,
        practice_ods_code=command.practice_ods_code,
        outcome=command.outcome,
        held_on=command.held_on,
        note=command.note,
        occurred_at=now,
    )


def _subject(command: LogConsultation) -> str:
    """Whose key seals the note: the person's, or the consultation's own where nobody is named."""
    if command.subject_kind != NAMED_PATIENT:
        if command.person_id is not None:
            raise PersonNotNamed(field="person_id")
        return command.consultation_id
    if command.person_id is None:
        raise PersonMissing(field="person_id")
    return command.person_id
