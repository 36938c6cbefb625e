"""People, slots, appointments and sessions as the tests speak of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.kit.testing import NOW, Decider
from services.scheduling.domain import appointment, diary, person, session
from services.scheduling.domain.appointment_events import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentRescheduled,
    Arrangement,
    Move,
    PersonErased,
    PersonKnown,
    Slot,
    SlotClaimed,
    SlotReleased,
)
from services.scheduling.domain.session_commands import BookPlace, CancelPlace, HoldSession, Plan, ScheduleSession
from services.scheduling.domain.session_events import (
    DropInAttended,
    PlaceAttended,
    PlaceBooked,
    PlaceCancelled,
    PlaceMissed,
    PlacePromoted,
    PlaceWaitlisted,
    SessionCancelled,
    SessionHeld,
    SessionScheduled,
)

PERSON = "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11"
REFERRAL = "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b12"
APPOINTMENT = "1c9d4f38-1111-4c1e-8b9e-8290e2bcac13"
SESSION = "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14"
SERIES = "3e9d4f38-3333-4c1e-8b9e-8290e2bcac15"
COMMAND = "4f9d4f38-4444-4c1e-8b9e-8290e2bcac16"
CLINICIAN = "dr-grove"

SOON = NOW + timedelta(hours=2)
"""When the appointment starts; NOW is 09:00 UTC on 1 June 2026, ten o'clock in England."""
NEXT_WEEK = NOW + timedelta(days=7)
"""When the session starts."""


def people(now: datetime = NOW) -> Decider[Any, Any, Any]:
    return Decider(decide=person.decide, evolve=person.evolve, initial=person.initial, now=now)


def diaries(now: datetime = NOW) -> Decider[Any, Any, Any]:
    return Decider(decide=diary.decide, evolve=diary.evolve, initial=diary.initial, now=now)


def appointments(now: datetime = NOW) -> Decider[Any, Any, Any]:
    return Decider(decide=appointment.decide, evolve=appointment.evolve, initial=appointment.initial, now=now)


def sessions(now: datetime = NOW) -> Decider[Any, Any, Any]:
    return Decider(decide=session.decide, evolve=session.evolve, initial=session.initial, now=now)


def known(**changes: Any) -> PersonKnown:
    return replace(PersonKnown(person_id=PERSON, occurred_at=NOW - timedelta(days=1)), **changes)


def erased(**changes: Any) -> PersonErased:
    return replace(PersonErased(person_id=PERSON, occurred_at=NOW), **changes)


def a_slot(name: str = "slot-1", starts_at: datetime = SOON, minutes: int = 50) -> Slot:
    return Slot(slot_id=name, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))


def an_arrangement(**changes: Any) -> Arrangement:
    arrangement = Arrangement(
        referral_id=REFERRAL,
        consultation_mechanism="01",
        activity_location_type="C01",
        site_ods_code="X00001",
        interpreter_required=True,
    )
    return replace(arrangement, **changes)


def claim(**changes: Any) -> diary.ClaimSlot:
    command = diary.ClaimSlot(
        clinician_id=CLINICIAN,
        appointment_id=APPOINTMENT,
        person_id=PERSON,
        slot=a_slot(),
        purpose=an_arrangement(),
        override_reason=None,
        command_id=COMMAND,
    )
    return replace(command, **changes)


def claimed(**changes: Any) -> SlotClaimed:
    event = SlotClaimed(
        clinician_id=CLINICIAN,
        appointment_id=APPOINTMENT,
        person_id=PERSON,
        slot=a_slot(),
        purpose=an_arrangement(),
        overridden=False,
        override_reason=None,
        command_id=COMMAND,
        occurred_at=NOW,
    )
    return replace(event, **changes)


def released(slot_id: str = "slot-1", **changes: Any) -> SlotReleased:
    event = SlotReleased(clinician_id=CLINICIAN, appointment_id=APPOINTMENT, slot_id=slot_id, occurred_at=NOW)
    return replace(event, **changes)


def booked(**changes: Any) -> AppointmentBooked:
    event = AppointmentBooked(
        appointment_id=APPOINTMENT,
        person_id=PERSON,
        clinician_id=CLINICIAN,
        slot=a_slot(),
        arrangement=an_arrangement(),
        overridden=False,
        override_reason=None,
        occurred_at=NOW,
    )
    return replace(event, **changes)


def rescheduled(**changes: Any) -> AppointmentRescheduled:
    event = AppointmentRescheduled(
        appointment_id=APPOINTMENT,
        person_id=PERSON,
        referral_id=REFERRAL,
        clinician_id=CLINICIAN,
        slot=a_slot("slot-2", SOON + timedelta(hours=2)),
        previous=a_slot(),
        rescheduled_by="patient",
        overridden=False,
        override_reason=None,
        occurred_at=NOW,
    )
    return replace(event, **changes)


def reschedule_to(slot: Slot, by: str = "patient") -> appointment.RescheduleAppointment:
    move = Move(rescheduled_by=by)
    return appointment.RescheduleAppointment(claimed=claimed(slot=slot, purpose=move), move=move)


