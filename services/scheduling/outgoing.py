"""Our facts as public facts. The only file that knows both languages."""

from typing import assert_never

from contracts.event import PublicEvent
from contracts.scheduling import (
    AppointmentBookedV1,
    AppointmentCancelledV1,
    AppointmentRescheduledV1,
    PlaceBookedV1,
    PlaceCancelledV1,
    PlacePromotedV1,
    PlaceWaitlistedV1,
    SessionAttendedV1,
    SessionCancelledV1,
    SessionHeldV1,
    SessionMissedV1,
    SessionScheduledV1,
)
from services.kit.cloud_events import Message
from services.kit.record import Recorded
from services.scheduling.domain.appointment_events import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEvent,
    AppointmentMissed,
    AppointmentRescheduled,
    PersonErased,
    PersonKnown,
    SlotClaimed,
    SlotReleased,
)
from services.scheduling.domain.events import STORED_NAMES, Event
from services.scheduling.domain.session_events import (
    DropInAttended,
    PlaceAttended,
    PlaceBooked,
    PlaceCancelled,
    PlaceMissed,
    PlacePromoted,
    PlaceWaitlisted,
    SessionCancelled,
    SessionEvent,
    SessionHeld,
    SessionScheduled,
)

_PRIVATE = (PersonKnown, PersonErased, SlotClaimed, SlotReleased)
PUBLISHED = tuple(name for name, event in STORED_NAMES.items() if event not in _PRIVATE)
"""The stored names `translate` gives a public fact for."""

SENT_TO = (AppointmentBookedV1.TOPIC,)
"""The topics they go to."""

ATTENDED_ON_TIME, MISSED_WITHOUT_WARNING = "5", "3"
"""A register of a group session says who came, not when; as MHSDS AttendStatus."""


def to_message(recorded: Recorded[Event]) -> Message | None:
    """The stored event as the relay sends it; None when it stays private."""
    public = translate(recorded.event)
    if public is None:
        return None
    return Message(topic=public.TOPIC, type=public.TYPE, dataschema=public.dataschema(), data=public.data())


def translate(event: Event) -> PublicEvent | None:
    """The public form of a fact: one for one. Notes and reasons given in words never leave this service."""
    match event:
        case PersonKnown() | PersonErased():
            return None  # our own note of what the referral service already published
        case SlotClaimed() | SlotReleased():
            return None  # how a clinician's time is guarded; what comes of it is published
        case (
            AppointmentBooked()
            | AppointmentRescheduled()
            | AppointmentCancelled()
            | AppointmentAttended()
            | AppointmentMissed()
        ):
            return _of_appointment(event)
        case _:
            return _of_session(event)


def _of_appointment(event: AppointmentEvent) -> PublicEvent:
    match event:
        case AppointmentBooked():
            return _booked(event)
        case AppointmentRescheduled():
            return _rescheduled(event)
        case AppointmentCancelled():
            return _cancelled(event)
        case AppointmentAttended():
            return _attended(event)
        case AppointmentMissed():
            return _missed(event)
        case _ as never:
            assert_never(never)


def _of_session(event: SessionEvent) -> PublicEvent:
    match event:
        case SessionScheduled():
            return _session_scheduled(event)
        case SessionCancelled():
            return SessionCancelledV1(
                group_session_id=event.group_session_id, reason=event.reason, cancelled_at=event.occurred_at
            )
        case PlaceBooked() | PlaceWaitlisted() | PlacePromoted() | PlaceCancelled():
            return _of_place(event)
        case PlaceAttended():
            return _party(event, event.place_id)
        case DropInAttended():
            return _party(event, None)
        case PlaceMissed():
            return _place_missed(event)
        case SessionHeld():
            return _held(event)
        case _ as never:
            assert_never(never)


def _booked(event: AppointmentBooked) -> AppointmentBookedV1:
    arrangement = event.arrangement
    return AppointmentBookedV1(
        appointment_id=event.appointment_id,
        person_id=event.person_id,
        referral_id=arrangement.referral_id,
        clinician_id=event.clinician_id,
        starts_at=event.slot.starts_at,
        ends_at=event.slot.ends_at,
        consultation_mechanism=arrangement.consultation_mechanism,
        activity_location_type=arrangement.activity_location_type,
        site_ods_code=arrangement.site_ods_code,
        interpreter_required=arrangement.interpreter_required,
        overridden=event.overridden,
        booked_at=event.occurred_at,
    )


