"""The figures of the evaluation report: pure functions of referrals and readings, so that a worked case is a unit test.

Method: measures.md 4.1. First = a person's earliest valid score in the period; last = the latest, where there are two or more
under the same version of the instrument. Deviations are sample standard deviations; the interval around a mean change is
Student's t. A valid score is one that could be computed: an incomplete questionnaire without a total counts nowhere.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean, median, stdev
from zoneinfo import ZoneInfo

from services.portal.readmodels.measures import Reading
from services.portal.readmodels.referrals import ReferralRow
from services.portal.report.instruments import instrument, instruments
from services.portal.report.student import t_quantile

LONDON = ZoneInfo("Europe/London")
_CONFIDENCE = 0.975
"""Two-sided 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    n: int
    mean: float
    sd: float | None
    """Sample standard deviation; None for fewer than two."""
    min: float
    max: float
    at_or_above: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """People with a first and a last score, and how they changed (last minus first)."""

    n: int
    mean_change: float | None
    sd_change: float | None
    ci95: tuple[float, float] | None
    first: Distribution | None
    last: Distribution | None
    better: str
    """lower or higher: which direction of change is an improvement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFigures:
    instrument: str
    score: str
    first: Distribution
    last: Distribution | None
    pairs: Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Days the clock has run, for every referral of the period, up to the day of `as_at`."""

    n: int
    median_days: float | None
    longest_days: int | None
    past_due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    received: int
    people: int
    self_referred: int
    accepted: int
    by_strand: dict[str, int]
    by_source: dict[str, int]
    median_days_to_acceptance: float | None
    waits: Waits


def reach(referrals: Sequence[ReferralRow], as_at: datetime) -> Reach:
    """Who was reached: `referrals` are those received in the period, as known at `as_at`."""
    accepted = [row for row in referrals if row.accepted_recorded_at is not None and row.accepted_recorded_at <= as_at]
    days = [_days(row.received_at, row.accepted_at) for row in accepted if row.received_at and row.accepted_at]
    return Reach(
        received=len(referrals),
        people=len({row.person_id for row in referrals}),
        self_referred=sum(1 for row in referrals if row.self_referred),
        accepted=len(accepted),
        by_strand=_counted(row.care_strand for row in accepted),
        by_source=_counted(row.source_of_referral for row in referrals),
        median_days_to_acceptance=median(days) if days else None,
        waits=_waits(referrals, as_at),
    )


def _counted(codes: Iterable[str | None]) -> dict[str, int]:
    return dict(
        sorted(Counter(code for code in codes if code is not None).items(), key=lambda item: (-item[1], item[0]))
    )


def _waits(referrals: Sequence[ReferralRow], as_at: datetime) -> Waits:
    started = [row for row in referrals if row.clock_started_at is not None and row.clock_started_at <= as_at]
    days = [_days(row.clock_started_at, as_at) for row in started if row.clock_started_at]
    today = as_at.astimezone(LONDON).date()
    return Waits(
        n=len(days),
        median_days=median(days) if days else None,
        longest_days=max(days, default=None),
        past_due=sum(1 for row in started if row.due_on is not None and row.due_on < today),
    )


def _days(start: datetime, end: datetime) -> int:
    return _day(end).toordinal() - _day(start).toordinal()


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def measures(readings: Iterable[Reading]) -> list[ScoreFigures]:
    """First, last and change for every instrument and score that has a valid score in the readings."""
    people = _scores_by_person(readings)
    order = {code: place for place, code in enumerate(instruments())}
    keys = sorted(people, key=lambda key: (order.get(key[0], len(order)), key))
    return [_figures(code, score, list(people[code, score].values())) for code, score in keys]


@dataclass(frozen=True, slots=True)
class _Point:
    value: float
    version: str


_Key = tuple[str, str]


def _scores_by_person(readings: Iterable[Reading]) -> dict[_Key, dict[str, list[_Point]]]:
    """{(instrument, score): {person: valid scores, oldest first}}"""
    people: dict[_Key, dict[str, list[_Point]]] = {}
    for reading in sorted(
        readings, key=lambda reading: (reading.completed_on, reading.recorded_at, reading.measure_id)
    ):
        for score, value in reading.scores.items():
            if value is not None:
                points = people.setdefault((reading.instrument, score), {}).setdefault(reading.person_id, [])
                points.append(_Point(value, reading.instrument_version))
    return people


def _figures(code: str, score: str, people: list[list[_Point]]) -> ScoreFigures:
    count_at = instrument(code).score(score).count_at
    paired = [(points[0].value, points[-1].value) for points in people if _is_pair(points)]
    lasts = [points[-1].value for points in people if len(points) > 1]
    return ScoreFigures(
        instrument=code,
        score=score,
        first=distribution([points[0].value for points in people], count_at),
        last=distribution(lasts, count_at) if lasts else None,
        pairs=_pairs(paired, count_at, instrument(code).score(score).better),
    )


def _is_pair(points: list[_Point]) -> bool:
    return len(points) > 1 and points[0].version == points[-1].version


def distribution(values: Sequence[float], count_at: Iterable[int]) -> Distribution:
    """The figures of one or more scores."""
    return Distribution(
        n=len(values),
        mean=fmean(values),
        sd=stdev(values) if len(values) > 1 else None,
        min=min(values),
        max=max(values),
        at_or_above={str(threshold): sum(1 for value in values if value >= threshold) for threshold in count_at},
    )


def _pairs(paired: list[tuple[float, float]], count_at: tuple[int, ...], better: str) -> Pairs:
    changes = [last - first for first, last in paired]
    deviation = stdev(changes) if len(changes) > 1 else None
    return Pairs(
        n=len(paired),
        mean_change=fmean(changes) if changes else None,
        sd_change=deviation,
        ci95=_interval(fmean(changes), deviation, len(changes)) if deviation is not None else None,
        first=distribution([first for first, _ in paired], count_at) if paired else None,
        last=distribution([last for _, last in paired], count_at) if paired else None,
        better=better,
    )


def _interval(mean: float, deviation: float, n: int) -> tuple[float, float]:
    reach_of_t = t_quantile(_CONFIDENCE, n - 1) * deviation / math.sqrt(n)
    return mean - reach_of_t, mean + reach_of_t
