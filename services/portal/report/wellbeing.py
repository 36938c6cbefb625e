"""The other two impacts, from questionnaires: parental mental health, and the relationship of parent and infant. Pure.

A person counts once, whatever they filled in: improved where a score reliably did and none reliably got worse, and the other way
round (the rule of MHSDS measurable improvement: measures.md 4.5).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from services.portal.report.figures import Pair, ScoreFigures, ScoresByPerson, pairs_of, value_of
from services.portal.report.instruments import instrument
from services.portal.report.intervals import wilson
from services.portal.report.reliable_change import class_of, rule_of
from services.portal.report.tracing import Events, Figures, changes, nested

DOMAINS = ("parental_mental_health", "parent_infant_relationship")
IMPROVED = "improved"
_RULED = (IMPROVED, "deteriorated", "mixed", "no_change")

Classes: TypeAlias = Mapping[str, tuple[str, Pair]]
"""{person: (improved, deteriorated, mixed or no_change; the pair that says so)}"""


def classes(scores: ScoresByPerson, domain: str) -> Classes:
    """Of everybody with a pair of a score of the domain that has a verified rule."""
    found: dict[str, list[tuple[str, Pair]]] = {}
    for (code, score), people in scores.items():
        rule = rule_of(code, score)
        if rule is None or instrument(code).domain != domain:
            continue
        better = instrument(code).score(score).better
        for first, last in pairs_of(list(people.values())):
            kind = class_of(value_of(last, score) - value_of(first, score), rule.points, better)
            found.setdefault(first.person_id, []).append((kind, (first, last)))
    return {person: _together(each) for person, each in found.items()}


def _together(each: Sequence[tuple[str, Pair]]) -> tuple[str, Pair]:
    told = dict(reversed(each))
    match ("improved" in told, "deteriorated" in told):
        case (True, True):
            return "mixed", told["improved"]
        case (True, False):
            return "improved", told["improved"]
        case (False, True):
            return "deteriorated", told["deteriorated"]
        case _:
            return "no_change", told["no_change"]


def wellbeing_events(by_domain: Mapping[str, Classes]) -> Figures:
    figures: dict[str, Events] = {}
    for domain, people in by_domain.items():
        figures[f"impacts.{domain}.people"] = pairs_as_events(pair for _, pair in people.values())
        for kind in _RULED:
            figures[f"impacts.{domain}.{kind}"] = pairs_as_events(
                pair for said, pair in people.values() if said == kind
            )
    return figures


def pairs_as_events(pairs: Iterable[Pair]) -> Events:
    return changes((first.fact, last.fact) for first, last in pairs)


def wellbeing_numbers(domain: str, events: Figures, measured: Sequence[ScoreFigures]) -> dict[str, Any]:
    """The counts, the share that improved with its interval, and the mean change of every score of the domain."""
    numbers = nested(events, f"impacts.{domain}")
    improved, people = numbers["improved"], numbers["people"]
    return {
        **numbers,
        "improved_share": improved / people if people else None,
        "improved_ci95": wilson(improved, people),
        "scores": _scores([figures for figures in measured if instrument(figures.instrument).domain == domain]),
    }


def _scores(measured: Sequence[ScoreFigures]) -> dict[str, Any]:
    """{instrument: {score: {n, mean_change, ci95, better}}}: as under `measures`."""
    scores: dict[str, Any] = {}
    for figures in measured:
        pairs = figures.pairs
        scores.setdefault(figures.instrument, {})[figures.score] = {
            "n": pairs.n,
            "mean_change": pairs.mean_change,
            "ci95": pairs.ci95,
            "better": pairs.better,
        }
    return scores
