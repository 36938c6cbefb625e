"""How confident professionals felt before and after training, per objective, in pairs. Pure.

Answers on different scales are never pooled, and one answer without the other is a response but not a pair.
"""

from collections.abc import Iterable
from datetime import date
from statistics import fmean
from typing import Any, TypeAlias

from contracts.training import ConfidenceRecordedV1, TrainingAttendanceRemovedV1, TrainingAttendedV1
from services.portal.readmodels.evidence import Evidence
from services.portal.report.change import change_of, d_b
from services.portal.report.tracing import Figures, each

_RESPONSES = {"pairs": ("before", "after"), "only_before": ("before",), "only_after": ("after",)}
Register: TypeAlias = list[Evidence]
"""What a session's register says in the end: of every attendance and every answer what was told last."""


def as_told_last(facts: Iterable[Evidence]) -> Register:
    """The attendances and answers that still stand: told again they are replaced, and removed with whoever had not been there."""
    standing: dict[tuple[str, ...], Evidence] = {}
    for fact in sorted(facts, key=lambda fact: (fact.stream, fact.version)):
        said = (fact.subject, fact.facts["attendee_id"])
        match fact.type:
            case TrainingAttendedV1.TYPE:
                standing[said] = fact
            case TrainingAttendanceRemovedV1.TYPE:
                standing = {key: kept for key, kept in standing.items() if key[:2] != said}
            case ConfidenceRecordedV1.TYPE:
                standing[(*said, fact.facts["objective"])] = fact
    return sorted(standing.values(), key=lambda fact: (fact.day, fact.occurred_at, fact.stream, fact.version))


def answers_within(register: Register, first: date, last: date) -> Register:
    """The answers of the sessions held on the days `first` to `last`."""
    return [fact for fact in register if fact.type == ConfidenceRecordedV1.TYPE and first <= fact.day <= last]


def confidence_events(answers: Register) -> Figures:
    return {
        f"training.confidence.{scale}.{objective}.{name}": each(fact for fact in told if _given(fact) == given)
        for (scale, objective), told in _by_objective(answers).items()
        for name, given in _RESPONSES.items()
    }


def confidence_statistics(answers: Register) -> dict[str, Any]:
    """{scale: {objective: means and change among the pairs}}, to stand beside the counts."""
    numbers: dict[str, Any] = {}
    for (scale, objective), told in _by_objective(answers).items():
        numbers.setdefault(scale, {})[objective] = _statistics([fact for fact in told if len(_given(fact)) == 2])
    return numbers


def _statistics(pairs: Register) -> dict[str, Any]:
    before, after = ([fact.facts[when] for fact in pairs] for when in ("before", "after"))
    changes = [later - earlier for earlier, later in zip(before, after, strict=True)]
    change = change_of(changes)
    return {
        "mean_before": fmean(before) if before else None,
        "mean_after": fmean(after) if after else None,
        "mean_change": change.mean,
        "sd_change": change.sd,
        "ci95": change.ci95,
        "effect_size_d_b": d_b(changes, before),
    }


def _given(fact: Evidence) -> tuple[str, ...]:
    return tuple(when for when in ("before", "after") if fact.facts.get(when) is not None)


def _by_objective(answers: Register) -> dict[tuple[str, str], Register]:
    grouped: dict[tuple[str, str], Register] = {}
    for fact in answers:
        if _given(fact):
            grouped.setdefault((fact.facts["scale"], fact.facts["objective"]), []).append(fact)
    return dict(sorted(grouped.items()))
