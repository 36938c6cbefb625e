"""A person's safeguarding concerns. Read with the permission `restricted:read` only; notes stay sealed."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.outcomes.domain.events import (
    Event,
    SafeguardingConcernClosed,
    SafeguardingConcernOpened,
    SafeguardingLevelChanged,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSince:
    """A level and the day it was set."""

    level: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRow:
    """One concern: the level it is at, or was closed at, and every level it has had, in order."""

    concern_id: str
    person_id: str
    level: str
    levels: tuple[LevelSince, ...]
    opened_on: date
    closed_on: date | None
    reason: str | None
    recorded_at: datetime


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case SafeguardingConcernOpened() | SafeguardingLevelChanged() | SafeguardingConcernClosed() as event:
            return event.concern_id
        case _:
            return None


def evolve(row: ConcernRow | None, recorded: Recorded[Event]) -> ConcernRow | None:
    match recorded.event:
        case SafeguardingConcernOpened() as event:
            return _opened(event)
        case SafeguardingLevelChanged() as event if row is not None:
            changed = LevelSince(level=event.level, since=event.changed_on)
            return replace(row, level=event.level, levels=(*row.levels, changed))
        case SafeguardingConcernClosed() as event if row is not None:
            return replace(row, closed_on=event.closed_on, reason=event.reason)
        case _:
            return row


def _opened(event: SafeguardingConcernOpened) -> ConcernRow:
    return ConcernRow(
        concern_id=event.concern_id,
        person_id=event.person_id,
        level=event.level,
        levels=(LevelSince(level=event.level, since=event.opened_on),),
        opened_on=event.opened_on,
        closed_on=None,
        reason=None,
        recorded_at=event.occurred_at,
    )


CONCERNS = ReadModel(
    name="outcomes.safeguarding_concerns",
    version=1,
    table="safeguarding_concerns",
    key="concern_id",
    row=ConcernRow,
    key_of=key_of,
    evolve=evolve,
)

_OF_PERSON = """
select * from safeguarding_concerns where tenant = $1 and person_id = $2
order by closed_on is not null, opened_on, recorded_at, concern_id
"""


async def of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[ConcernRow]:
    """A person's concerns: those still open first, then by the day they were opened."""
    return [CONCERNS.read(record) for record in await tx.fetch(_OF_PERSON, tenant, person_id)]