def _rescheduled(event: AppointmentRescheduled) -> AppointmentRescheduledV1:
    return AppointmentRescheduledV1(
        appointment_id=event.appointment_id,
        person_id=event.person_id,
        referral_id=event.referral_id,
        starts_at=event.slot.starts_at,
        ends_at=event.slot.ends_at,
        rescheduled_by=event.rescheduled_by,
        rescheduled_at=event.occurred_at,
    )


def _cancelled(event: AppointmentCancelled) -> AppointmentCancelledV1:
    return AppointmentCancelledV1(
        appointment_id=event.appointment_id,
        person_id=event.person_id,
        referral_id=event.referral_id,
        cancelled_by=event.cancelled_by,
        attendance_status=event.attendance_status,
        cancelled_at=event.occurred_at,
        supersedes_version=event.supersedes_version,
    )


def _attended(event: AppointmentAttended) -> SessionAttendedV1:
    return SessionAttendedV1(
        kind="appointment",
        appointment_id=event.appointment_id,
        person_id=event.person_id,
        referral_id=event.referral_id,
        attendance_status=event.attendance_status,
        consultation_mechanism=event.consultation_mechanism,
        activities=list(event.activities),
        others_present=list(event.others_present),
        interpreter_present=event.interpreter_present,
        partner_assessment_offered=event.partner_assessment_offered,
        party_size=1 + len(event.others_present),
        attended_at=event.occurred_at,
        supersedes_version=event.supersedes_version,
    )


def _missed(event: AppointmentMissed) -> SessionMissedV1:
    return SessionMissedV1(
        kind="appointment",
        appointment_id=event.appointment_id,
        person_id=event.person_id,
        referral_id=event.referral_id,
        attendance_status=event.attendance_status,
        missed_at=event.occurred_at,
        supersedes_version=event.supersedes_version,
    )


def _session_scheduled(event: SessionScheduled) -> SessionScheduledV1:
    return SessionScheduledV1(
        group_session_id=event.group_session_id,
        session_type=event.session_type,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        capacity=event.capacity,
        consultation_mechanism=event.consultation_mechanism,
        site_ods_code=event.site_ods_code,
        activity_location_type=event.activity_location_type,
        language=event.language,
        open_to_all=event.open_to_all,
        series_id=event.series_id,
        scheduled_at=event.occurred_at,
    )


PUBLIC_OF_PLACE = {
    PlaceBooked: PlaceBookedV1,
    PlaceWaitlisted: PlaceWaitlistedV1,
    PlacePromoted: PlacePromotedV1,
    PlaceCancelled: PlaceCancelledV1,
}


def _of_place(event: PlaceBooked | PlaceWaitlisted | PlacePromoted | PlaceCancelled) -> PublicEvent:
    return PUBLIC_OF_PLACE[type(event)](
        group_session_id=event.group_session_id,
        place_id=event.place_id,
        person_id=event.person_id,
        party_size=event.party_size,
        at=event.occurred_at,
    )


def _party(event: PlaceAttended | DropInAttended, place_id: str | None) -> SessionAttendedV1:
    return SessionAttendedV1(
        kind="group",
        group_session_id=event.group_session_id,
        place_id=place_id,
        person_id=event.person_id,
        attendance_status=ATTENDED_ON_TIME,
        consultation_mechanism=event.consultation_mechanism,
        activities=[],
        others_present=[],
        party_size=event.people,
        attended_at=event.occurred_at,
    )


def _place_missed(event: PlaceMissed) -> SessionMissedV1:
    return SessionMissedV1(
        kind="group",
        group_session_id=event.group_session_id,
        place_id=event.place_id,
        person_id=event.person_id,
        attendance_status=MISSED_WITHOUT_WARNING,
        missed_at=event.occurred_at,
    )


def _held(event: SessionHeld) -> SessionHeldV1:
    return SessionHeldV1(
        group_session_id=event.group_session_id,
        families=event.families,
        participant_count=event.participant_count,
        drop_ins=event.drop_ins,
        language=event.language,
        held_at=event.occurred_at,
    )
