"""Places on group sessions: one row a family's place, or its turn on the waiting places."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.event import PublicEvent
from contracts.scheduling import (
    PlaceBookedV1,
    PlaceCancelledV1,
    PlacePromotedV1,
    PlaceWaitlistedV1,
    SessionAttendedV1,
    SessionMissedV1,
)
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Asked = PlaceBookedV1 | PlaceWaitlistedV1 | PlacePromotedV1 | PlaceCancelledV1
Heeded = Asked | SessionAttendedV1 | SessionMissedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    place_id: str
    group_session_id: str
    person_id: str | None = None
    """None: a family nobody has registered."""
    status: str = "announced"
    """announced, booked, waitlisted, promoted, cancelled, attended, missed"""
    party_size: int | None = None
    turn: int | None = None
    """The session's own count of what happened: families were asked for in this order."""
    booked_at: datetime | None = None
    waitlisted_at: datetime | None = None
    promoted_at: datetime | None = None
    cancelled_at: datetime | None = None
    people_came: int | None = None
    recorded_at: datetime
    """When the latest of it was stored."""


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.place_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: PlaceRow | None, recorded: Recorded[PublicEvent]) -> PlaceRow | None:
    event = recorded.event
    if not isinstance(event, Heeded) or event.place_id is None or event.group_session_id is None:
        return row
    at = recorded.recorded_at
    blank = PlaceRow(place_id=event.place_id, group_session_id=event.group_session_id, recorded_at=at)
    so_far = replace(row or blank, recorded_at=at, person_id=event.person_id)
    match event:
        case SessionAttendedV1():
            return replace(so_far, status="attended", people_came=event.party_size)
        case SessionMissedV1():
            return replace(so_far, status="missed", people_came=0)
        case _:
            return _asked(replace(so_far, party_size=event.party_size), event, recorded.version)


def _asked(row: PlaceRow, event: Asked, version: int) -> PlaceRow:
    match event:
        case PlaceBookedV1():
            return replace(row, status="booked", booked_at=event.at, turn=version)
        case PlaceWaitlistedV1():
            return replace(row, status="waitlisted", waitlisted_at=event.at, turn=version)
        case PlacePromotedV1():
            return replace(row, status="promoted", promoted_at=event.at)
        case PlaceCancelledV1():
            return replace(row, status="cancelled", cancelled_at=event.at)


PLACES: ReadModel[PlaceRow, PublicEvent] = ReadModel(
    name="portal.places",
    version=1,
    table="places",
    key="place_id",
    row=PlaceRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def places_of(tx: Tx, tenant: TenantId, group_session_id: str) -> list[PlaceRow]:
    """A session's places in the order they were asked for."""
    records = await tx.fetch(
        "select * from places where tenant = $1 and group_session_id = $2 order by turn nulls last, place_id",
        tenant,
        group_session_id,
    )
    return [PLACES.read(record) for record in records]


async def place(tx: Tx, tenant: TenantId, place_id: str) -> PlaceRow | None:
    record = await tx.fetchrow("select * from places where tenant = $1 and place_id = $2", tenant, place_id)
    return PLACES.read(record) if record else None


async def families_ahead(tx: Tx, tenant: TenantId, row: PlaceRow) -> int:
    """How many families wait for a place on the same session and asked before this one."""
    ahead: int = await tx.fetchval(
        "select count(*) from places "
        "where tenant = $1 and group_session_id = $2 and status = 'waitlisted' and turn < $3",
        tenant,
        row.group_session_id,
        row.turn,
    )
    return ahead


async def places_of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[PlaceRow]:
    """A person's places, the latest asked for first."""
    records = await tx.fetch(
        "select * from places where tenant = $1 and person_id = $2 "
        "order by coalesce(booked_at, waitlisted_at) desc, place_id",
        tenant,
        person_id,
    )
    return [PLACES.read(record) for record in records]
