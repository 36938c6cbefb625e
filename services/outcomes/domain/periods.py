"""Mental Health Act periods of one person. One legal status holds at a time: two periods may meet on a day, never overlap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from services.outcomes.domain.days import require_past
from services.outcomes.domain.events import MhaPeriodEnded, MhaPeriodStarted
from services.outcomes.domain.refusals import EndBeforeStart, PeriodEnded, PeriodOpen, PeriodsOverlap, PeriodUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days of one period; without `ended_on` it still goes on."""

    started_on: date
    ended_on: date | None


Periods: TypeAlias = Mapping[str, Period]
"""By period id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPeriod:
    """A legal status holds from this day; `counts_as` is its class in NHS England's measures, if it has one."""

    person_id: str
    period_id: str
    legal_status: str
    counts_as: str | None
    started_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPeriod:
    """The legal status held until this day."""

    person_id: str
    period_id: str
    ended_on: date


def start_period(command: StartPeriod, periods: Periods, now: datetime) -> list[MhaPeriodStarted]:
    """Once for each id. An earlier period may be entered late, once no other is open.

    Raises DayInFuture, DayTooEarly, PeriodOpen, PeriodsOverlap.
    """
    if command.period_id in periods:
        return []
    require_past(command.started_on, now, field="started_on")
    if any(period.ended_on is None for period in periods.values()):
        raise PeriodOpen(field="started_on")
    if any(_holds(period, command.started_on) for period in periods.values()):
        raise PeriodsOverlap(field="started_on")
    started = MhaPeriodStarted(
        period_id=command.period_id,
        person_id=command.person_id,
        legal_status=command.legal_status,
        counts_as=command.counts_as,
        started_on=command.started_on,
        occurred_at=now,
    )
    return [started]


def end_period(command: EndPeriod, periods: Periods, now: datetime) -> list[MhaPeriodEnded]:
    """Raises PeriodUnknown, PeriodEnded, DayInFuture, DayTooEarly, EndBeforeStart, PeriodsOverlap."""
    period = periods.get(command.period_id)
    if period is None:
        raise PeriodUnknown(field="period_id")
    if period.ended_on is not None:
        raise PeriodEnded(field="period_id")
    require_past(command.ended_on, now, field="ended_on")
    if command.ended_on < period.started_on:
        raise EndBeforeStart(field="ended_on")
    others = [other for period_id, other in periods.items() if period_id != command.period_id]
    if any(_overlap(other, period.started_on, command.ended_on) for other in others):
        raise PeriodsOverlap(field="ended_on")
    ended = MhaPeriodEnded(
        period_id=command.period_id, person_id=command.person_id, ended_on=command.ended_on, occurred_at=now
    )
    return [ended]


def _holds(period: Period, day: date) -> bool:
    """Whether the day is inside the period: its first and last day may be another's last and first."""
    return period.ended_on is not None and period.started_on < day < period.ended_on


def _overlap(period: Period, started_on: date, ended_on: date) -> bool:
    return period.ended_on is not None and period.started_on < ended_on and started_on < period.ended_on
