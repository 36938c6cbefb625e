"""Every measure by its scores. A correction takes the place of what was recorded, and what it replaced is kept beside it,
so that a report as at an earlier moment still gives the figure of that moment.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.event import PublicEvent
from contracts.outcomes import MeasureCorrectedV1, MeasureRecordedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

_REPLACED = ("instrument_version", "scores", "items_answered", "complete", "completed_on", "recorded_at", "reason_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    measure_id: str
    person_id: str
    instrument: str
    instrument_version: str
    scores: dict[str, Any]
    """{score name: value, or None where too little was answered}"""
    items_answered: int
    complete: bool
    collection_point: str | None
    completed_on: date
    gestation_weeks: float | None
    infant_age_weeks: int | None
    recorded_at: datetime
    reason_code: str | None
    """Why the latest correction was made; None when there was none."""
    replaced: list[dict[str, Any]]
    """What earlier readings of the same measure said, oldest first."""


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    match recorded.event:
        case MeasureRecordedV1() | MeasureCorrectedV1() as event:
            return event.measure_id
        case _:
            return None


def _evolve(row: MeasureRow | None, recorded: Recorded[PublicEvent]) -> MeasureRow | None:
    match recorded.event:
        case MeasureRecordedV1() as event:
            return _reading(event, recorded.recorded_at, reason_code=None, replaced=[])
        case MeasureCorrectedV1() as event:
            replaced = [*row.replaced, _kept(row)] if row else []
            return _reading(event, recorded.recorded_at, reason_code=event.reason_code, replaced=replaced)
        case _:
            return row


def _reading(
    event: MeasureRecordedV1 | MeasureCorrectedV1,
    recorded_at: datetime,
    *,
    reason_code: str | None,
    replaced: list[dict[str, Any]],
) -> MeasureRow:
    return MeasureRow(
        measure_id=event.measure_id,
        person_id=event.person_id,
        instrument=event.instrument,
        instrument_version=event.instrument_version,
        scores=dict(event.scores),
        items_answered=event.items_answered,
        complete=event.complete,
        collection_point=event.collection_point,
        completed_on=event.completed_on,
        gestation_weeks=event.gestation_weeks,
        infant_age_weeks=event.infant_age_weeks,
        recorded_at=recorded_at,
        reason_code=reason_code,
        replaced=replaced,
    )


def _kept(row: MeasureRow) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in _REPLACED}
    return kept | {"completed_on": row.completed_on.isoformat(), "recorded_at": row.recorded_at.isoformat()}


MEASURES: ReadModel[MeasureRow, PublicEvent] = ReadModel(
    name="portal.measures",
    version=1,
    table="measures",
    key="measure_id",
    row=MeasureRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def measures_of(tx: Tx, tenant: TenantId, person_id: str) -> list[MeasureRow]:
    """A person's measures, oldest first."""
    records = await tx.fetch(
        "select * from measures where tenant = $1 and person_id = $2 order by completed_on, recorded_at, measure_id",
        tenant,
        person_id,
    )
    return [MEASURES.read(record) for record in records]


async def measure(tx: Tx, tenant: TenantId, measure_id: str) -> MeasureRow | None:
    record = await tx.fetchrow("select * from measures where tenant = $1 and measure_id = $2", tenant, measure_id)
    return MEASURES.read(record) if record else None
