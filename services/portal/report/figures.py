"""The figures of the evaluation report: pure functions of referrals and readings, so that a worked case is a unit test.

Method: measures.md 4.1. First = a person's earliest valid score in the period; last = the latest, where there are two or more
under the same version of the instrument. Deviations are sample standard deviations; the interval around a mean change is
Student's t. A valid score is one that could be computed: an incomplete questionnaire without a total counts nowhere.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean, median, stdev

from services.portal.readmodels.evidence import LONDON, EvidenceRow
from services.portal.readmodels.referrals import ReferralRow
from services.portal.report.instruments import instrument, instruments
from services.portal.report.reliable_change import ReliableChange, class_of, reliable_change, rule_of
from services.portal.report.student import t_quantile
from services.portal.report.tracing import Counted, Figures, each

_CONFIDENCE = 0.975
"""Two-sided 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a measure said at some moment, and the event that said it."""

    measure_id: str
    person_id: str
    instrument: str
    instrument_version: str
    scores: Mapping[str, float | None]
    completed_on: date
    recorded_at: datetime
    fact: EvidenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Of none, all but the counts is None."""

    n: int
    mean: float | None
    sd: float | None
    """Sample standard deviation; None for fewer than two."""
    min: float | None
    max: float | None
    at_or_above: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectSize:
    """`name` d_b: mean change divided by the sample standard deviation of the first scores among the pairs (Becker; Glass)."""

    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """People with a first and a last score, and how they changed (last minus first)."""

    n: int
    mean_change: float | None
    sd_change: float | None
    ci95: tuple[float, float] | None
    first: Distribution
    last: Distribution
    better: str
    """lower or higher: which direction of change is an improvement."""
    effect_size: EffectSize | None
    """None where the first scores do not differ, or there are fewer than two pairs."""
    reliable: ReliableChange | None
    """None where no rule is verified for the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFigures:
    instrument: str
    score: str
    first: Distribution
    last: Distribution
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


_Key = tuple[str, str]


def _scores_by_person(readings: Iterable[Reading]) -> dict[_Key, dict[str, list[Reading]]]:
    """{(instrument, score): {person: readings with a valid score, oldest first}}"""
    people: dict[_Key, dict[str, list[Reading]]] = {}
    for reading in sorted(
        readings, key=lambda reading: (reading.completed_on, reading.recorded_at, reading.measure_id)
    ):
        for score, value in reading.scores.items():
            if value is not None:
                people.setdefault((reading.instrument, score), {}).setdefault(reading.person_id, []).append(reading)
    return people


def _figures(code: str, score: str, people: list[list[Reading]]) -> ScoreFigures:
    count_at = instrument(code).score(score).count_at
    paired = [(_value(first, score), _value(last, score)) for first, last in _pairs_of(people)]
    return ScoreFigures(
        instrument=code,
        score=score,
        first=distribution([_value(readings[0], score) for readings in people], count_at),
        last=distribution([_value(reading, score) for reading in _lasts(people)], count_at),
        pairs=_pairs(code, score, paired),
    )


def _value(reading: Reading, score: str) -> float:
    value = reading.scores[score]
    assert value is not None, "only readings with the score are kept"  # noqa: S101
    return value


def _lasts(people: list[list[Reading]]) -> list[Reading]:
    return [readings[-1] for readings in people if len(readings) > 1]


def _pairs_of(people: list[list[Reading]]) -> list[tuple[Reading, Reading]]:
    return [
        (readings[0], readings[-1])
        for readings in people
        if len(readings) > 1 and readings[0].instrument_version == readings[-1].instrument_version
    ]


def measure_events(readings: Iterable[Reading]) -> Figures:
    """The events behind every count of `measures`."""
    figures: dict[str, list[Counted]] = {}
    for (code, score), by_person in _scores_by_person(readings).items():
        for name, counted in _events_of(code, score, list(by_person.values())).items():
            figures[f"measures.{code}.{score}.{name}"] = counted
    return figures


def _events_of(code: str, score: str, people: list[list[Reading]]) -> Figures:
    names, rule = instrument(code).score(score), rule_of(code, score)
    firsts, lasts, pairs = [readings[0] for readings in people], _lasts(people), _pairs_of(people)
    figures = {"first": _each(firsts), "last": _each(lasts), "pairs": [_changed(*pair) for pair in pairs]}
    for name, scored in (("first", firsts), ("last", lasts)):
        for at in names.count_at:
            figures[f"{name}.at_or_above.{at}"] = _each(one for one in scored if _value(one, score) >= at)
    if rule:
        figures |= {f"pairs.{name}": [] for name in ("improved", "no_change", "deteriorated")}
        for first, last in pairs:
            kind = class_of(_value(last, score) - _value(first, score), rule.points, names.better)
            figures[f"pairs.{kind}"].append(_changed(first, last))
    return figures


def _each(readings: Iterable[Reading]) -> list[Counted]:
    return each(reading.fact for reading in readings)


def _changed(first: Reading, last: Reading) -> Counted:
    return Counted(fact=last.fact, compared_with=first.fact)


def distribution(values: Sequence[float], count_at: Iterable[int]) -> Distribution:
    """The figures of some scores."""
    return Distribution(
        n=len(values),
        mean=fmean(values) if values else None,
        sd=stdev(values) if len(values) > 1 else None,
        min=min(values, default=None),
        max=max(values, default=None),
        at_or_above={str(threshold): sum(1 for value in values if value >= threshold) for threshold in count_at},
    )


def _pairs(code: str, score: str, paired: list[tuple[float, float]]) -> Pairs:
    count_at, better = instrument(code).score(score).count_at, instrument(code).score(score).better
    changes = [last - first for first, last in paired]
    deviation = stdev(changes) if len(changes) > 1 else None
    firsts = distribution([first for first, _ in paired], count_at)
    return Pairs(
        n=len(paired),
        mean_change=fmean(changes) if changes else None,
        sd_change=deviation,
        ci95=_interval(fmean(changes), deviation, len(changes)) if deviation is not None else None,
        first=firsts,
        last=distribution([last for _, last in paired], count_at),
        better=better,
        effect_size=EffectSize(name="d_b", value=fmean(changes) / firsts.sd) if firsts.sd else None,
        reliable=reliable_change(changes, rule_of(code, score), better),
    )


def _interval(mean: float, deviation: float, n: int) -> tuple[float, float]:
    reach_of_t = t_quantile(_CONFIDENCE, n - 1) * deviation / math.sqrt(n)
    return mean - reach_of_t, mean + reach_of_t
