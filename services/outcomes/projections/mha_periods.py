"""A person's Mental Health Act periods. Read with the permission `restricted:read` only."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.outcomes.domain.events import Event, MhaPeriodEnded, MhaPeriodStarted


@dataclass(frozen=True, slots=True, kw_only=True)
class MhaPeriodRow:
    """One period; without `ended_on` it goes on. `counts_as`: detention, short-term-order, guardianship or None."""

    period_id: str
    person_id: str
    legal_status: str
    counts_as: str | None
    started_on: date
    ended_on: date | None
    recorded_at: datetime


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case MhaPeriodStarted() | MhaPeriodEnded() as event:
            return event.period_id
        case _:
            return None


def evolve(row: MhaPeriodRow | None, recorded: Recorded[Event]) -> MhaPeriodRow | None:
    match recorded.event:
        case MhaPeriodStarted() as event:
            return MhaPeriodRow(
                period_id=event.period_id,
                person_id=event.person_id,
                legal_status=event.legal_status,
                counts_as=event.counts_as,
                started_on=event.started_on,
                ended_on=None,
                recorded_at=event.occurred_at,
            )
        case MhaPeriodEnded() as event if row is not None:
            return replace(row, ended_on=event.ended_on)
        case _:
            return row


MHA_PERIODS = ReadModel(
    name="outcomes.mha_periods",
    version=1,
    table="mha_periods",
    key="period_id",
    row=MhaPeriodRow,
    key_of=key_of,
    evolve=evolve,
)

_OF_PERSON = """
select * from mha_periods where tenant = $1 and person_id = $2
order by started_on, ended_on nulls last, period_id
"""


async def of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[MhaPeriodRow]:
    """A person's periods, the earliest first."""
    return [MHA_PERIODS.read(record) for record in await tx.fetch(_OF_PERSON, tenant, person_id)]
