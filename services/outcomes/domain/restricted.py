"""What few may read of a person: safeguarding concerns and Mental Health Act periods, in a stream of its own.

That the person is known is asked of their outcome record beforehand: nobody who was enrolled is ever unknown again.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.outcomes.domain.concerns import (
    ChangeLevel,
    CloseConcern,
    Concern,
    Concerns,
    OpenConcern,
    change_level,
    close_concern,
    open_concern,
)
from services.outcomes.domain.events import (
    MhaPeriodEnded,
    MhaPeriodStarted,
    RestrictedEvent,
    SafeguardingConcernClosed,
    SafeguardingConcernOpened,
    SafeguardingLevelChanged,
)
from services.outcomes.domain.periods import EndPeriod, Period, Periods, StartPeriod, end_period, start_period


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedRecord:
    """The person's concerns and periods as they now stand."""

    concerns: Concerns = field(default_factory=dict)
    periods: Periods = field(default_factory=dict)


RestrictedCommand: TypeAlias = OpenConcern | ChangeLevel | CloseConcern | StartPeriod | EndPeriod


def stream_of(person_id: str) -> str:
    return f"restricted-{person_id}"


def initial() -> RestrictedRecord:
    return RestrictedRecord()


def evolve(state: RestrictedRecord, event: RestrictedEvent) -> RestrictedRecord:
    match event:
        case SafeguardingConcernOpened():
            opened = Concern(level=event.level, opened_on=event.opened_on, since=event.opened_on)
            return _with_concern(state, event.concern_id, opened)
        case SafeguardingLevelChanged():
            changed = replace(state.concerns[event.concern_id], level=event.level, since=event.changed_on)
            return _with_concern(state, event.concern_id, changed)
        case SafeguardingConcernClosed():
            return _with_concern(state, event.concern_id, replace(state.concerns[event.concern_id], closed=True))
        case MhaPeriodStarted():
            return _with_period(state, event.period_id, Period(started_on=event.started_on, ended_on=None))
        case MhaPeriodEnded():
            ended = replace(state.periods[event.period_id], ended_on=event.ended_on)
            return _with_period(state, event.period_id, ended)
        case _ as never:
            assert_never(never)


def _with_concern(state: RestrictedRecord, concern_id: str, concern: Concern) -> RestrictedRecord:
    return replace(state, concerns={**state.concerns, concern_id: concern})


def _with_period(state: RestrictedRecord, period_id: str, period: Period) -> RestrictedRecord:
    return replace(state, periods={**state.periods, period_id: period})


def decide(command: RestrictedCommand, state: RestrictedRecord, *, now: datetime) -> list[RestrictedEvent]:
    """Raises the refusals of concerns and periods."""
    match command:
        case OpenConcern():
            return [*open_concern(command, state.concerns, now)]
        case ChangeLevel():
            return [*change_level(command, state.concerns, now)]
        case CloseConcern():
            return [*close_concern(command, state.concerns, now)]
        case StartPeriod():
            return [*start_period(command, state.periods, now)]
        case EndPeriod():
            return [*end_period(command, state.periods, now)]
        case _ as never:
            assert_never(never)
