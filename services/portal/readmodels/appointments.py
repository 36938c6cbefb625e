"""Appointments: the diary, what is still to be told of them, and a person's own.

A row starts with whichever fact comes first. Lists show it once the booking itself has arrived. Of what is said to have become of
an appointment the latest stands; what it replaced is kept beside it, so that an earlier moment still gives its own figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from contracts.event import PublicEvent
from contracts.scheduling import (
    AppointmentBookedV1,
    AppointmentCancelledV1,
    AppointmentRescheduledV1,
    SessionAttendedV1,
    SessionMissedV1,
)
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Outcome = AppointmentCancelledV1 | SessionAttendedV1 | SessionMissedV1
Heeded = AppointmentBookedV1 | AppointmentRescheduledV1 | Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRow:
    appointment_id: str
    person_id: str | None = None
    referral_id: str | None = None
    status: str = "announced"
    """announced (no booking heard of yet), booked, cancelled, attended, missed"""
    clinician_id: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    consultation_mechanism: str | None = None
    activity_location_type: str | None = None
    site_ods_code: str | None = None
    interpreter_required: bool | None = None
    overridden: bool | None = None
    booked_at: datetime | None = None
    booked_recorded_at: datetime | None = None
    rescheduled: list[dict[str, Any]] = field(default_factory=list)
    """[{"from", "by", "at"}], the first move first; `from` is when it was to start before."""
    cancelled_by: str | None = None
    attendance_status: str | None = None
    activities: list[str] = field(default_factory=list)
    others_present: list[str] = field(default_factory=list)
    interpreter_present: bool | None = None
    partner_assessment_offered: bool | None = None
    party_size: int | None = None
    outcome_at: datetime | None = None
    outcome_recorded_at: datetime | None = None
    replaced: list[dict[str, Any]] = field(default_factory=list)
    """[{"status", "attendance_status", "recorded_at"}]: what earlier outcomes said, the first one first."""


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.appointment_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: AppointmentRow | None, recorded: Recorded[PublicEvent]) -> AppointmentRow | None:
    event = recorded.event
    if not isinstance(event, Heeded) or event.appointment_id is None:
        return row
    so_far = row or AppointmentRow(appointment_id=event.appointment_id)
    so_far = replace(so_far, person_id=event.person_id, referral_id=event.referral_id)
    match event:
        case AppointmentBookedV1():
            return _booked(so_far, event, recorded.recorded_at)
        case AppointmentRescheduledV1():
            return _moved(so_far, event)
        case _:
            return _became(so_far, event, recorded.recorded_at)


def _booked(row: AppointmentRow, event: AppointmentBookedV1, recorded_at: datetime) -> AppointmentRow:
    return replace(
        row,
        status="booked" if row.status == "announced" else row.status,
        clinician_id=event.clinician_id,
        starts_at=row.starts_at or event.starts_at,
        ends_at=row.ends_at or event.ends_at,
        consultation_mechanism=row.consultation_mechanism or event.consultation_mechanism,
        activity_location_type=event.activity_location_type,
        site_ods_code=event.site_ods_code,
        interpreter_required=event.interpreter_required,
        overridden=event.overridden,
        booked_at=event.booked_at,
        booked_recorded_at=recorded_at,
    )


def _moved(row: AppointmentRow, event: AppointmentRescheduledV1) -> AppointmentRow:
    before = row.starts_at.isoformat() if row.starts_at else None
    move = {"from": before, "by": event.rescheduled_by, "at": event.rescheduled_at.isoformat()}
    return replace(row, starts_at=event.starts_at, ends_at=event.ends_at, rescheduled=[*row.rescheduled, move])


def _became(row: AppointmentRow, event: Outcome, recorded_at: datetime) -> AppointmentRow:
    bare = replace(
        row,
        attendance_status=event.attendance_status,
        cancelled_by=None,
        activities=[],
        others_present=[],
        interpreter_present=None,
        partner_assessment_offered=None,
        party_size=None,
        outcome_recorded_at=recorded_at,
        replaced=[*row.replaced, _said_before(row)] if row.outcome_recorded_at else row.replaced,
    )
    match event:
        case AppointmentCancelledV1():
            return replace(bare, status="cancelled", cancelled_by=event.cancelled_by, outcome_at=event.cancelled_at)
        case SessionMissedV1():
            return replace(bare, status="missed", outcome_at=event.missed_at)
        case SessionAttendedV1():
            return _attended(bare, event)


def _attended(row: AppointmentRow, event: SessionAttendedV1) -> AppointmentRow:
    return replace(
        row,
        status="attended",
        consultation_mechanism=event.consultation_mechanism,
        activities=list(event.activities),
        others_present=list(event.others_present),
        interpreter_present=event.interpreter_present,
        partner_assessment_offered=event.partner_assessment_offered,
        party_size=event.party_size,
        outcome_at=event.attended_at,
    )


def _said_before(row: AppointmentRow) -> dict[str, Any]:
    recorded_at = row.outcome_recorded_at.isoformat() if row.outcome_recorded_at else None
    return {"status": row.status, "attendance_status": row.attendance_status, "recorded_at": recorded_at}


APPOINTMENTS: ReadModel[AppointmentRow, PublicEvent] = ReadModel(
    name="portal.appointments",
    version=1,
    table="appointments",
    key="appointment_id",
    row=AppointmentRow,
    key_of=_key_of,
    evolve=_evolve,
)

_DIARY = """
select *, count(*) over () as matching from appointments
where tenant = $1 and booked_at is not null and starts_at >= $2 and starts_at < $3
    and ($4::text is null or clinician_id = $4)
    and ($5::text is null or status = $5)
