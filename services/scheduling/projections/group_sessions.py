"""Group sessions with the places left on them, and what they came to."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.scheduling.domain.events import Event
from services.scheduling.domain.session_events import (
    PlaceBooked,
    PlaceCancelled,
    PlacePromoted,
    PlaceWaitlisted,
    SessionCancelled,
    SessionHeld,
    SessionScheduled,
)

SCHEDULED, CANCELLED, HELD = "scheduled", "cancelled", "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One session. People are counted, not parties, but for `parties_booked`, the waiting places and the families that came.

    `places_left` is room for that many people; while anybody waits nobody gets it but them.
    """

    group_session_id: str
    session_type: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    consultation_mechanism: str
    site_ods_code: str | None
    activity_location_type: str | None
    language: str
    open_to_all: bool
    series_id: str | None
    status: str
    cancellation_reason: str | None
    parties_booked: int
    people_booked: int
    places_left: int
    people_waiting: int
    waiting_place_ids: tuple[str, ...]
    families: int | None
    participant_count: int | None
    drop_ins: int | None


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case (
            SessionScheduled()
            | SessionCancelled()
            | SessionHeld()
            | PlaceBooked()
            | PlaceWaitlisted()
            | PlacePromoted()
            | PlaceCancelled() as event
        ):
            return event.group_session_id
        case _:
            return None


def evolve(row: SessionRow | None, recorded: Recorded[Event]) -> SessionRow | None:
    match recorded.event:
        case SessionScheduled() as event:
            return _scheduled(event)
        case SessionCancelled(reason=reason) if row is not None:
            return replace(row, status=CANCELLED, cancellation_reason=reason)
        case SessionHeld() as event if row is not None:
            return _held(row, event)
        case PlaceBooked() | PlaceWaitlisted() | PlacePromoted() | PlaceCancelled() as event if row is not None:
            return _with_place(row, event)
        case _:
            return row


def _with_place(row: SessionRow, event: PlaceBooked | PlaceWaitlisted | PlacePromoted | PlaceCancelled) -> SessionRow:
    place_id, people = event.place_id, event.party_size
    match event:
        case PlaceBooked():
            return _booked(row, people)
        case PlaceWaitlisted():
            waiting = (*row.waiting_place_ids, place_id)
            return replace(row, waiting_place_ids=waiting, people_waiting=row.people_waiting + people)
        case PlacePromoted():
            return _booked(_no_longer_waiting(row, place_id, people), people)
        case PlaceCancelled() if place_id in row.waiting_place_ids:
            return _no_longer_waiting(row, place_id, people)
        case PlaceCancelled():
            return _booked(row, -people, parties=-1)
        case _ as never:
            assert_never(never)


def _scheduled(event: SessionScheduled) -> SessionRow:
    return SessionRow(
        group_session_id=event.group_session_id,
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
        status=SCHEDULED,
        cancellation_reason=None,
        parties_booked=0,
        people_booked=0,
        places_left=event.capacity,
        people_waiting=0,
        waiting_place_ids=(),
        families=None,
        participant_count=None,
        drop_ins=None,
    )


def _booked(row: SessionRow, people: int, parties: int = 1) -> SessionRow:
    return replace(
        row,
        parties_booked=row.parties_booked + parties,
        people_booked=row.people_booked + people,
        places_left=row.places_left - people,
    )


def _no_longer_waiting(row: SessionRow, place_id: str, people: int) -> SessionRow:
    waiting = tuple(other for other in row.waiting_place_ids if other != place_id)
    return replace(row, waiting_place_ids=waiting, people_waiting=row.people_waiting - people)


def _held(row: SessionRow, event: SessionHeld) -> SessionRow:
    return replace(
        row,
        status=HELD,
        language=event.language,
        families=event.families,
        participant_count=event.participant_count,
        drop_ins=event.drop_ins,
    )


GROUP_SESSIONS = ReadModel(
    name="scheduling.group_sessions",
    version=1,
    table="group_sessions",
    key="group_session_id",
    row=SessionRow,
    key_of=key_of,
    evolve=evolve,
)

_BETWEEN = """
select * from group_sessions where tenant = $1 and starts_at >= $2 and starts_at < $3
order by starts_at, group_session_id
"""
_OPEN = """
select * from group_sessions
where tenant = $1 and starts_at >= $2 and starts_at < $3 and open_to_all and status = 'scheduled'
order by starts_at, group_session_id
"""


async def between(
    tx: Tx, tenant: TenantId, *, since: datetime, until: datetime, open_only: bool = False
) -> list[SessionRow]:
    """Sessions that start in [since, until), the earliest first; only those any family may still ask a place at."""
    records = await tx.fetch(_OPEN if open_only else _BETWEEN, tenant, since, until)
    return [GROUP_SESSIONS.read(record) for record in records]


async def one(tx: Tx, tenant: TenantId, group_session_id: str) -> SessionRow | None:
    """One session; None when there is none of this id."""
    record = await tx.fetchrow(
        "select * from group_sessions where tenant = $1 and group_session_id = $2", tenant, group_session_id
    )
    return None if record is None else GROUP_SESSIONS.read(record)
