"""Appointments nobody has told the outcome of. They ask for a person's word: nothing here marks anybody as missed."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.scheduling.domain.appointment_events import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentRescheduled,
)
from services.scheduling.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UnoutcomedRow:
    """One appointment, past or to come; which it is depends on when one looks."""

    appointment_id: str
    person_id: str
    referral_id: str | None
    clinician_id: str
    starts_at: datetime
    ends_at: datetime
    consultation_mechanism: str


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case (
            AppointmentBooked()
            | AppointmentRescheduled()
            | AppointmentCancelled()
            | AppointmentAttended()
            | AppointmentMissed() as event
        ):
            return event.appointment_id
        case _:
            return None


def evolve(row: UnoutcomedRow | None, recorded: Recorded[Event]) -> UnoutcomedRow | None:
    match recorded.event:
        case AppointmentBooked() as event:
            return _booked(event)
        case AppointmentRescheduled(slot=slot) if row is not None:
            return replace(row, starts_at=slot.starts_at, ends_at=slot.ends_at)
        case _:
            return None


def _booked(event: AppointmentBooked) -> UnoutcomedRow:
    return UnoutcomedRow(
        appointment_id=event.appointment_id,
        person_id=event.person_id,
        referral_id=event.arrangement.referral_id,
        clinician_id=event.clinician_id,
        starts_at=event.slot.starts_at,
        ends_at=event.slot.ends_at,
        consultation_mechanism=event.arrangement.consultation_mechanism,
    )


UNOUTCOMED = ReadModel(
    name="scheduling.unoutcomed",
    version=1,
    table="unoutcomed",
    key="appointment_id",
    row=UnoutcomedRow,
    key_of=key_of,
    evolve=evolve,
)


async def over_by(tx: Tx, tenant: TenantId, instant: datetime) -> list[UnoutcomedRow]:
    """Appointments that had ended by this instant and have no outcome, the longest past first."""
    records = await tx.fetch(
        "select * from unoutcomed where tenant = $1 and ends_at <= $2 order by ends_at, appointment_id", tenant, instant
    )
    return [UNOUTCOMED.read(record) for record in records]
