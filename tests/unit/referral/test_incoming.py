"""What is made of others' facts."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from contracts.outcomes import MeasureCorrectedV1, MeasureRecordedV1
from contracts.scheduling import AppointmentCancelledV1, SessionAttendedV1, SessionMissedV1
from services.kit.record import Recorded
from services.kit.testing import NOW, record
from services.referral.domain.events import ContactNoted, FactsEvent, MeasureNoted
from services.referral.incoming import SUBSCRIPTIONS
from tests.unit.referral.scenarios import PERSON, REFERRAL

APPOINTMENT = str(uuid4())


def noted(event: Any, version: int = 2) -> FactsEvent | None:
    recorded: Recorded[Any] = record(event, stream="stream", version=version)
    note = SUBSCRIPTIONS[type(event)](recorded)
    return note and note.fact


def attended(**changes: Any) -> SessionAttendedV1:
    fields = {
        "kind": "appointment",
        "appointment_id": APPOINTMENT,
        "person_id": PERSON,
        "referral_id": REFERRAL,
        "attendance_status": "5",
        "consultation_mechanism": "01",
        "activities": ["assessment"],
        "others_present": [],
        "party_size": 1,
        "attended_at": NOW,
    }
    return SessionAttendedV1(**{**fields, **changes})


def missed(**changes: Any) -> SessionMissedV1:
    fields = {"kind": "appointment", "appointment_id": APPOINTMENT, "person_id": PERSON, "attendance_status": "3"}
    return SessionMissedV1(**{**fields, "missed_at": NOW, **changes})


def cancelled(**changes: Any) -> AppointmentCancelledV1:
    fields = {"appointment_id": APPOINTMENT, "person_id": PERSON, "cancelled_by": "patient", "attendance_status": "2"}
    return AppointmentCancelledV1(**{**fields, "cancelled_at": NOW, **changes})


def measured(cls: Any = MeasureRecordedV1, **changes: Any) -> Any:
    fields = {
        "measure_id": str(uuid4()),
        "person_id": PERSON,
        "instrument": "epds",
        "instrument_version": "1",
        "scores": {"total": 12.0},
        "items_answered": 10,
        "complete": True,
        "completed_on": date(2026, 6, 1),
        "recorded_at": NOW + timedelta(hours=1),
    }
    return cls(**{**fields, **changes})


def test_a_contact_keeps_whose_it_was_and_what_was_done() -> None:
    assert noted(attended()) == ContactNoted(
        person_id=PERSON,
        contact_id=APPOINTMENT,
        told=2,
        referral_id=REFERRAL,
        kind="appointment",
        attendance_status="5",
        consultation_mechanism="01",
        activities=("assessment",),
        occurred_at=NOW,
    )


def test_a_place_on_a_session_is_one_contact() -> None:
    place, session = str(uuid4()), str(uuid4())
    fact = noted(attended(kind="group", appointment_id=None, group_session_id=session, place_id=place))
    assert isinstance(fact, ContactNoted)
    assert (fact.contact_id, fact.kind) == (place, "group")


def test_who_came_without_an_id_is_nobodys_contact() -> None:
    assert noted(attended(person_id=None)) is None


def test_a_first_outcome_without_a_contact_says_nothing() -> None:
    assert noted(missed()) is None
    assert noted(cancelled()) is None


def test_one_that_replaces_an_attendance_takes_it_back() -> None:
    for event, status in ((missed(supersedes_version=2), "3"), (cancelled(supersedes_version=2), "2")):
        fact = noted(event, version=3)
        assert isinstance(fact, ContactNoted)
        assert (fact.contact_id, fact.told, fact.attendance_status) == (APPOINTMENT, 3, status)


def test_a_measure_is_known_by_its_day_and_whether_it_gave_a_score() -> None:
    scored, blank = noted(measured()), noted(measured(scores={"total": None}))
    assert isinstance(scored, MeasureNoted)
    assert isinstance(blank, MeasureNoted)
    assert (scored.scored, scored.completed_on, blank.scored) == (True, date(2026, 6, 1), False)


def test_a_correction_of_a_measure_stands_in_its_place() -> None:
    first = measured(scores={"total": None})
    again = measured(MeasureCorrectedV1, measure_id=first.measure_id, supersedes_version=2, reason_code="entry-error")
    fact = noted(again, version=4)
    assert isinstance(fact, MeasureNoted)
    assert (fact.measure_id, fact.told, fact.scored) == (first.measure_id, 4, True)
