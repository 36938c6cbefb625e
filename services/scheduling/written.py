"""What was written about a person's appointments: opened for one reader. No read model holds any of it."""

from dataclasses import dataclass
from datetime import datetime

from services.kit.event_store import EventStore
from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.scheduling.domain.appointment import stream_of
from services.scheduling.domain.appointment_events import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentRescheduled,
)
from services.scheduling.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A note. `about`: booked or moved (why although the clinician was taken), attended, missed or cancelled."""

    appointment_id: str
    about: str
    words: str
    written_at: datetime
    written_by: str


async def notes_of(store: EventStore[Event], tenant: TenantId, appointment_id: str) -> list[Written]:
    """The notes of an appointment, the oldest first, without what was erased."""
    recorded = await store.load(tenant, stream_of(appointment_id))
    return [note for each in recorded if (note := _note(each, appointment_id)) is not None]


def _note(recorded: Recorded[Event], appointment_id: str) -> Written | None:
    about, words = _said(recorded.event)
    if words is None:
        return None
    return Written(
        appointment_id=appointment_id,
        about=about,
        words=words,
        written_at=recorded.recorded_at,
        written_by=recorded.actor,
    )


def _said(event: Event) -> tuple[str, str | None]:
    match event:
        case AppointmentBooked(override_reason=words):
            return "booked", words
        case AppointmentRescheduled(override_reason=words):
            return "moved", words
        case AppointmentAttended(note=words):
            return "attended", words
        case AppointmentMissed(note=words):
            return "missed", words
        case AppointmentCancelled(note=words):
            return "cancelled", words
        case _:
            return "", None
