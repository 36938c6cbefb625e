"""Appointments as they now stand: a clinician's diary, and one appointment with what became of it."""

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

BOOKED, CANCELLED, ATTENDED, MISSED = "booked", "cancelled", "attended", "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryRow:
    """One appointment. `revision` counts its changes since it was booked, `changed_at` is when the last was stored."""

    appointment_id: str
    person_id: str
    referral_id: str | None
    clinician_id: str
    starts_at: datetime
    ends_at: datetime
    consultation_mechanism: str
    activity_location_type: str | None
    site_ods_code: str | None
    interpreter_required: bool
    overridden: bool
    status: str
    attendance_status: str | None
    activities: tuple[str, ...]
    others_present: tuple[str, ...]
    interpreter_present: bool | None
    partner_assessment_offered: bool | None
    revision: int
    changed_at: datetime


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


def evolve(row: DiaryRow | None, recorded: Recorded[Event]) -> DiaryRow | None:
    if isinstance(recorded.event, AppointmentBooked):
        return _booked(recorded.event, recorded.recorded_at)
    if row is None:
        return None
    changed = replace(row, revision=row.revision + 1, changed_at=recorded.recorded_at)
    match recorded.event:
        case AppointmentRescheduled(slot=slot, overridden=overridden):
            return replace(changed, starts_at=slot.starts_at, ends_at=slot.ends_at, overridden=overridden)
        case AppointmentAttended() as event:
            return _attended(changed, event)
        case AppointmentCancelled(attendance_status=status):
            return _not_seen(changed, CANCELLED, status)
        case AppointmentMissed(attendance_status=status):
            return _not_seen(changed, MISSED, status)
        case _:
            return row


def _booked(event: AppointmentBooked, at: datetime) -> DiaryRow:
    arrangement = event.arrangement
    return DiaryRow(
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
        status=BOOKED,
        attendance_status=None,
        activities=(),
        others_present=(),
        interpreter_present=None,
        partner_assessment_offered=None,
        revision=0,
        changed_at=at,
    )


def _attended(row: DiaryRow, event: AppointmentAttended) -> DiaryRow:
    return replace(
        row,
        status=ATTENDED,
        attendance_status=event.attendance_status,
        activities=event.activities,
        others_present=event.others_present,
        interpreter_present=event.interpreter_present,
        partner_assessment_offered=event.partner_assessment_offered,
    )


def _not_seen(row: DiaryRow, status: str, attendance_status: str) -> DiaryRow:
    """Also after a correction: nothing of what had been said to be done is left."""
    return replace(
        row,
        status=status,
        attendance_status=attendance_status,
        activities=(),
        others_present=(),
        interpreter_present=None,
        partner_assessment_offered=None,
    )


DIARY = ReadModel(
    name="scheduling.diary",
    version=1,
    table="diary",
    key="appointment_id",
    row=DiaryRow,
    key_of=key_of,
    evolve=evolve,
)

_BETWEEN = """
select * from diary
where tenant = $1 and ($2::text is null or clinician_id = $2) and starts_at >= $3 and starts_at < $4
order by starts_at, clinician_id, appointment_id
"""


async def between(
    tx: Tx, tenant: TenantId, *, clinician_id: str | None, since: datetime, until: datetime
) -> list[DiaryRow]:
    """Appointments that start in [since, until), one clinician's or everybody's, the earliest first."""
    return [DIARY.read(record) for record in await tx.fetch(_BETWEEN, tenant, clinician_id, since, until)]


async def one(tx: Tx, tenant: TenantId, appointment_id: str) -> DiaryRow | None:
    """One appointment; None when there is none of this id."""
    record = await tx.fetchrow("select * from diary where tenant = $1 and appointment_id = $2", tenant, appointment_id)
    return None if record is None else DIARY.read(record)


async def of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[str]:
    """Ids of a person's appointments, the earliest first."""
    records = await tx.fetch(
        "select appointment_id from diary where tenant = $1 and person_id = $2 order by starts_at, appointment_id",
        tenant,
        person_id,
    )
    return [record["appointment_id"] for record in records]
