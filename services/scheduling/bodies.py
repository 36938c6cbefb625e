"""What is sent to this service, and the commands it becomes."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.kit.bodies import Code, Id, Instant, Note, StrictModel
from services.kit.http import Done
from services.scheduling.application import Meeting, Wish
from services.scheduling.domain.appointment_events import Arrangement
from services.scheduling.domain.attendance import Report
from services.scheduling.domain.register import Arrival, DropIn, Register
from services.scheduling.domain.session_commands import Plan

FACE_TO_FACE = "01"

AccountId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,12}$")]


class Times(StrictModel):
    """`override_reason`: why the clinician is booked although taken then."""

    starts_at: Instant
    ends_at: Instant
    override_reason: Note | None = None

    def wish(self, *, backdated: bool) -> Wish:
        return Wish(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            override_reason=self.override_reason,
            backdated=backdated,
        )


class NewAppointment(Times):
    person_id: Id
    clinician_id: AccountId
    consultation_mechanism: Code
    interpreter_required: bool
    referral_id: Id | None = None
    activity_location_type: Code | None = None
    site_ods_code: OdsCode | None = None

    @property
    def meeting(self) -> Meeting:
        arrangement = Arrangement(
            referral_id=text(self.referral_id),
            consultation_mechanism=self.consultation_mechanism,
            activity_location_type=self.activity_location_type,
            site_ods_code=self.site_ods_code,
            interpreter_required=self.interpreter_required,
        )
        return Meeting(person_id=str(self.person_id), clinician_id=self.clinician_id, arrangement=arrangement)


class OtherTime(Times):
    rescheduled_by: Code


class Cancellation(StrictModel):
    """`reason` is free text and stays in this service, sealed."""

    cancelled_by: Code
    reason: Note | None = None


class AppointmentOutcome(StrictModel):
    """`others_present` has an entry for each person; `note` stays in this service, sealed."""

    attendance_status: Code
    activities: list[Code] = Field(default_factory=list, max_length=50)
    others_present: list[Code] = Field(default_factory=list, max_length=50)
    interpreter_present: bool | None = None
    partner_assessment_offered: bool | None = None
    note: Note | None = None

    @property
    def report(self) -> Report:
        return Report(
            attendance_status=self.attendance_status,
            activities=tuple(self.activities),
            others_present=tuple(self.others_present),
            interpreter_present=self.interpreter_present,
            partner_assessment_offered=self.partner_assessment_offered,
            note=self.note,
        )


class CorrectedOutcome(AppointmentOutcome):
    """The whole outcome as it should have been, and why."""

    reason: Code


class NewSession(StrictModel):
    session_type: Code
    starts_at: Instant
    ends_at: Instant
    capacity: int
    language: Code
    open_to_all: bool
    consultation_mechanism: Code = FACE_TO_FACE
    site_ods_code: OdsCode | None = None
    activity_location_type: Code | None = None
    series_id: Id | None = None

    @property
    def plan(self) -> Plan:
        return Plan(**{**self.model_dump(), "series_id": text(self.series_id)})


class SessionCancellation(StrictModel):
    reason: Code


class NewPlace(StrictModel):
    """Without a person: a family nobody has registered."""

    party_size: int
    person_id: Id | None = None


class Nothing(StrictModel):
    """A command whose path says it all."""


class CameWithPlace(StrictModel):
    place_id: Id
    people: int


class CameWithout(StrictModel):
    people: int
    person_id: Id | None = None


class HeldRegister(StrictModel):
    """Everybody who came, families without a referral or a name included."""

    attended: Annotated[list[CameWithPlace], Field(max_length=1_000)]
    drop_ins: Annotated[list[CameWithout], Field(max_length=1_000)]
    language: Code

    @property
    def register_entries(self) -> Register:
        return Register(
            attended=tuple(Arrival(place_id=str(came.place_id), people=came.people) for came in self.attended),
            drop_ins=tuple(DropIn(people=came.people, person_id=text(came.person_id)) for came in self.drop_ins),
            language=self.language,
        )


class PlaceDone(Done):
    """`standing`: booked or waitlisted, as it is now; null once the session is over."""

    standing: str | None


def text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)
