"""Has one person changed? Reliable change on one score, and recovery on two (NHS Talking Therapies)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.kit.errors import DomainError, Kind
from services.outcomes.domain.instrument import Direction, Instrument, ReliableChange, ScoreRule


class ChangeClass(StrEnum):
    IMPROVED = "improved"
    NO_CHANGE = "no-change"
    DETERIORATED = "deteriorated"


class Reliable(StrEnum):
    """Reliable change over both measures. MIXED, one better and one worse, counts as neither."""

    IMPROVED = "improved"
    DETERIORATED = "deteriorated"
    MIXED = "mixed"
    NONE = "none"


class ScoreUnknown(DomainError):
    """The instrument has no score of this name."""

    slug = "score-unknown"
    kind = Kind.INVALID


class ScoreOutOfRange(DomainError):
    """The instrument cannot give this score."""

    slug = "score-out-of-range"
    kind = Kind.INVALID


class ChangeRuleUnknown(DomainError):
    """The instrument has no reliable-change rule of this name."""

    slug = "change-rule-unknown"
    kind = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From first to last, in points. `improvement` is positive when the person is better, whichever way the scale runs.

    Without a verified threshold `classed` and `threshold` are None and `rule` says so.
    """

    difference: float
    improvement: float
    classed: ChangeClass | None
    threshold: float | None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A course of therapy by the rules of NHS Talking Therapies."""

    caseness_at_start: bool
    recovered: bool
    reliable: Reliable
    reliable_recovery: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One score on one day. `recorded_at` only breaks the tie of two readings of the same day."""

    completed_on: date
    recorded_at: datetime
    value: float


def score_rule(instrument: Instrument, name: str | None) -> ScoreRule:
    """The score with this name; without a name, the only one there is. Raises ScoreUnknown."""
    for rule in instrument.scores:
        if rule.name == name or (name is None and len(instrument.scores) == 1):
            return rule
    known = ", ".join(rule.name for rule in instrument.scores)
    raise ScoreUnknown(f"Name one of the scores of {instrument.code}: {known}.", field="score")


def change(
    instrument: Instrument, score_name: str | None, first: float, last: float, *, rule_name: str | None = None
) -> Change:
    """Compare two values of one score. Raises ScoreUnknown, ScoreOutOfRange, ChangeRuleUnknown."""
    rule = score_rule(instrument, score_name)
    _require_range(instrument, rule, first=first, last=last)
    # In binary, 8.7 - 2.7 falls short of a threshold of 6.
    difference = round(last - first, 9)
    improvement = -difference if rule.direction is Direction.LOWER_IS_BETTER else difference
    reliable = _reliable_rule(rule, rule_name)
    return Change(
        difference=difference,
        improvement=improvement + 0.0,
        classed=None if reliable is None else _class(reliable, improvement),
        threshold=None if reliable is None else reliable.points,
        rule=_in_words(reliable),
    )


def recovery(
    instruments: Mapping[str, Instrument], *, phq9: tuple[float, float], gad7: tuple[float, float]
) -> Recovery:
    """Recovery from (first, last) totals of PHQ-9 and GAD-7. Raises ScoreOutOfRange."""
    pairs = [(instruments["phq9"], phq9), (instruments["gad7"], gad7)]
    at_start = any(_is_case(instrument, first) for instrument, (first, _) in pairs)
    at_end = any(_is_case(instrument, last) for instrument, (_, last) in pairs)
    classes = [change(instrument, "total", first, last).classed for instrument, (first, last) in pairs]
    reliable = _together(classes)
    recovered = at_start and not at_end
    return Recovery(
        caseness_at_start=at_start,
        recovered=recovered,
        reliable=reliable,
        reliable_recovery=recovered and reliable is Reliable.IMPROVED,
    )


def first_and_last(readings: Iterable[Reading]) -> tuple[Reading, Reading] | None:
    """The earliest and the latest by the day the form was completed, in whatever order they came; one is not a pair."""
    ordered = sorted(readings, key=lambda reading: (reading.completed_on, reading.recorded_at))
    return (ordered[0], ordered[-1]) if len(ordered) > 1 else None


def _require_range(instrument: Instrument, rule: ScoreRule, **values: float) -> None:
    for field, value in values.items():
        if not rule.minimum <= value <= rule.maximum:
            span = f"{rule.minimum:g} to {rule.maximum:g}"
            raise ScoreOutOfRange(f"The {field} {instrument.code} {rule.name} must be from {span}.", field=field)


def _reliable_rule(rule: ScoreRule, name: str | None) -> ReliableChange | None:
    if name is None:
        return rule.reliable_change[0] if rule.reliable_change else None
    for reliable in rule.reliable_change:
        if reliable.name == name:
            return reliable
    known = ", ".join(reliable.name for reliable in rule.reliable_change) or "none"
    raise ChangeRuleUnknown(f"Name one of the rules of {rule.name}: {known}.", field="rule")


def _class(reliable: ReliableChange, improvement: float) -> ChangeClass:
    if not reliable.reached_by(abs(improvement)):
        return ChangeClass.NO_CHANGE
    return ChangeClass.IMPROVED if improvement > 0 else ChangeClass.DETERIORATED


def _in_words(reliable: ReliableChange | None) -> str:
    if reliable is None:
        return "no verified reliable-change threshold for this score"
    return f"{reliable.name}: change {reliable.comparison} {reliable.points:g} points ({reliable.source})"


def _is_case(instrument: Instrument, value: float) -> bool:
    return value >= score_rule(instrument, "total").threshold("caseness").at_least


def _together(classes: list[ChangeClass | None]) -> Reliable:
    improved, deteriorated = ChangeClass.IMPROVED in classes, ChangeClass.DETERIORATED in classes
    if improved and deteriorated:
        return Reliable.MIXED
    if improved:
        return Reliable.IMPROVED
    return Reliable.DETERIORATED if deteriorated else Reliable.NONE
