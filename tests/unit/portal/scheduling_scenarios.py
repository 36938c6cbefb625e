"""What the scheduling service tells of, in domain words, and rows as the portal keeps it. No id is anybody's."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

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
from services.portal.readmodels.appointments import AppointmentRow
from services.portal.readmodels.group_sessions import GroupSessionRow
from services.portal.readmodels.places import PlaceRow
from tests.unit.portal.scenarios import PERSON, RECORDED, REFERRAL, an_id

APPOINTMENT, SESSION, PLACE = an_id("appointment"), an_id("session"), an_id("place")
CLINICIAN = "a clinician"
BOOKED = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
STARTS, ENDS = datetime(2026, 5, 14, 8, 30, tzinfo=UTC), datetime(2026, 5, 14, 9, 20, tzinfo=UTC)
LATER, LATER_ENDS = datetime(2026, 5, 15, 13, 0, tzinfo=UTC), datetime(2026, 5, 15, 13, 50, tzinfo=UTC)


def _whom(**changes: Any) -> dict[str, Any]:
    return {"appointment_id": APPOINTMENT, "person_id": PERSON, "referral_id": REFERRAL} | changes


def booked(**changes: Any) -> AppointmentBookedV1:
    facts = {
        "clinician_id": CLINICIAN,
        "starts_at": STARTS,
        "ends_at": ENDS,
        "consultation_mechanism": "01",
        "activity_location_type": "C01",
        "interpreter_required": True,
        "overridden": False,
        "booked_at": BOOKED,
    }
    return AppointmentBookedV1(**_whom(**(facts | changes)))


def moved(**changes: Any) -> AppointmentRescheduledV1:
    facts = {"starts_at": LATER, "ends_at": LATER_ENDS, "rescheduled_by": "patient", "rescheduled_at": BOOKED}
    return AppointmentRescheduledV1(**_whom(**(facts | changes)))


def cancelled(**changes: Any) -> AppointmentCancelledV1:
    facts = {"cancelled_by": "provider", "attendance_status": "4", "cancelled_at": STARTS}
    return AppointmentCancelledV1(**_whom(**(facts | changes)))


def attended(**changes: Any) -> SessionAttendedV1:
    facts = {
        "kind": "appointment",
        "attendance_status": "5",
        "consultation_mechanism": "11",
        "activities": ["assessment", "care_plan"],
        "others_present": ["infant"],
        "interpreter_present": True,
        "partner_assessment_offered": False,
        "party_size": 2,
        "attended_at": STARTS,
    }
    return SessionAttendedV1(**_whom(**(facts | changes)))


def missed(**changes: Any) -> SessionMissedV1:
    facts = {"kind": "appointment", "attendance_status": "3", "missed_at": STARTS}
    return SessionMissedV1(**_whom(**(facts | changes)))


def scheduled(**changes: Any) -> SessionScheduledV1:
    facts = {
        "group_session_id": SESSION,
        "session_type": "antenatal",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "capacity": 3,
        "consultation_mechanism": "01",
        "activity_location_type": "K01",
        "language": "en",
        "open_to_all": True,
        "scheduled_at": BOOKED,
    }
    return SessionScheduledV1(**(facts | changes))


def session_cancelled(**changes: Any) -> SessionCancelledV1:
    facts = {"group_session_id": SESSION, "reason": "weather", "cancelled_at": BOOKED}
    return SessionCancelledV1(**(facts | changes))


def held(**changes: Any) -> SessionHeldV1:
    facts = {
        "group_session_id": SESSION,
        "families": 2,
        "participant_count": 5,
        "drop_ins": 1,
        "language": "en",
        "held_at": STARTS,
    }
    return SessionHeldV1(**(facts | changes))


def _place(**changes: Any) -> dict[str, Any]:
    facts = {"group_session_id": SESSION, "place_id": PLACE, "person_id": PERSON, "party_size": 2, "at": BOOKED}
    return facts | changes


def place_booked(**changes: Any) -> PlaceBookedV1:
    return PlaceBookedV1(**_place(**changes))


def waitlisted(**changes: Any) -> PlaceWaitlistedV1:
    return PlaceWaitlistedV1(**_place(**changes))


def promoted(**changes: Any) -> PlacePromotedV1:
    return PlacePromotedV1(**_place(**changes))


def place_cancelled(**changes: Any) -> PlaceCancelledV1:
    return PlaceCancelledV1(**_place(**changes))


def came_with_a_place(**changes: Any) -> SessionAttendedV1:
    facts = {
        "kind": "group",
        "group_session_id": SESSION,
        "place_id": PLACE,
        "person_id": PERSON,
        "attendance_status": "5",
        "consultation_mechanism": "01",
        "activities": [],
        "others_present": [],
        "party_size": 2,
        "attended_at": STARTS,
    }
    return SessionAttendedV1(**(facts | changes))


def an_appointment(**changes: Any) -> AppointmentRow:
    """Booked and nothing else."""
    row = AppointmentRow(
        appointment_id=APPOINTMENT,
        person_id=PERSON,
        referral_id=REFERRAL,
        status="booked",
        clinician_id=CLINICIAN,
        starts_at=STARTS,
        ends_at=ENDS,
        consultation_mechanism="01",
        activity_location_type="C01",
        interpreter_required=True,
        overridden=False,
        booked_at=BOOKED,
        booked_recorded_at=RECORDED,
    )
    return replace(row, **changes)


def a_session(**changes: Any) -> GroupSessionRow:
    row = GroupSessionRow(
        group_session_id=SESSION,
        status="scheduled",
        session_type="antenatal",
        starts_at=STARTS,
        ends_at=ENDS,
        capacity=3,
        consultation_mechanism="01",
        activity_location_type="K01",
        language="en",
        open_to_all=True,
        scheduled_recorded_at=RECORDED,
    )
    return replace(row, **changes)


def a_place(**changes: Any) -> PlaceRow:
    row = PlaceRow(
        place_id=PLACE,
        group_session_id=SESSION,
        person_id=PERSON,
        status="booked",
        party_size=2,
        turn=2,
        booked_at=BOOKED,
        recorded_at=RECORDED,
    )
    return replace(row, **changes)
