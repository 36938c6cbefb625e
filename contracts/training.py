"""Public events of the training service: training of professionals, consultations with them, input of local families."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.event import PublicEvent
from contracts.fields import Code, Id, Instant

TrainingSessionId = Annotated[Id, Field(description="Id of the training session.")]
AttendeeId = Annotated[
    Id, Field(description="Pseudonymous id of the professional; the same in every session they were linked in.")
]
Scale = Annotated[
    Code,
    Field(
        description="Lowest and highest answer on the session's form: 0-10 or 1-5. Answers on different scales are "
        "never pooled. Open for readers."
    ),
]
ProfessionalType = Annotated[Code, Field(description="What kind of professional. Open for readers.")]
PracticeCode = Annotated[
    Code | None, Field(description="ODS code of the practice they work in; null: none, or not known.")
]
Rating = Annotated[int | None, Field(ge=0, description="The answer, within the scale; null: not answered.")]
HeldOn = Annotated[date, Field(description="Day it took place.")]


class TrainingEvent(PublicEvent):
    """What all events of this file share: their topic."""

    TOPIC: ClassVar[str] = "perinatal.training.events"


class TrainingSessionScheduledV1(TrainingEvent):
    """A training session was planned. Its scale of confidence is fixed from here on."""

    TYPE: ClassVar[str] = "perinatal-training-session-scheduled-1"

    training_session_id: TrainingSessionId
    course: Code = Field(description="Code of the course. Open for readers.")
    starts_at: Instant = Field(description="When it begins.")
    ends_at: Instant = Field(description="When it ends.")
    objectives: list[Code] = Field(description="Codes of what is to be learnt. Open for readers.")
    scale: Scale


class TrainingSessionHeldV1(TrainingEvent):
    """A training session took place. Who attended follows, an event for each."""

    TYPE: ClassVar[str] = "perinatal-training-session-held-1"

    training_session_id: TrainingSessionId
    attended: int = Field(ge=1, description="How many professionals attended.")
    held_at: Instant = Field(description="When it was over, or when it was registered if that was earlier.")


class TrainingAttendedV1(TrainingEvent):
    """A professional attended a training session."""

    TYPE: ClassVar[str] = "perinatal-training-attended-1"

    training_session_id: TrainingSessionId
    attendee_id: AttendeeId
    professional_type: ProfessionalType
    practice_ods_code: PracticeCode = None
    org_ods_code: Code | None = Field(default=None, description="ODS code of another organisation they work for.")
    attended_at: Instant = Field(description="When the session was held.")


class ConfidenceRecordedV1(TrainingEvent):
    """How confident a professional felt about one objective, before and after. One of the two may be missing.

    Both are missing where answers told before were taken back.
    """

    TYPE: ClassVar[str] = "perinatal-confidence-recorded-1"

    training_session_id: TrainingSessionId
    attendee_id: AttendeeId
    objective: Code = Field(description="Code of the objective. Open for readers.")
    scale: Scale
    before: Rating = None
    after: Rating = None
    recorded_at: Instant = Field(description="When the session was held.")


class TrainingRegisterCorrectedV1(TrainingEvent):
    """The register of a training session was wrong. What changes follows: attendances and answers told anew take the place
    of those told before, and whoever had not been there is removed.
    """

    TYPE: ClassVar[str] = "perinatal-training-register-corrected-1"

    training_session_id: TrainingSessionId
    attended: int = Field(ge=1, description="How many professionals attended, as it is known now.")
    reason: Code = Field(description="Why it was corrected. Open for readers.")
    corrected_at: Instant = Field(description="When it was corrected.")


class TrainingAttendanceRemovedV1(TrainingEvent):
    """A professional who was on the register of a training session had not attended it. Their answers go with them."""

    TYPE: ClassVar[str] = "perinatal-training-attendance-removed-1"

    training_session_id: TrainingSessionId
    attendee_id: AttendeeId
    attended_at: Instant = Field(description="When the session was held.")
    removed_at: Instant = Field(description="When they were taken off the register.")


class ConsultationLoggedV1(TrainingEvent):
    """A professional was advised: about a named patient, about a case without a name, or in general."""

    TYPE: ClassVar[str] = "perinatal-consultation-logged-1"

    consultation_id: Id = Field(description="Id of the consultation.")
    subject_kind: Code = Field(description="named_patient, anonymous_case or general. Open for readers.")
    person_id: Id | None = Field(
        default=None, description="Pseudonymous id of the person, for a named patient; otherwise null."
    )
    topic: Code = Field(description="Code of what it was about. Open for readers.")
    duration_minutes: int = Field(ge=1, description="How long it took, in minutes.")
    professional_type: ProfessionalType
    practice_ods_code: PracticeCode = None
    outcome: Code = Field(description="advice, joint_visit or led_to_referral. Open for readers.")
    held_on: HeldOn


class CommunityInputLoggedV1(TrainingEvent):
    """Local families helped to shape the service: designed a session with it, or advised it."""

    TYPE: ClassVar[str] = "perinatal-community-input-logged-1"

    input_id: Id = Field(description="Id of the contribution.")
    kind: Code = Field(description="Code of how families contributed. Open for readers.")
    people: int = Field(ge=1, description="How many people took part.")
    held_on: HeldOn


PUBLISHED: tuple[type[PublicEvent], ...] = (
    TrainingSessionScheduledV1,
    TrainingSessionHeldV1,
    TrainingAttendedV1,
    ConfidenceRecordedV1,
    TrainingRegisterCorrectedV1,
    TrainingAttendanceRemovedV1,
    ConsultationLoggedV1,
    CommunityInputLoggedV1,
)
