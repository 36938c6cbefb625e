"""Risk flags: an answer to a self-harm item that asks for a clinician's eyes, and what came of it when they looked.

A flag is never taken back: a reviewed one stays on the record, and only stops asking for attention.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.event import PublicEvent
from contracts.outcomes import RiskFlaggedV1, RiskReviewedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFlagRow:
    flag_id: str
    person_id: str
    measure_id: str
    instrument: str
    item: int
    flagged_at: datetime
    recorded_at: datetime
    review_outcome: str | None = None
    reviewed_at: datetime | None = None


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.flag_id if isinstance(recorded.event, RiskFlaggedV1 | RiskReviewedV1) else None


def _evolve(row: RiskFlagRow | None, recorded: Recorded[PublicEvent]) -> RiskFlagRow | None:
    match recorded.event:
        case RiskFlaggedV1() as flagged:
            return RiskFlagRow(
                flag_id=flagged.flag_id,
                person_id=flagged.person_id,
                measure_id=flagged.measure_id,
                instrument=flagged.instrument,
                item=flagged.item,
                flagged_at=flagged.flagged_at,
                recorded_at=recorded.recorded_at,
            )
        # The same stream told of the flag before.
        case RiskReviewedV1() as reviewed if row is not None:
            return replace(row, review_outcome=reviewed.outcome, reviewed_at=reviewed.reviewed_at)
        case _:
            return row


RISK_FLAGS: ReadModel[RiskFlagRow, PublicEvent] = ReadModel(
    name="portal.risk_flags",
    version=2,
    table="risk_flags",
    key="flag_id",
    row=RiskFlagRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def flags_of(tx: Tx, tenant: TenantId, person_id: str) -> list[RiskFlagRow]:
    """A person's flags, the latest first."""
    records = await tx.fetch(
        "select * from risk_flags where tenant = $1 and person_id = $2 order by flagged_at desc, flag_id",
        tenant,
        person_id,
    )
    return [RISK_FLAGS.read(record) for record in records]


async def flagged(tx: Tx, tenant: TenantId, person_ids: list[str]) -> set[str]:
    """Those of the people who have a flag nobody has reviewed."""
    records = await tx.fetch(
        "select distinct person_id from risk_flags where tenant = $1 and person_id = any($2) and reviewed_at is null",
        tenant,
        person_ids,
    )
    return {record["person_id"] for record in records}
