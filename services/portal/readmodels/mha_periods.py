"""Mental Health Act periods, from the restricted topic. Read by pages with the permission `page:restricted`, by nothing else."""

from dataclasses import dataclass, replace
from datetime import date

from contracts.event import PublicEvent
from contracts.outcomes import MhaPeriodEndedV1, MhaPeriodStartedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Heeded = MhaPeriodStartedV1 | MhaPeriodEndedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class MhaPeriodRow:
    period_id: str
    person_id: str
    legal_status: str | None = None
    counts_as: str | None = None
    started_on: date | None = None
    ended_on: date | None = None


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.period_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: MhaPeriodRow | None, recorded: Recorded[PublicEvent]) -> MhaPeriodRow | None:
    if not isinstance(recorded.event, Heeded):
        return row
    so_far = row or MhaPeriodRow(period_id=recorded.event.period_id, person_id=recorded.event.person_id)
    match recorded.event:
        case MhaPeriodStartedV1() as event:
            return replace(
                so_far, legal_status=event.legal_status, counts_as=event.counts_as, started_on=event.started_on
            )
        case MhaPeriodEndedV1() as event:
            return replace(so_far, ended_on=event.ended_on)


MHA_PERIODS: ReadModel[MhaPeriodRow, PublicEvent] = ReadModel(
    name="portal.mha_periods",
    version=1,
    table="mha_periods",
    key="period_id",
    row=MhaPeriodRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def mha_periods_of(tx: Tx, tenant: TenantId, person_id: str) -> list[MhaPeriodRow]:
    """A person's periods, the one still running first, then the latest."""
    records = await tx.fetch(
        "select * from mha_periods where tenant = $1 and person_id = $2 and started_on is not null "
        "order by ended_on is not null, started_on desc, period_id",
        tenant,
        person_id,
    )
    return [MHA_PERIODS.read(record) for record in records]
