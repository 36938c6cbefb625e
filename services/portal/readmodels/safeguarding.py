"""Safeguarding concerns, from the restricted topic. Read by pages with the permission `page:restricted`, and by nothing else."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from contracts.event import PublicEvent
from contracts.outcomes import SafeguardingConcernClosedV1, SafeguardingConcernOpenedV1, SafeguardingLevelChangedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Heeded = SafeguardingConcernOpenedV1 | SafeguardingLevelChangedV1 | SafeguardingConcernClosedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRow:
    concern_id: str
    person_id: str
    opened_on: date | None = None
    levels: list[dict[str, Any]] = field(default_factory=list)
    """[{"level", "from"}], in the order they were told; the last one holds."""
    closed_on: date | None = None
    close_reason: str | None = None

    @property
    def level(self) -> str | None:
        return self.levels[-1]["level"] if self.levels else None


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.concern_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: ConcernRow | None, recorded: Recorded[PublicEvent]) -> ConcernRow | None:
    if not isinstance(recorded.event, Heeded):
        return row
    so_far = row or ConcernRow(concern_id=recorded.event.concern_id, person_id=recorded.event.person_id)
    match recorded.event:
        case SafeguardingConcernOpenedV1() as event:
            return replace(so_far, opened_on=event.opened_on, levels=_then(so_far, event.level, event.opened_on))
        case SafeguardingLevelChangedV1() as event:
            return replace(so_far, levels=_then(so_far, event.level, event.changed_on))
        case SafeguardingConcernClosedV1() as event:
            return replace(so_far, closed_on=event.closed_on, close_reason=event.reason)


def _then(row: ConcernRow, level: str, day: date) -> list[dict[str, Any]]:
    return [*row.levels, {"level": level, "from": day.isoformat()}]


CONCERNS: ReadModel[ConcernRow, PublicEvent] = ReadModel(
    name="portal.safeguarding_concerns",
    version=1,
    table="safeguarding_concerns",
    key="concern_id",
    row=ConcernRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def concerns_of(tx: Tx, tenant: TenantId, person_id: str) -> list[ConcernRow]:
    """A person's concerns, those still open first, then the latest opened."""
    records = await tx.fetch(
        "select * from safeguarding_concerns where tenant = $1 and person_id = $2 and opened_on is not null "
        "order by closed_on is not null, opened_on desc, concern_id",
        tenant,
        person_id,
    )
    return [CONCERNS.read(record) for record in records]