order by starts_at, clinician_id, appointment_id
limit $6 offset $7
"""
_NOT_TOLD = """
select *, count(*) over () as matching from appointments
where tenant = $1 and status = 'booked' and starts_at < $2 and ($3::text is null or clinician_id = $3)
order by starts_at, appointment_id
limit $4 offset $5
"""


async def diary(
    tx: Tx,
    tenant: TenantId,
    start: datetime,
    end: datetime,
    *,
    clinician_id: str | None,
    status: str | None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[AppointmentRow], int]:
    """A page of the appointments that start from `start` to before `end`, in order of time, and how many there are.

    Without a limit, all.
    """
    return _page(await tx.fetch(_DIARY, tenant, start, end, clinician_id, status, limit, offset))


async def without_outcome(
    tx: Tx, tenant: TenantId, now: datetime, *, clinician_id: str | None, limit: int | None = None, offset: int = 0
) -> tuple[list[AppointmentRow], int]:
    """A page of the appointments that have begun and nobody has said what became of, oldest first, and how many there are.

    Without a limit, all.
    """
    return _page(await tx.fetch(_NOT_TOLD, tenant, now, clinician_id, limit, offset))


def _page(records: Sequence[Any]) -> tuple[list[AppointmentRow], int]:
    return [APPOINTMENTS.read(record) for record in records], records[0]["matching"] if records else 0


async def appointment(tx: Tx, tenant: TenantId, appointment_id: str) -> AppointmentRow | None:
    record = await tx.fetchrow(
        "select * from appointments where tenant = $1 and appointment_id = $2 and booked_at is not null",
        tenant,
        appointment_id,
    )
    return APPOINTMENTS.read(record) if record else None


async def appointments_of(tx: Tx, tenant: TenantId, person_id: str) -> list[AppointmentRow]:
    """A person's appointments, the latest first."""
    records = await tx.fetch(
        "select * from appointments where tenant = $1 and person_id = $2 and booked_at is not null "
        "order by starts_at desc, appointment_id",
        tenant,
        person_id,
    )
    return [APPOINTMENTS.read(record) for record in records]


async def clinicians(tx: Tx, tenant: TenantId) -> list[str]:
    """The accounts that have or had appointments, in order of name."""
    records = await tx.fetch(
        "select distinct clinician_id from appointments where tenant = $1 and clinician_id is not null order by 1",
        tenant,
    )
    return [record["clinician_id"] for record in records]
