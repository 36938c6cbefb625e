"""The evaluation report in words and tables. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.portal.report.evaluation import Evaluation
from services.portal.report.figures import Distribution, Pairs, ScoreFigures
from services.portal.report.instruments import instrument
from services.portal.web.moments import day_in_words, moment_in_words
from services.portal.web.presenters.equity import ConfidenceLine, Table, confidence, equity
from services.portal.web.presenters.figures import (
    Figure,
    activity,
    community,
    number_words,
    of_words,
    training,
    waits,
)
from services.portal.web.presenters.impacts import Impact, data_quality, impacts
from services.portal.web.words import word

_NONE = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    words: str
    count: int
    percent: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """First or last scores of one instrument."""

    instrument: str
    score: str
    n: int
    mean: str
    sd: str
    range: str
    at_or_above: list[Figure]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    instrument: str
    score: str
    n: int
    first_mean: str
    last_mean: str
    change: str
    interval: str
    direction: str
    effect_size: str
    reliable: list[Figure]
    """Empty where no rule is verified."""
    rule: str
    crossed: list[Figure]
    """Who began at or above a cut-off and ended below it."""
    unpaired: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    period: str
    as_at: str
    reach: list[Figure]
    waits: list[Figure]
    activity: list[Figure]
    impacts: list[Impact]
    equity: list[Table]
    data_quality: list[Figure]
    training: list[Figure]
    confidence: list[ConfidenceLine]
    community: list[Figure]
    strands: list[Share]
    sources: list[Share]
    firsts: list[ScoreLine]
    changes: list[ChangeLine]
    risk_flags: int
    questionnaires: int


def report_words(evaluation: Evaluation) -> ReportWords:
    reach = evaluation.reach
    return ReportWords(
        period=f"{day_in_words(evaluation.first_day)} to {day_in_words(evaluation.last_day)}",
        as_at=moment_in_words(evaluation.as_at),
        reach=_reach(evaluation),
        waits=waits(evaluation.waits),
        activity=activity(evaluation.activity),
        impacts=impacts(evaluation.impacts),
        equity=equity(evaluation.equity),
        data_quality=data_quality(evaluation.data_quality, evaluation.questionnaires),
        training=training(evaluation.training),
        confidence=confidence(evaluation.training["confidence"]),
        community=community(evaluation.community),
        strands=_shares("care_strand", "reach.by_strand", reach.by_strand, reach.accepted),
        sources=_shares("source_of_referral", "reach.by_source", reach.by_source, reach.received),
        firsts=[_line(figures, figures.first, f"{_name(figures)}.first") for figures in evaluation.measures],
        changes=[_change(figures) for figures in evaluation.measures if figures.pairs.n],
        risk_flags=evaluation.risk_flags,
        questionnaires=evaluation.questionnaires,
    )


def _reach(evaluation: Evaluation) -> list[Figure]:
    reach = evaluation.reach
    return [
        Figure("Referrals received", f"{reach.received:,}", "reach.received"),
        Figure("People", f"{reach.people:,}", "reach.people"),
        Figure("Asked for help themselves", of_words(reach.self_referred, reach.received), "reach.self_referred"),
        Figure("Accepted", of_words(reach.accepted, reach.received), "reach.accepted"),
        Figure("Days to acceptance, median", number_words(reach.median_days_to_acceptance), "reach.accepted"),
    ]


def _shares(code_list: str, name: str, counts: Mapping[str, int], whole: int) -> list[Share]:
    return [
        Share(words=word(code_list, code), count=count, percent=f"{count / whole:.0%}", name=f"{name}.{code}")
        for code, count in counts.items()
    ]


def _name(figures: ScoreFigures) -> str:
    return f"measures.{figures.instrument}.{figures.score}"


def _names(figures: ScoreFigures) -> tuple[str, str]:
    names = instrument(figures.instrument)
    return names.short, names.score(figures.score).label


def _line(figures: ScoreFigures, scores: Distribution, name: str) -> ScoreLine:
    short, label = _names(figures)
    return ScoreLine(
        instrument=short,
        score=label,
        n=scores.n,
        mean=_two_decimals(scores.mean),
        sd=_two_decimals(scores.sd),
        range=_NONE if scores.min is None else f"{scores.min:g} to {scores.max:g}",
        at_or_above=[
            Figure(f"at {threshold} or more", of_words(count, scores.n), f"{name}.at_or_above.{threshold}")
            for threshold, count in scores.at_or_above.items()
        ],
        name=name,
    )


def _two_decimals(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"


def _change(figures: ScoreFigures) -> ChangeLine:
    short, label = _names(figures)
    pairs = figures.pairs
    return ChangeLine(
        instrument=short,
        score=label,
        n=pairs.n,
        first_mean=_two_decimals(pairs.first.mean),
        last_mean=_two_decimals(pairs.last.mean),
        change=_NONE if pairs.mean_change is None else _signed(pairs.mean_change),
        interval=_interval(pairs),
        direction=_direction(pairs),
        effect_size=_signed(pairs.effect_size.value) if pairs.effect_size else _NONE,
        reliable=_reliable(pairs, f"{_name(figures)}.pairs"),
        rule=f"{pairs.reliable.points:g} points or more: {pairs.reliable.source}" if pairs.reliable else "",
        crossed=_crossed(pairs, f"{_name(figures)}.pairs.crossed"),
        unpaired=_unpaired(figures.unpaired),
        name=f"{_name(figures)}.pairs",
    )


def _crossed(pairs: Pairs, name: str) -> list[Figure]:
    return [
        Figure(f"that began at {at} or more", of_words(crossing.below, crossing.of), f"{name}.{at}.below")
        for at, crossing in pairs.crossed.items()
        if crossing.of
    ]


def _unpaired(scores: Distribution) -> str:
    return f"{scores.n} with one score only, mean {_two_decimals(scores.mean)}" if scores.n else ""


def _reliable(pairs: Pairs, name: str) -> list[Figure]:
    if pairs.reliable is None:
        return []
    low, high = pairs.reliable.improved_ci95 or (0.0, 0.0)
    improved = f"{of_words(pairs.reliable.improved, pairs.n)}, 95% interval {low:.0%} to {high:.0%}"
    return [
        Figure("improved", improved, f"{name}.improved"),
        Figure("no change", of_words(pairs.reliable.no_change, pairs.n), f"{name}.no_change"),
        Figure("deteriorated", of_words(pairs.reliable.deteriorated, pairs.n), f"{name}.deteriorated"),
    ]


def _interval(pairs: Pairs) -> str:
    if pairs.ci95 is None:
        return _NONE
    low, high = pairs.ci95
    return f"{_signed(low)} to {_signed(high)}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _direction(pairs: Pairs) -> str:
    """Nothing is said of one pair, which has no interval."""
    if pairs.better not in ("lower", "higher") or pairs.ci95 is None:
        return _NONE
    low, high = pairs.ci95
    if low <= 0 <= high:
        return "May be no change"
    return "Better" if (high < 0) == (pairs.better == "lower") else "Worse"
