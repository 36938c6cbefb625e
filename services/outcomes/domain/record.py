"""One person's outcome record: who may have measures recorded, the measures as they now stand, the flags they raise."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias, assert_never
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from services.outcomes.domain.events import (
    EpisodeOpened,
    Form,
    MeasureCorrected,
    MeasureRecorded,
    PersonEnrolled,
    RecordEvent,
    RiskFlagged,
)
from services.outcomes.domain.refusals import (
    AlreadyRecorded,
    CompletedInFuture,
    CompletedTooEarly,
    MeasureUnknown,
    NothingAnswered,
    OtherInstrument,
    PersonUnknown,
)
from services.outcomes.domain.scoring import Flag, Orientation, Result

LONDON = ZoneInfo("Europe/London")
FIRST_DAY = date(2000, 1, 1)
"""An earlier day is a slip of the pen: nobody in perinatal care today filled in a form before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentMeasure:
    """A measure as it now stands; `version` is the stream's version of the event that holds it."""

    form: Form
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnrolled:
    """Registration has not been heard of; episodes may have been, for the two come in either order."""

    version: int = 0
    episodes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """Measures may be recorded. `version` counts the stream's events, as the store does."""

    version: int
    episodes: frozenset[str]
    measures: Mapping[str, CurrentMeasure] = field(default_factory=dict)


OutcomeRecord: TypeAlias = NotEnrolled | Enrolled


def initial() -> OutcomeRecord:
    return NotEnrolled()


def evolve(state: OutcomeRecord, event: RecordEvent) -> OutcomeRecord:
    state = replace(state, version=state.version + 1)
    match event:
        case PersonEnrolled():
            return Enrolled(version=state.version, episodes=state.episodes)
        case EpisodeOpened(referral_id=referral_id):
            return replace(state, episodes=state.episodes | {referral_id})
        case MeasureRecorded(measure_id=measure_id, form=form) | MeasureCorrected(measure_id=measure_id, form=form):
            return _with_measure(state, measure_id, form)
        case RiskFlagged():
            return state
        case _ as never:
            assert_never(never)


def _with_measure(state: OutcomeRecord, measure_id: str, form: Form) -> OutcomeRecord:
    if isinstance(state, NotEnrolled):
        return state
    current = CurrentMeasure(form=form, version=state.version)
    return replace(state, measures={**state.measures, measure_id: current})


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and why a form was filled in. Weeks hold on that day."""

    completed_on: date
    collection_point: str | None = None
    gestation_weeks: float | None = None
    infant_age_weeks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolPerson:
    """The person was registered at this instant."""

    person_id: str
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEpisode:
    """The person was accepted to a strand of care at this instant."""

    person_id: str
    referral_id: str
    care_strand: str
    accepted_at: datetime


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


RecordCommand: TypeAlias = EnrolPerson | OpenEpisode | RecordMeasure | CorrectMeasure


def stream_of(person_id: str) -> str:
    return f"record-{person_id}"


def decide(command: RecordCommand, state: OutcomeRecord, *, now: datetime) -> list[RecordEvent]:
    """Raises the refusals of `record` and `correct`; the other two are facts already and are always taken."""
    match command:
        case EnrolPerson():
            return enrol(command, state)
        case OpenEpisode():
            return open_episode(command, state)
        case RecordMeasure():
            return record(command, state, now)
        case CorrectMeasure():
            return correct(command, state, now)
        case _ as never:
            assert_never(never)


def enrol(command: EnrolPerson, state: OutcomeRecord) -> list[RecordEvent]:
    """Once."""
    if isinstance(state, Enrolled):
        return []
    return [PersonEnrolled(person_id=command.person_id, occurred_at=command.registered_at)]


def open_episode(command: OpenEpisode, state: OutcomeRecord) -> list[RecordEvent]:
    """Once for each referral, whether or not the person is enrolled yet."""
    if command.referral_id in state.episodes:
        return []
    opened = EpisodeOpened(
        person_id=command.person_id,
        referral_id=command.referral_id,
        care_strand=command.care_strand,
        occurred_at=command.accepted_at,
    )
    return [opened]


def record(command: RecordMeasure, state: OutcomeRecord, now: datetime) -> list[RecordEvent]:
    """The same answers again change nothing.

    Raises PersonUnknown, CompletedInFuture, CompletedTooEarly, NothingAnswered, AlreadyRecorded.
    """
    if isinstance(state, NotEnrolled):
        raise PersonUnknown(field="person_id")
    _require_sensible_day(command.occasion.completed_on, now)
    form = _form(command.result, command.orientation, command.occasion)
    known = state.measures.get(command.measure_id)
    if known is not None:
        if known.form.answers != form.answers:
            raise AlreadyRecorded(field="completed_on")
        return []
    recorded = MeasureRecorded(measure_id=command.measure_id, person_id=command.person_id, form=form, occurred_at=now)
    return [recorded, *_flagged(recorded, command.result.flags, state.version + 1)]


def correct(command: CorrectMeasure, state: OutcomeRecord, now: datetime) -> list[RecordEvent]:
    """The same answers change nothing. A risk answer that was not there, or was lower, is flagged anew.

    Raises PersonUnknown, MeasureUnknown, OtherInstrument, NothingAnswered.
    """
    if isinstance(state, NotEnrolled):
        raise PersonUnknown(field="person_id")
    known = state.measures.get(command.measure_id)
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
    return [corrected, *_flagged(corrected, risen, state.version + 1)]


def _require_sensible_day(day: date, now: datetime) -> None:
    if day > now.astimezone(LONDON).date():
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


def _flagged(source: MeasureRecorded | MeasureCorrected, flags: tuple[Flag, ...], version: int) -> list[RiskFlagged]:
    """A flag for each risk item; `version`, the source's own, makes its id new for each form and the same for ever."""
    return [
        RiskFlagged(
            flag_id=str(uuid5(NAMESPACE_URL, f"flag/{source.measure_id}/{version}/{flag.item}")),
            measure_id=source.measure_id,
            person_id=source.person_id,
            instrument=source.form.instrument,
            item=flag.item,
            concern=flag.concern,
            occurred_at=source.occurred_at,
        )
        for flag in flags
    ]
