"""What is sent to the API and what it answers."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.kit.bodies import Code, Day, Id, Instant, Line, Note, StrictModel
from services.training.application import RegisterEntry
from services.training.domain.register import Confidence
from services.training.projections.attendances import PracticeCoverage

OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,12}$")]


class NewSession(StrictModel):
    """`scale` is the form's lowest and highest answer: "0-10" or "1-5"."""

    course: Code
    starts_at: Instant
    ends_at: Instant
    objectives: Annotated[list[Code], Field(max_length=20)]
    scale: Code


class ConfidenceEntry(StrictModel):
    objective: Code
    before: int | None = None
    after: int | None = None


class AttendeeEntry(StrictModel):
    """`attendee_id` links somebody who attended before; leave it out for somebody new."""

    professional_type: Code
    attendee_id: Id | None = None
    full_name: Line | None = None
    practice_ods_code: OdsCode | None = None
    org_ods_code: OdsCode | None = None
    confidence: Annotated[list[ConfidenceEntry], Field(max_length=20, default_factory=list)]

    def entry(self) -> RegisterEntry:
        return RegisterEntry(
            professional_type=self.professional_type,
            attendee_id=None if self.attendee_id is None else str(self.attendee_id),
            full_name=self.full_name,
            practice_ods_code=self.practice_ods_code,
            org_ods_code=self.org_ods_code,
            confidence=tuple(Confidence(**answers.model_dump()) for answers in self.confidence),
        )


class Register(StrictModel):
    attendees: Annotated[list[AttendeeEntry], Field(max_length=200)]


class CorrectedRegister(StrictModel):
    """The whole register as it should have been."""

    attendees: Annotated[list[AttendeeEntry], Field(max_length=200)]
    reason: Code


class NewConsultation(StrictModel):
    """`person_id` for a named patient only. `note` is seen in this service only, by clinicians."""

    subject_kind: Code
    topic: Code
    duration_minutes: int
    professional_type: Code
    outcome: Code
    held_on: Day
    person_id: Id | None = None
    practice_ods_code: OdsCode | None = None
    note: Note | None = None


class NewCommunityInput(StrictModel):
    kind: Code
    people: int
    held_on: Day
    note: Note | None = None


class LoggedConsultation(BaseModel):
    """A consultation as everybody in the team may read it; a note is read by itself."""

    model_config = ConfigDict(from_attributes=True)

    consultation_id: str
    subject_kind: str
    person_id: str | None
    topic: str
    duration_minutes: int
    professional_type: str
    practice_ods_code: str | None
    outcome: str
    held_on: date
    logged_at: datetime


class NotedConsultation(LoggedConsultation):
    """A consultation with its note, for clinicians; None when there is none."""

    note: str | None = None


class NotedCommunityInput(BaseModel):
    """A contribution with its note; None when there is none."""

    model_config = ConfigDict(from_attributes=True)

    input_id: str
    kind: str
    people: int
    held_on: date
    logged_at: datetime
    note: str | None = None


class Coverage(BaseModel):
    """Practices with the number of professionals trained on the days `first_day` to `as_at`, both included."""

    first_day: date
    as_at: date
    covered: int
    practices: list[PracticeCoverage]
