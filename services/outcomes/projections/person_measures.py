"""A person's measures as they now stand, the flags they raised, and how the person changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.outcomes.domain.change import Change, Reading, change, first_and_last
from services.outcomes.domain.episodes import Gap
from services.outcomes.domain.events import (
    Event,
    Form,
    MeasureCorrected,
    MeasureRecorded,
    RiskFlagged,
    RiskReviewed,
)
from services.outcomes.domain.instrument import Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedFlag:
    """A flag once raised stays, whatever a correction says: a clinician looks at it, and `outcome` is what came of it."""

    flag_id: str
    item: int
    concern: str
    flagged_at: datetime
    reviewed_at: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure. `corrections` counts how often it was corrected, `corrected_at` is the last time."""

    measure_id: str
    person_id: str
    instrument: str
    instrument_version: str
    answers: tuple[int | Literal["na"] | None, ...]
    scores: dict[str, float | None]
    bands: dict[str, str | None]
    reason: str | None
    items_answered: int
    complete: bool
    completed_on: date
    collection_point: str | None
    gestation_weeks: float | None
    infant_age_weeks: int | None
    flags: tuple[RaisedFlag, ...]
    recorded_at: datetime
    corrected_at: datetime | None
    corrections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How one score of one instrument moved between a person's first and last form."""

    instrument: str
    instrument_version: str
    score: str
    first: Reading
    last: Reading
    change: Change


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case MeasureRecorded() | MeasureCorrected() | RiskFlagged() | RiskReviewed() as event:
            return event.measure_id
        case _:
            return None


def evolve(row: MeasureRow | None, recorded: Recorded[Event]) -> MeasureRow | None:
    match recorded.event:
        case MeasureRecorded() as event:
            return _recorded(event)
        case MeasureCorrected() as event if row is not None:
            return _corrected(row, event)
        case RiskFlagged() as event if row is not None:
            return replace(row, flags=(*row.flags, _raised(event)))
        case RiskReviewed() as event if row is not None:
            return replace(row, flags=tuple(_reviewed(flag, event) for flag in row.flags))
        case _:
            return row


def _recorded(event: MeasureRecorded) -> MeasureRow:
    form = event.form
    return MeasureRow(
        measure_id=event.measure_id,
        person_id=event.person_id,
        instrument=form.instrument,
        instrument_version=form.instrument_version,
        answers=form.answers,
        scores=form.scores,
        bands=form.bands,
        reason=form.reason,
        items_answered=form.items_answered,
        complete=form.complete,
        completed_on=form.completed_on,
        collection_point=form.collection_point,
        gestation_weeks=form.gestation_weeks,
        infant_age_weeks=form.infant_age_weeks,
        flags=(),
        recorded_at=event.occurred_at,
        corrected_at=None,
        corrections=0,
    )


def _corrected(row: MeasureRow, event: MeasureCorrected) -> MeasureRow:
    form: Form = event.form
    return replace(
        row,
        instrument_version=form.instrument_version,
        answers=form.answers,
        scores=form.scores,
        bands=form.bands,
        reason=form.reason,
        items_answered=form.items_answered,
        complete=form.complete,
        corrected_at=event.occurred_at,
        corrections=row.corrections + 1,
    )


def _raised(event: RiskFlagged) -> RaisedFlag:
    return RaisedFlag(flag_id=event.flag_id, item=event.item, concern=event.concern, flagged_at=event.occurred_at)


def _reviewed(flag: RaisedFlag, event: RiskReviewed) -> RaisedFlag:
    if flag.flag_id != event.flag_id:
        return flag
    return replace(flag, reviewed_at=event.occurred_at, outcome=event.outcome)


PERSON_MEASURES = ReadModel(
    name="outcomes.person_measures",
    version=1,
    table="person_measures",
    key="measure_id",
    row=MeasureRow,
    key_of=key_of,
    evolve=evolve,
)

_OF_PERSON = """
select * from person_measures where tenant = $1 and person_id = $2
order by completed_on, recorded_at, measure_id
"""


async def of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[MeasureRow]:
    """A person's measures, the earliest completed first."""
    return [PERSON_MEASURES.read(record) for record in await tx.fetch(_OF_PERSON, tenant, person_id)]


def courses(
    rows: Sequence[MeasureRow], instruments: Mapping[str, Instrument], gaps: Sequence[Gap] = ()
) -> list[Course]:
    """First against last of each score, within one version of an instrument and one course of care.

    A single form has no course. `gaps` lie between courses of care, the earliest first.
    """
    readings: dict[tuple[str, str, str, int], list[Reading]] = {}
    for key, reading in _readings(rows, gaps):
        readings.setdefault(key, []).append(reading)
    found = []
    for (code, version, name, _), mine in sorted(readings.items(), key=lambda each: each[0][3]):
        pair = first_and_last(mine)
        instrument = instruments.get(code)
        if pair is not None and instrument is not None and instrument.version == version:
            first, last = pair
            moved = change(instrument, name, first.value, last.value)
            found.append(
                Course(instrument=code, instrument_version=version, score=name, first=first, last=last, change=moved)
            )
    return found


def _readings(rows: Sequence[MeasureRow], gaps: Sequence[Gap]) -> Iterator[tuple[tuple[str, str, str, int], Reading]]:
    for row in rows:
        passed = sum(gap.is_before(row.completed_on, row.collection_point) for gap in gaps)
        for name, value in row.scores.items():
            if value is not None:
                key = (row.instrument, row.instrument_version, name, passed)
                yield key, Reading(completed_on=row.completed_on, recorded_at=row.recorded_at, value=value)
