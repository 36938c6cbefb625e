"""The evaluation report in words and tables. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.portal.report.evaluation import Evaluation
from services.portal.report.figures import Distribution, Pairs, ScoreFigures
from services.portal.report.instruments import instrument
from services.portal.web.moments import day_in_words, moment_in_words
from services.portal.web.presenters.people import Fact
from services.portal.web.words import word

_NONE = "–"

_DEFINED = {
    "reach": "Reach",
    "waits": "Waits",
    "first": "First score",
    "last": "Last score",
    "pairs": "Change",
    "sd": "SD",
    "at_or_above": "At or above",
    "risk_flags": "Risk flags",
    "corrections": "Corrections",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    words: str
    count: int
    percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """First or last scores of one instrument."""

    instrument: str
    score: str
    n: int
    mean: str
    sd: str
    range: str
    at_or_above: list[str]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    period: str
    as_at: str
    reach: list[Fact]
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
        strands=_shares("care_strand", reach.by_strand, reach.accepted),
        sources=_shares("source_of_referral", reach.by_source, reach.received),
        firsts=[_line(figures, figures.first) for figures in evaluation.measures],
        changes=[_change(figures) for figures in evaluation.measures if figures.pairs.n],
        risk_flags=evaluation.risk_flags,
        questionnaires=evaluation.questionnaires,
    )


def defined(definitions: Mapping[str, str]) -> list[Fact]:
    """What each number means, under the name it has on the page."""
    return [Fact(label=_DEFINED.get(name, name), words=words) for name, words in definitions.items()]


def _reach(evaluation: Evaluation) -> list[Fact]:
    reach = evaluation.reach
    return [
        Fact(label="Referrals received", words=f"{reach.received:,}"),
        Fact(label="People", words=f"{reach.people:,}"),
        Fact(label="Asked for help themselves", words=_of(reach.self_referred, reach.received)),
        Fact(label="Accepted", words=_of(reach.accepted, reach.received)),
        Fact(label="Days to acceptance, median", words=_number(reach.median_days_to_acceptance, 1)),
        Fact(label="Days waited so far, median", words=_number(reach.waits.median_days, 1)),
        Fact(label="Longest wait so far, in days", words=_number(reach.waits.longest_days, 0)),
        Fact(label="Past the day care should begin by", words=_of(reach.waits.past_due, reach.received)),
    ]


def _of(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})" if whole else f"{part:,}"


def _number(value: float | None, decimals: int) -> str:
    return _NONE if value is None else f"{value:,.{decimals}f}".removesuffix(".0")


def _shares(code_list: str, counts: Mapping[str, int], whole: int) -> list[Share]:
    return [
        Share(words=word(code_list, code), count=count, percent=f"{count / whole:.0%}")
        for code, count in counts.items()
    ]


def _names(figures: ScoreFigures) -> tuple[str, str]:
    names = instrument(figures.instrument)
    return names.short, names.score(figures.score).label


def _line(figures: ScoreFigures, scores: Distribution) -> ScoreLine:
    short, label = _names(figures)
    return ScoreLine(
        instrument=short,
        score=label,
        n=scores.n,
        mean=_two_decimals(scores.mean),
        sd=_two_decimals(scores.sd),
        range=_NONE if scores.min is None else f"{scores.min:g} to {scores.max:g}",
        at_or_above=[
            f"{_of(count, scores.n)} at {threshold} or more" for threshold, count in scores.at_or_above.items()
        ],
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
    )


def _interval(pairs: Pairs) -> str:
    if pairs.ci95 is None:
        return _NONE
    low, high = pairs.ci95
    return f"{_signed(low)} to {_signed(high)}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _direction(pairs: Pairs) -> str:
    if pairs.better not in ("lower", "higher") or not pairs.mean_change:
        return _NONE
    improved = (pairs.mean_change < 0) == (pairs.better == "lower")
    return "Better" if improved else "Worse"
