"""What happened. Nothing here is ever renamed or removed; a changed fact is a new class and a new stored name.

`subject_id` names the key that seals an event's personal fields.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from services.kit.personal import Personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A general practice of the network."""

    ods_code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticesNoted:
    """The network's practices, the whole of them, as the referral service published them."""

    pcn_ods_code: str
    practices: tuple[Practice, ...]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased:
    """A person was erased: what was noted of consultations about them can no longer be read, and none is logged any more."""

    person_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSessionScheduled:
    """A training session was planned. `scale` ("0-10", "1-5") holds for every answer ever given to it."""

    training_session_id: str
    course: str
    starts_at: datetime
    ends_at: datetime
    objectives: tuple[str, ...]
    scale: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSessionHeld:
    """A training session took place, with so many who attended. It was over at `occurred_at`."""

    training_session_id: str
    attended: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingAttended:
    """A professional attended. The name is sealed under their own key: `subject_id` is `attendee_id`."""

    training_session_id: str
    attendee_id: str
    subject_id: str
    full_name: Personal[str]
    professional_type: str
    practice_ods_code: str | None
    org_ods_code: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceRecorded:
    """How confident somebody who attended felt about one objective; None: not answered then. Told again, it takes its place."""

    training_session_id: str
    attendee_id: str
    objective: str
    scale: str
    before: int | None
    after: int | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRegisterCorrected:
    """The register was wrong. What changes follows; `attended` is how many are on it from now on."""

    training_session_id: str
    attended: int
    reason: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingAttendanceRemoved:
    """Somebody on the register had not attended the session, which was held at `attended_at`."""

    training_session_id: str
    attendee_id: str
    attended_at: datetime
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationLogged:
    """A professional was advised.

    The note is about whom the consultation was about: it is sealed under the key of the person for a named patient, and
    under one of the consultation's own where nobody is named.
    """

    consultation_id: str
    subject_id: str
    subject_kind: str
    person_id: str | None
    topic: str
    duration_minutes: int
    professional_type: str
    practice_ods_code: str | None
    outcome: str
    held_on: date
    note: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityInputLogged:
    """Local families helped to shape the service. The note is sealed under a key of the contribution's own."""

    input_id: str
    subject_id: str
    kind: str
    people: int
    held_on: date
    note: Personal[str]
    occurred_at: datetime


PracticesEvent: TypeAlias = PracticesNoted
PersonEvent: TypeAlias = PersonErased
SessionEvent: TypeAlias = (
    TrainingSessionScheduled
    | TrainingSessionHeld
    | TrainingAttended
    | ConfidenceRecorded
    | TrainingRegisterCorrected
    | TrainingAttendanceRemoved
)
ConsultationEvent: TypeAlias = ConsultationLogged
CommunityInputEvent: TypeAlias = CommunityInputLogged
Event: TypeAlias = PracticesEvent | PersonEvent | SessionEvent | ConsultationEvent | CommunityInputEvent

STORED_NAMES: dict[str, type[Event]] = {
    "practices-noted.v1": PracticesNoted,
    "person-erased.v1": PersonErased,
    "training-session-scheduled.v1": TrainingSessionScheduled,
    "training-session-held.v1": TrainingSessionHeld,
    "training-attended.v1": TrainingAttended,
    "confidence-recorded.v1": ConfidenceRecorded,
    "training-register-corrected.v1": TrainingRegisterCorrected,
    "training-attendance-removed.v1": TrainingAttendanceRemoved,
    "consultation-logged.v1": ConsultationLogged,
    "community-input-logged.v1": CommunityInputLogged,
}


def upcast(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An old stored event in today's form. Every stored name is still the first, so nothing changes yet."""
    return name, data