OUTCOME: dict[str, Any] = {
    "appointment_id": APPOINTMENT,
    "person_id": PERSON,
    "referral_id": REFERRAL,
    "note": None,
    "supersedes_version": None,
    "correction_reason": None,
}


def cancelled(**changes: Any) -> AppointmentCancelled:
    own = {"clinician_id": CLINICIAN, "slot": a_slot(), "cancelled_by": "patient", "attendance_status": "2"}
    return AppointmentCancelled(**{**OUTCOME, **own, "occurred_at": NOW, **changes})


def attended(**changes: Any) -> AppointmentAttended:
    own = {
        "attendance_status": "5",
        "consultation_mechanism": "01",
        "activities": (),
        "others_present": (),
        "interpreter_present": None,
        "partner_assessment_offered": None,
        "occurred_at": SOON,
    }
    return AppointmentAttended(**{**OUTCOME, **own, **changes})


def missed(**changes: Any) -> AppointmentMissed:
    return AppointmentMissed(**{**OUTCOME, "attendance_status": "3", "occurred_at": SOON, **changes})


def a_plan(**changes: Any) -> Plan:
    plan = Plan(
        session_type="antenatal",
        starts_at=NEXT_WEEK,
        ends_at=NEXT_WEEK + timedelta(hours=2),
        capacity=4,
        consultation_mechanism="01",
        language="en",
        open_to_all=True,
        site_ods_code="X00001",
        activity_location_type="K01",
        series_id=SERIES,
    )
    return replace(plan, **changes)


def schedule(*, backdated: bool = False, **changes: Any) -> ScheduleSession:
    return ScheduleSession(group_session_id=SESSION, plan=a_plan(**changes), backdated=backdated)


def scheduled(**changes: Any) -> SessionScheduled:
    plan = a_plan()
    event = SessionScheduled(
        group_session_id=SESSION,
        session_type=plan.session_type,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        capacity=plan.capacity,
        consultation_mechanism=plan.consultation_mechanism,
        site_ods_code=plan.site_ods_code,
        activity_location_type=plan.activity_location_type,
        language=plan.language,
        open_to_all=plan.open_to_all,
        series_id=plan.series_id,
        occurred_at=NOW,
    )
    return replace(event, **changes)


def session_cancelled(**changes: Any) -> SessionCancelled:
    return replace(SessionCancelled(group_session_id=SESSION, reason="weather", occurred_at=NOW), **changes)


def book_place(place_id: str = "place-1", party_size: int = 2, **changes: Any) -> BookPlace:
    return replace(BookPlace(group_session_id=SESSION, place_id=place_id, party_size=party_size), **changes)


def cancel_place(place_id: str = "place-1", **changes: Any) -> CancelPlace:
    return replace(CancelPlace(group_session_id=SESSION, place_id=place_id), **changes)


def _place(place_id: str, party_size: int, changes: dict[str, Any]) -> dict[str, Any]:
    own = {"group_session_id": SESSION, "place_id": place_id, "person_id": None, "party_size": party_size}
    return {**own, "occurred_at": NOW, **changes}


def place_booked(place_id: str = "place-1", party_size: int = 2, **changes: Any) -> PlaceBooked:
    return PlaceBooked(**_place(place_id, party_size, changes))


def waitlisted(place_id: str = "place-1", party_size: int = 2, **changes: Any) -> PlaceWaitlisted:
    return PlaceWaitlisted(**_place(place_id, party_size, changes))


def promoted(place_id: str = "place-1", party_size: int = 2, **changes: Any) -> PlacePromoted:
    return PlacePromoted(**_place(place_id, party_size, changes))


def place_cancelled(place_id: str = "place-1", party_size: int = 2, **changes: Any) -> PlaceCancelled:
    return PlaceCancelled(**_place(place_id, party_size, changes))


def hold(register: Any) -> HoldSession:
    return HoldSession(group_session_id=SESSION, register=register)


PARTY: dict[str, Any] = {"group_session_id": SESSION, "person_id": None, "occurred_at": NEXT_WEEK}


def place_attended(place_id: str = "place-1", people: int = 2, **changes: Any) -> PlaceAttended:
    return PlaceAttended(**{**PARTY, "place_id": place_id, "people": people, "consultation_mechanism": "01", **changes})


def place_missed(place_id: str = "place-1", **changes: Any) -> PlaceMissed:
    return PlaceMissed(**{**PARTY, "place_id": place_id, **changes})


def dropped_in(drop_in_id: str, people: int = 2, **changes: Any) -> DropInAttended:
    own = {"drop_in_id": drop_in_id, "people": people, "consultation_mechanism": "01"}
    return DropInAttended(**{**PARTY, **own, **changes})


def held(**changes: Any) -> SessionHeld:
    own = {"families": 1, "participant_count": 2, "drop_ins": 0, "language": "en"}
    return SessionHeld(**{"group_session_id": SESSION, "occurred_at": NEXT_WEEK, **own, **changes})
