"""The register of a group session: every place asked for, in order, and who came."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.scheduling.domain.events import Event
from services.scheduling.domain.session_events import (
    DropInAttended,
    PlaceAttended,
    PlaceBooked,
    PlaceCancelled,
    PlaceMissed,
    PlacePromoted,
    PlaceWaitlisted,
)

BOOKED, WAITLISTED, CANCELLED = "booked", "waitlisted", "cancelled"
ATTENDED, MISSED, DROPPED_IN = "attended", "missed", "dropped_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One party. `turn` is its place in the order of asking; `people` is how many of it came, None until told.

    Of a party that dropped in `place_id` is an id of its own, `party_size` how many came.
    """

    place_id: str
    group_session_id: str
    person_id: str | None
    party_size: int
    standing: str
    asked_at: datetime
    turn: int
    people: int | None


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case (
            PlaceBooked()
            | PlaceWaitlisted()
            | PlacePromoted()
            | PlaceCancelled()
            | PlaceAttended()
            | PlaceMissed() as event
        ):
            return event.place_id
        case DropInAttended(drop_in_id=drop_in_id):
            return drop_in_id
        case _:
            return None


def evolve(row: RegisterRow | None, recorded: Recorded[Event]) -> RegisterRow | None:
    match recorded.event:
        case PlaceBooked() as event:
            return _asked(event, recorded.version, BOOKED)
        case PlaceWaitlisted() as event:
            return _asked(event, recorded.version, WAITLISTED)
        case DropInAttended() as event:
            return _dropped_in(event, recorded.version)
        case PlacePromoted() if row is not None:
            return replace(row, standing=BOOKED)
        case PlaceCancelled() if row is not None:
            return replace(row, standing=CANCELLED)
        case PlaceAttended(people=people) if row is not None:
            return replace(row, standing=ATTENDED, people=people)
        case PlaceMissed() if row is not None:
            return replace(row, standing=MISSED, people=0)
        case _:
            return row


def _asked(event: PlaceBooked | PlaceWaitlisted, turn: int, standing: str) -> RegisterRow:
    return RegisterRow(
        place_id=event.place_id,
        group_session_id=event.group_session_id,
        person_id=event.person_id,
        party_size=event.party_size,
        standing=standing,
        asked_at=event.occurred_at,
        turn=turn,
        people=None,
    )


def _dropped_in(event: DropInAttended, turn: int) -> RegisterRow:
    return RegisterRow(
        place_id=event.drop_in_id,
        group_session_id=event.group_session_id,
        person_id=event.person_id,
        party_size=event.people,
        standing=DROPPED_IN,
        asked_at=event.occurred_at,
        turn=turn,
        people=event.people,
    )


REGISTER = ReadModel(
    name="scheduling.register",
    version=1,
    table="register",
    key="place_id",
    row=RegisterRow,
    key_of=key_of,
    evolve=evolve,
)


async def of_session(tx: Tx, tenant: TenantId, group_session_id: str) -> list[RegisterRow]:
    """Every party of a session, in the order they asked."""
    records = await tx.fetch(
        "select * from register where tenant = $1 and group_session_id = $2 order by turn", tenant, group_session_id
    )
    return [REGISTER.read(record) for record in records]
