"""Public events of the scheduling service: appointments, group sessions, their places, and who came.

Of an appointment the newest of its cancelled, attended and missed events is what stands: a correction is a later one of them.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.event import PublicEvent
from contracts.fields import Code, Id, Instant

PersonId = Annotated[Id, Field(description="Pseudonymous id of the person.")]
KnownPersonId = Annotated[Id | None, Field(description="Pseudonymous id of the person; null: nobody we know by one.")]
ReferralId = Annotated[Id | None, Field(description="Id of the referral it is part of; null: of none.")]
AppointmentId = Annotated[Id, Field(description="Id of the appointment.")]
GroupSessionId = Annotated[Id, Field(description="Id of the group session.")]
PlaceId = Annotated[Id, Field(description="Id of the place: one party's on one session.")]
PartySize = Annotated[int, Field(ge=1, description="How many people the place is for.")]
StartsAt = Annotated[Instant, Field(description="When it starts.")]
EndsAt = Annotated[Instant, Field(description="When it ends.")]
Mechanism = Annotated[Code, Field(description="MHSDS ConsMechanismMH, such as 01 face to face. Open for readers.")]
LocationType = Annotated[
    Code | None, Field(description="MHSDS ActLocTypeCode, such as C01; null: not said. Open for readers.")
]
Site = Annotated[Code | None, Field(description="ODS code of the site; null: not said.")]
Language = Annotated[Code, Field(description="Code of the language it is held in. Open for readers.")]
Supersedes = Annotated[
    int | None,
    Field(
        ge=1,
        description="`ce_sequence`, as a number, of the event that told the outcome before and that this one replaces; "
        "null: the first outcome.",
    ),
]
Kind = Annotated[Code, Field(description="appointment or group. Open for readers.")]
KindsAppointment = Annotated[Id | None, Field(description="Id of the appointment; null for a group session.")]
KindsSession = Annotated[Id | None, Field(description="Id of the group session; null for an appointment.")]
KindsPlace = Annotated[Id | None, Field(description="Id of the place on a group session; null: came without one.")]


class SchedulingEvent(PublicEvent):
    """What all events of this file share: their topic."""

    TOPIC: ClassVar[str] = "perinatal.scheduling.events"


class AppointmentBookedV1(SchedulingEvent):
    """A person and a clinician are to meet."""

    TYPE: ClassVar[str] = "perinatal-appointment-booked-1"

    appointment_id: AppointmentId
    person_id: PersonId
    referral_id: ReferralId = None
    clinician_id: Code = Field(description="Id of the clinician's account.")
    starts_at: StartsAt
    ends_at: EndsAt
    consultation_mechanism: Mechanism
    activity_location_type: LocationType = None
    site_ods_code: Site = None
    interpreter_required: bool = Field(description="Whether an interpreter has to be there.")
    overridden: bool = Field(description="Whether the clinician is booked elsewhere then, and somebody said why.")
    booked_at: Instant = Field(description="When it was booked; at the latest its start.")


class AppointmentRescheduledV1(SchedulingEvent):
    """An appointment was moved to another time."""

    TYPE: ClassVar[str] = "perinatal-appointment-rescheduled-1"

    appointment_id: AppointmentId
    person_id: PersonId
    referral_id: ReferralId = None
    starts_at: StartsAt
    ends_at: EndsAt
    rescheduled_by: Code = Field(description="patient or provider. Open for readers.")
    rescheduled_at: Instant = Field(description="When it was moved.")


class AppointmentCancelledV1(SchedulingEvent):
    """An appointment will not take place, or did not."""

    TYPE: ClassVar[str] = "perinatal-appointment-cancelled-1"

    appointment_id: AppointmentId
    person_id: PersonId
    referral_id: ReferralId = None
    cancelled_by: Code = Field(description="patient or provider. Open for readers.")
    attendance_status: Code = Field(
        description="MHSDS AttendStatus: 2 cancelled by or for the patient, 4 by the provider. Open for readers."
    )
    cancelled_at: Instant = Field(description="When it was cancelled; at the latest its start.")
    supersedes_version: Supersedes = None


class SessionAttendedV1(SchedulingEvent):
    """Somebody came: to an appointment, with or without others, or to a group session as one party."""

    TYPE: ClassVar[str] = "perinatal-session-attended-1"

    kind: Kind
    appointment_id: KindsAppointment = None
    group_session_id: KindsSession = None
    place_id: KindsPlace = None
    person_id: KnownPersonId = None
    referral_id: ReferralId = None
    attendance_status: Code = Field(
        description="MHSDS AttendStatus: 5 seen on time, 6 late but seen. Open for readers."
    )
    consultation_mechanism: Mechanism
    activities: list[Code] = Field(
        description="What was done: assessment, care_plan, psychological_intervention, psychosocial_intervention, "
        "medication and others. Open for readers."
    )
    others_present: list[Code] = Field(
        description="Who else was there, an entry for each of them: other_parent, infant and others. Open for readers."
    )
    interpreter_present: bool | None = Field(default=None, description="Whether an interpreter was there.")
    partner_assessment_offered: bool | None = Field(
        default=None, description="Whether an assessment was offered to the partner."
    )
    party_size: int = Field(ge=1, description="How many people came together, staff not counted.")
    attended_at: Instant = Field(description="When it was: the start of the appointment or session.")
    supersedes_version: Supersedes = None


class SessionMissedV1(SchedulingEvent):
    """Somebody who was expected was not seen."""

    TYPE: ClassVar[str] = "perinatal-session-missed-1"

    kind: Kind
    appointment_id: KindsAppointment = None
    group_session_id: KindsSession = None
    place_id: KindsPlace = None
    person_id: KnownPersonId = None
    referral_id: ReferralId = None
    attendance_status: Code = Field(
        description="MHSDS AttendStatus: 3 did not come and gave no warning, 7 came too late to be seen. "
        "Open for readers."
    )
    missed_at: Instant = Field(description="When it would have been: the start of the appointment or session.")
    supersedes_version: Supersedes = None


class SessionScheduledV1(SchedulingEvent):
    """A group session is to be held."""

    TYPE: ClassVar[str] = "perinatal-session-scheduled-1"

    group_session_id: GroupSessionId
    session_type: Code = Field(description="What kind of session, such as antenatal. Open for readers.")
    starts_at: StartsAt
    ends_at: EndsAt
    capacity: int = Field(ge=1, description="How many people there is room for.")
    consultation_mechanism: Mechanism
    site_ods_code: Site = None
    activity_location_type: LocationType = None
    language: Language
    open_to_all: bool = Field(description="Whether every family may come, referred or not.")
    series_id: Id | None = Field(default=None, description="What the sessions of one series share; null: of none.")
    scheduled_at: Instant = Field(description="When it was put on the calendar; at the latest its start.")


class SessionCancelledV1(SchedulingEvent):
    """A group session will not be held. Every place on it is void."""

    TYPE: ClassVar[str] = "perinatal-session-cancelled-1"

    group_session_id: GroupSessionId
    reason: Code = Field(description="Why, as a code. Open for readers.")
    cancelled_at: Instant = Field(description="When it was cancelled.")


class PlaceBookedV1(SchedulingEvent):
    """A party has a place on a group session."""

    TYPE: ClassVar[str] = "perinatal-place-booked-1"

    group_session_id: GroupSessionId
    place_id: PlaceId
    person_id: KnownPersonId = None
    party_size: PartySize
    at: Instant = Field(description="When the place was taken.")


class PlaceWaitlistedV1(SchedulingEvent):
    """A party waits for a place: there was no room, or others were waiting already."""

    TYPE: ClassVar[str] = "perinatal-place-waitlisted-1"

    group_session_id: GroupSessionId
    place_id: PlaceId
    person_id: KnownPersonId = None
    party_size: PartySize
    at: Instant = Field(description="When the party began to wait.")


class PlacePromotedV1(SchedulingEvent):
    """A party that waited now has a place."""

    TYPE: ClassVar[str] = "perinatal-place-promoted-1"

    group_session_id: GroupSessionId
    place_id: PlaceId
    person_id: KnownPersonId = None
    party_size: PartySize
    at: Instant = Field(description="When the place was given.")


class PlaceCancelledV1(SchedulingEvent):
    """A party gave up its place, or no longer waits for one."""

    TYPE: ClassVar[str] = "perinatal-place-cancelled-1"

    group_session_id: GroupSessionId
    place_id: PlaceId
    person_id: KnownPersonId = None
    party_size: PartySize
    at: Instant = Field(description="When it was given up.")


class SessionHeldV1(SchedulingEvent):
    """A group session took place, and its register is complete."""

    TYPE: ClassVar[str] = "perinatal-session-held-1"

    group_session_id: GroupSessionId
    families: int = Field(ge=0, description="How many parties came, with a place or without.")
    participant_count: int = Field(ge=0, description="MHSDS NumberOfGroupSessParticip: people who came, no staff.")
    drop_ins: int = Field(ge=0, description="How many of the parties came without a place.")
    language: Language
    held_at: Instant = Field(description="When it was held: its start.")


PUBLISHED: tuple[type[PublicEvent], ...] = (
    AppointmentBookedV1,
    AppointmentRescheduledV1,
    AppointmentCancelledV1,
    SessionAttendedV1,
    SessionMissedV1,
    SessionScheduledV1,
    SessionCancelledV1,
    PlaceBookedV1,
    PlaceWaitlistedV1,
    PlacePromotedV1,
    PlaceCancelledV1,
    SessionHeldV1,
)
