"""Others' facts as our commands: who was seen, and what was measured. They come in any order, before their referral too."""

from collections.abc import Callable, Mapping
from typing import Any

import contracts
from contracts.outcomes import MeasureCorrectedV1, MeasureRecordedV1
from contracts.scheduling import AppointmentCancelledV1, SessionAttendedV1, SessionMissedV1
from services.kit.record import Recorded
from services.referral.domain.events import ContactNoted, MeasureNoted
from services.referral.domain.wait_facts import Note

TOPICS = ("perinatal.scheduling.events", "perinatal.outcomes.events")

parse = contracts.parse


def on_session_attended(recorded: Recorded[SessionAttendedV1]) -> Note | None:
    """Who came without being known by an id is nobody's contact."""
    event = recorded.event
    if event.person_id is None:
        return None
    contact = ContactNoted(
        person_id=event.person_id,
        contact_id=_contact_id(recorded),
        told=recorded.version,
        referral_id=event.referral_id,
        kind=event.kind,
        attendance_status=event.attendance_status,
        consultation_mechanism=event.consultation_mechanism,
        activities=tuple(event.activities),
        occurred_at=event.attended_at,
    )
    return Note(fact=contact)


def on_session_missed(recorded: Recorded[SessionMissedV1]) -> Note | None:
    return _taken_back(recorded, kind=recorded.event.kind)


def on_appointment_cancelled(recorded: Recorded[AppointmentCancelledV1]) -> Note | None:
    return _taken_back(recorded, kind="appointment")


def on_measure(recorded: Recorded[MeasureRecordedV1] | Recorded[MeasureCorrectedV1]) -> Note:
    event = recorded.event
    measure = MeasureNoted(
        person_id=event.person_id,
        measure_id=event.measure_id,
        told=recorded.version,
        collection_point=event.collection_point,
        scored=any(score is not None for score in event.scores.values()),
        completed_on=event.completed_on,
        occurred_at=event.recorded_at,
    )
    return Note(fact=measure)


def _taken_back(recorded: Recorded[Any], *, kind: str) -> Note | None:
    """A first outcome without a contact says nothing to a clock; one that replaces another may take a contact back."""
    event = recorded.event
    if event.person_id is None or event.supersedes_version is None:
        return None
    contact = ContactNoted(
        person_id=event.person_id,
        contact_id=_contact_id(recorded),
        told=recorded.version,
        referral_id=event.referral_id,
        kind=kind,
        attendance_status=event.attendance_status,
        consultation_mechanism=None,
        activities=(),
        occurred_at=recorded.occurred_at,
    )
    return Note(fact=contact)


def _contact_id(recorded: Recorded[Any]) -> str:
    """One appointment is one contact, and so is one place; who came to a session without a place did so once."""
    event = recorded.event
    if isinstance(event, AppointmentCancelledV1) or event.kind == "appointment":
        return str(event.appointment_id)
    return str(event.place_id or recorded.event_id)


SUBSCRIPTIONS: Mapping[type[Any], Callable[[Recorded[Any]], Note | None]] = {
    SessionAttendedV1: on_session_attended,
    SessionMissedV1: on_session_missed,
    AppointmentCancelledV1: on_appointment_cancelled,
    MeasureRecordedV1: on_measure,
    MeasureCorrectedV1: on_measure,
}
