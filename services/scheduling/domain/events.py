"""What happened. Nothing here is ever renamed or removed; a changed fact is a new class and a new stored name."""

from typing import Any, TypeAlias

from services.scheduling.domain.appointment_events import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEvent,
    AppointmentMissed,
    AppointmentRescheduled,
    DiaryEvent,
    PersonErased,
    PersonEvent,
    PersonKnown,
    SlotClaimed,
    SlotReleased,
)
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

Event: TypeAlias = PersonEvent | DiaryEvent | AppointmentEvent | SessionEvent

STORED_NAMES: dict[str, type[Event]] = {
    "person-known.v1": PersonKnown,
    "person-erased.v1": PersonErased,
    "slot-claimed.v1": SlotClaimed,
    "slot-released.v1": SlotReleased,
    "appointment-booked.v1": AppointmentBooked,
    "appointment-rescheduled.v1": AppointmentRescheduled,
    "appointment-cancelled.v1": AppointmentCancelled,
    "appointment-attended.v1": AppointmentAttended,
    "appointment-missed.v1": AppointmentMissed,
    "session-scheduled.v1": SessionScheduled,
    "session-cancelled.v1": SessionCancelled,
    "place-booked.v1": PlaceBooked,
    "place-waitlisted.v1": PlaceWaitlisted,
    "place-promoted.v1": PlacePromoted,
    "place-cancelled.v1": PlaceCancelled,
    "place-attended.v1": PlaceAttended,
    "place-missed.v1": PlaceMissed,
    "drop-in-attended.v1": DropInAttended,
    "session-held.v1": SessionHeld,
}


def upcast(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An old stored event in today's form. Every stored name is still the first, so nothing changes yet."""
    return name, data
