"""Measures of one person: a scored form is kept, a wrong one superseded, and a risk answer flagged whatever the total."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from uuid import NAMESPACE_URL, uuid5

from services.outcomes.domain.days import FIRST_DAY, london_date
from services.outcomes.domain.events import Form, MeasureCorrected, MeasureRecorded, RiskFlagged
from services.outcomes.domain.refusals import (
    AlreadyRecorded,
    CompletedInFuture,
    CompletedTooEarly,
    MeasureUnknown,
    NothingAnswered,
    OtherInstrument,
)
from services.outcomes.domain.scoring import Flag, Orientation, Result

Decided: TypeAlias = MeasureRecorded | MeasureCorrected | RiskFlagged


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentMeasure:
    """A measure as it now stands. `number` counts its forms; `version` is the stream's version of the event that holds it."""

    form: Form
    number: int
    version: int


Measures: TypeAlias = Mapping[str, CurrentMeasure]
"""By measure id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and why a form was filled in. Weeks hold on that day."""

    completed_on: date
    collection_point: str | None = None
    gestation_weeks: float | None = None
    infant_age_weeks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMeasure:
    """Keep a scored form."""

    person_id: str
    result: Result
    orientation: Orientation
    occasion: Occasion

    @property
    def measure_id(self) -> str:
        """One instrument, one day, one collection point: one measure. Known before deciding, and the same for ever."""
        day, point = self.occasion.completed_on.isoformat(), self.occasion.collection_point or ""
        return str(uuid5(NAMESPACE_URL, f"measure/{self.person_id}/{self.result.instrument}/{day}/{point}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectMeasure:
    """Let these answers take the place of a measure's; day and collection point stay."""

    person_id: str
    measure_id: str
    result: Result
    orientation: Orientation
    reason_code: str
    note: str | None = None


def record(command: RecordMeasure, measures: Measures, now: datetime) -> list[Decided]:
    """The same answers again change nothing.

    Raises CompletedInFuture, CompletedTooEarly, NothingAnswered, AlreadyRecorded.
    """
    _require_sensible_day(command.occasion.completed_on, now)
    form = _form(command.result, command.orientation, command.occasion)
    known = measures.get(command.measure_id)
    if known is not None:
        if known.form.answers != form.answers:
            raise AlreadyRecorded(field="completed_on")
        return []
    recorded = MeasureRecorded(measure_id=command.measure_id, person_id=command.person_id, form=form, occurred_at=now)
    return [recorded, *_flagged(recorded, command.result.flags, 1)]


def correct(command: CorrectMeasure, measures: Measures, now: datetime) -> list[Decided]:
    """The same answers change nothing. A risk answer that was not there, or was lower, is flagged anew.

    Raises MeasureUnknown, OtherInstrument, NothingAnswered.
    """
    known = measures.get(command.measure_id)
    if known is None:
        raise MeasureUnknown(field="measure_id")
    if known.form.instrument != command.result.instrument:
        raise OtherInstrument(field="measure_id")
    form = _form(command.result, command.orientation, _occasion_of(known.form))
    if form.answers == known.form.answers:
        return []
    corrected = MeasureCorrected(
        measure_id=command.measure_id,
        person_id=command.person_id,
        form=form,
        supersedes_version=known.version,
        reason_code=command.reason_code,
        note=command.note,
        occurred_at=now,
    )
    risen = tuple(flag for flag in command.result.flags if _has_risen(flag, known.form))
    return [corrected, *_flagged(corrected, risen, known.number + 1)]


def _require_sensible_day(day: date, now: datetime) -> None:
    if day > london_date(now):
        raise CompletedInFuture(field="completed_on")
    if day < FIRST_DAY:
        raise CompletedTooEarly(field="completed_on")


def _form(result: Result, orientation: Orientation, occasion: Occasion) -> Form:
    if result.answered == 0:
        raise NothingAnswered(field="items")
    return Form(
        instrument=result.instrument,
        instrument_version=result.version,
        answers=result.answers,
        orientation=orientation.value,
        scores=dict(result.scores),
        bands=dict(result.bands),
        reason=result.reason,
        items_answered=result.answered,
        complete=result.complete,
        flagged_items=tuple(flag.item for flag in result.flags),
        completed_on=occasion.completed_on,
        collection_point=occasion.collection_point,
        gestation_weeks=occasion.gestation_weeks,
        infant_age_weeks=occasion.infant_age_weeks,
    )


def _occasion_of(form: Form) -> Occasion:
    return Occasion(
        completed_on=form.completed_on,
        collection_point=form.collection_point,
        gestation_weeks=form.gestation_weeks,
        infant_age_weeks=form.infant_age_weeks,
    )


def _has_risen(flag: Flag, before: Form) -> bool:
    earlier = before.answers[flag.item - 1]
    return flag.item not in before.flagged_items or not isinstance(earlier, int) or flag.answer > earlier


def flag_id_for(measure_id: str, number: int, item: int) -> str:
    """New for each form of a measure; the same for one that is entered again because it was lost, whatever else was."""
    return str(uuid5(NAMESPACE_URL, f"risk-flag/{measure_id}/{number}/{item}"))


def _flagged(source: MeasureRecorded | MeasureCorrected, flags: tuple[Flag, ...], number: int) -> list[RiskFlagged]:
    """A flag for each risk item."""
    return [
        RiskFlagged(
            flag_id=flag_id_for(source.measure_id, number, flag.item),
            measure_id=source.measure_id,
            person_id=source.person_id,
            instrument=source.form.instrument,
            item=flag.item,
            concern=flag.concern,
            occurred_at=source.occurred_at,
        )
        for flag in flags
    ]
