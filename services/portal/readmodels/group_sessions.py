"""Group sessions: what is planned, cancelled or held, and how full each is.

A row starts with whichever fact comes first. Lists show it once the session itself has arrived. Places are rows of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contracts.event import PublicEvent
from contracts.scheduling import SessionCancelledV1, SessionHeldV1, SessionScheduledV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Heeded = SessionScheduledV1 | SessionCancelledV1 | SessionHeldV1


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSessionRow:
    group_session_id: str
    status: str = "announced"
    """announced (not heard to be planned yet), scheduled, cancelled, held"""
    session_type: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    capacity: int | None = None
    """People, not families."""
    consultation_mechanism: str | None = None
    site_ods_code: str | None = None
    activity_location_type: str | None = None
    language: str | None = None
    open_to_all: bool | None = None
    series_id: str | None = None
    scheduled_recorded_at: datetime | None = None
    cancel_reason: str | None = None
    cancelled_at: datetime | None = None
    families: int | None = None
    participant_count: int | None = None
    drop_ins: int | None = None
    held_language: str | None = None
    held_at: datetime | None = None
    held_recorded_at: datetime | None = None


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.group_session_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: GroupSessionRow | None, recorded: Recorded[PublicEvent]) -> GroupSessionRow | None:
    if not isinstance(recorded.event, Heeded):
        return row
    so_far = row or GroupSessionRow(group_session_id=recorded.event.group_session_id)
    changed = _with(so_far, recorded.event, recorded.recorded_at)
    return replace(changed, status=_status(changed))


def _with(row: GroupSessionRow, event: Heeded, recorded_at: datetime) -> GroupSessionRow:
    match event:
        case SessionScheduledV1():
            return _planned(row, event, recorded_at)
        case SessionCancelledV1():
            return replace(row, cancel_reason=event.reason, cancelled_at=event.cancelled_at)
        case SessionHeldV1():
            return replace(
                row,
                families=event.families,
                participant_count=event.participant_count,
                drop_ins=event.drop_ins,
                held_language=event.language,
                held_at=event.held_at,
                held_recorded_at=recorded_at,
            )


def _planned(row: GroupSessionRow, event: SessionScheduledV1, recorded_at: datetime) -> GroupSessionRow:
    return replace(
        row,
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
        scheduled_recorded_at=recorded_at,
    )


def _status(row: GroupSessionRow) -> str:
    if row.starts_at is None:
        return "announced"
    if row.cancelled_at is not None:
        return "cancelled"
    return "scheduled" if row.held_at is None else "held"


GROUP_SESSIONS: ReadModel[GroupSessionRow, PublicEvent] = ReadModel(
    name="portal.group_sessions",
    version=1,
    table="group_sessions",
    key="group_session_id",
    row=GroupSessionRow,
    key_of=_key_of,
    evolve=_evolve,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A session with the people who have a place on it, and the families that wait for one."""

    session: GroupSessionRow
    people_booked: int
    families_waiting: int

    @property
    def room(self) -> int:
        """How many more people a family that asks now may bring at once: nobody overtakes whoever waits."""
        return 0 if self.families_waiting else max(0, (self.session.capacity or 0) - self.people_booked)


_FILLED = """
with page as (
    select *, count(*) over () as matching from group_sessions
    where tenant = $1 and starts_at is not null
        and ($2::text is null or group_session_id = $2)
        and ($3::timestamptz is null or ends_at >= $3)
        and ($4::timestamptz is null or ends_at < $4)
        and ($5::text is null or status = $5)
        and (not $6 or open_to_all)
        and ($9::timestamptz is null or starts_at > $9)
    order by case when $4 is null then starts_at end, starts_at desc, group_session_id
    limit $7 offset $8
)
select page.*, coalesce(p.people_booked, 0) as people_booked, coalesce(p.families_waiting, 0) as families_waiting
from page
left join lateral (
    select sum(party_size) filter (
            where status <> 'cancelled' and (booked_at is not null or promoted_at is not null)
        ) as people_booked,
        count(*) filter (where status = 'waitlisted') as families_waiting
    from places where tenant = page.tenant and group_session_id = page.group_session_id
) p on true
order by case when $4 is null then starts_at end, starts_at desc, group_session_id
"""


async def sessions_from(
    tx: Tx, tenant: TenantId, now: datetime, *, status: str | None, limit: int | None = None, offset: int = 0
) -> tuple[list[Filled], int]:
    """A page of the sessions that are not over, the next one first, and how many there are. Without a limit, all."""
    return _page(await tx.fetch(_FILLED, tenant, None, now, None, status, False, limit, offset, None))


async def sessions_before(
    tx: Tx, tenant: TenantId, now: datetime, *, status: str | None, limit: int | None = None, offset: int = 0
) -> tuple[list[Filled], int]:
    """A page of the sessions that are over, the latest first, and how many there are. Without a limit, all."""
    return _page(await tx.fetch(_FILLED, tenant, None, None, now, status, False, limit, offset, None))


async def sessions_to_come(
    tx: Tx, tenant: TenantId, now: datetime, *, every_family: bool = False, limit: int, offset: int = 0
) -> tuple[list[Filled], int]:
    """A page of the sessions a place can be taken on, those for every family alone if wanted, and how many there are."""
    return _page(await tx.fetch(_FILLED, tenant, None, None, None, "scheduled", every_family, limit, offset, now))


async def group_session(tx: Tx, tenant: TenantId, group_session_id: str) -> Filled | None:
    found, _ = _page(await tx.fetch(_FILLED, tenant, group_session_id, None, None, None, False, 1, 0, None))
    return found[0] if found else None


def _page(records: Sequence[Any]) -> tuple[list[Filled], int]:
    found = [
        Filled(
            session=GROUP_SESSIONS.read(record),
            people_booked=record["people_booked"],
            families_waiting=record["families_waiting"],
        )
        for record in records
    ]
    return found, records[0]["matching"] if records else 0
