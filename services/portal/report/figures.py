"""The figures of the evaluation report: pure functions of referrals and readings, so that a worked case is a unit test.

Method: measures.md 4.1. First = a person's earliest valid score in the period; last = the latest, where there are two or more
under the same version of the instrument. Deviations are sample standard deviations; the interval around a mean change is
Student's t. A valid score is one that could be computed: an incomplete questionnaire without a total counts nowhere.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean, median, stdev
from typing import NamedTuple, TypeAlias

from services.portal.readmodels.evidence import LONDON, Evidence
from services.portal.report.change import change_of, d_b
from services.portal.report.crossing import Crossing, crossings
from services.portal.report.instruments import instrument, instruments
from services.portal.report.reliable_change import CLASSES, ReliableChange, class_of, reliable_change, rule_of
from services.portal.report.request import Request
from services.portal.report.tracing import Events, Figures, changes, each


class Reading(NamedTuple):
    """What a measure said at some moment, and the event that said it."""

    measure_id: str
    person_id: str
    instrument: str
    instrument_version: str
    scores: Mapping[str, float | None]
    completed_on: date
    recorded_at: datetime
    fact: Evidence


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
    crossed: dict[str, Crossing]
    """{cut-off: who began at or above it and ended below}; for scores of which fewer is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFigures:
    instrument: str
    score: str
    first: Distribution
    last: Distribution
    unpaired: Distribution
    """The first scores of those who have no second one: how they differ from the pairs is who is missing from the change."""
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


def reach(referrals: Sequence[Request], as_at: datetime) -> Reach:
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


def _waits(referrals: Sequence[Request], as_at: datetime) -> Waits:
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


Pair: TypeAlias = tuple[Reading, Reading]
"""A person's first and last."""
ScoresByPerson: TypeAlias = Mapping[tuple[str, str], Mapping[str, list[Reading]]]
"""{(instrument, score): {person: readings with a valid score, oldest first}}"""


def measures(readings: Iterable[Reading]) -> list[ScoreFigures]:
    """First, last and change for every instrument and score that has a valid score in the readings."""
    return figures_of(scores_by_person(readings))


def figures_of(people: ScoresByPerson) -> list[ScoreFigures]:
    order = {code: place for place, code in enumerate(instruments())}
    keys = sorted(people, key=lambda key: (order.get(key[0], len(order)), key))
    return [_figures(code, score, list(people[code, score].values())) for code, score in keys]


def scores_by_person(readings: Iterable[Reading]) -> ScoresByPerson:
    people: dict[tuple[str, str], dict[str, list[Reading]]] = {}
    for reading in sorted(
        readings, key=lambda reading: (reading.completed_on, reading.recorded_at, reading.measure_id)
    ):
        for score, value in reading.scores.items():
            if value is not None:
                people.setdefault((reading.instrument, score), {}).setdefault(reading.person_id, []).append(reading)
    return people


def _figures(code: str, score: str, people: list[list[Reading]]) -> ScoreFigures:
    count_at = instrument(code).score(score).count_at
    pairs = pairs_of(people)
    with_pair = {first.person_id for first, _ in pairs}
    firsts = [readings[0] for readings in people]
    unpaired = [value_of(reading, score) for reading in firsts if reading.person_id not in with_pair]
    return ScoreFigures(
        instrument=code,
        score=score,
        first=distribution([value_of(reading, score) for reading in firsts], count_at),
        last=distribution([value_of(reading, score) for reading in _lasts(people)], count_at),
        unpaired=distribution(unpaired, count_at),
        pairs=_pairs(code, score, [(value_of(first, score), value_of(last, score)) for first, last in pairs]),
    )


def value_of(reading: Reading, score: str) -> float:
    value = reading.scores[score]
    assert value is not None, "only readings with the score are kept"  # noqa: S101
    return value


def _lasts(people: list[list[Reading]]) -> list[Reading]:
    return [readings[-1] for readings in people if len(readings) > 1]


def pairs_of(people: Iterable[list[Reading]]) -> list[Pair]:
    """First and last of everybody who has both under the same version of the instrument."""
    return [
        (readings[0], readings[-1])
        for readings in people
        if len(readings) > 1 and readings[0].instrument_version == readings[-1].instrument_version
    ]


def measure_events(scores: ScoresByPerson) -> Figures:
    """The events behind every count of `figures_of`."""
    figures: dict[str, Events] = {}
    for (code, score), by_person in scores.items():
        for name, counted in _events_of(code, score, list(by_person.values())).items():
            figures[f"measures.{code}.{score}.{name}"] = counted
    return figures


def _events_of(code: str, score: str, people: list[list[Reading]]) -> Figures:
    names = instrument(code).score(score)
    firsts, lasts, pairs = [readings[0] for readings in people], _lasts(people), pairs_of(people)
    figures = {"first": _each(firsts), "last": _each(lasts), "pairs": _changes(pairs)}
    for name, scored in (("first", firsts), ("last", lasts)):
        for at in names.count_at:
            figures[f"{name}.at_or_above.{at}"] = _each(one for one in scored if value_of(one, score) >= at)
    return {**figures, **_reliably(code, score, pairs), **_crossed(code, score, pairs)}


def _reliably(code: str, score: str, pairs: list[Pair]) -> Figures:
    rule, better = rule_of(code, score), instrument(code).score(score).better
    if rule is None:
        return {}
    classed: dict[str, list[Pair]] = {name: [] for name in CLASSES}
    for first, last in pairs:
        kind = class_of(value_of(last, score) - value_of(first, score), rule.points, better)
        classed[kind].append((first, last))
    return {f"pairs.{kind}": _changes(mine) for kind, mine in classed.items()}


def _crossed(code: str, score: str, pairs: list[Pair]) -> Figures:
    figures: dict[str, Events] = {}
    for at in _cut_offs(code, score):
        above = [pair for pair in pairs if value_of(pair[0], score) >= at]
        figures[f"pairs.crossed.{at}.of"] = _changes(above)
        figures[f"pairs.crossed.{at}.below"] = _changes([pair for pair in above if value_of(pair[1], score) < at])
    return figures


def _cut_offs(code: str, score: str) -> tuple[int, ...]:
    """Those below which somebody is better off."""
    names = instrument(code).score(score)
    return names.count_at if names.better == "lower" else ()


def _each(readings: Iterable[Reading]) -> Events:
    return each(reading.fact for reading in readings)


def _changes(pairs: Iterable[Pair]) -> Events:
    return changes((first.fact, last.fact) for first, last in pairs)


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
    changes, firsts = [last - first for first, last in paired], [first for first, _ in paired]
    change, effect = change_of(changes), d_b(changes, firsts)
    return Pairs(
        n=len(paired),
        mean_change=change.mean,
        sd_change=change.sd,
        ci95=change.ci95,
        first=distribution(firsts, count_at),
        last=distribution([last for _, last in paired], count_at),
        better=better,
        effect_size=EffectSize(name="d_b", value=effect) if effect is not None else None,
        reliable=reliable_change(changes, rule_of(code, score), better),
        crossed=crossings(paired, _cut_offs(code, score)),
    )
