"""Score the answers to an instrument. Pure: the same answers under the same version give the same result for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from services.kit.errors import DomainError, Kind
from services.outcomes.domain.instrument import Instrument, Item, Method, ScoreRule

Answer: TypeAlias = int | Literal["na"] | None
"""Points or a position, the form's own "not applicable", or not answered."""


class Orientation(StrEnum):
    """What an answer's number means.

    ORIENTED: points with the scoring key already applied. POSITION: the 0-based place of the tick on the form, top to
    bottom. Mixing the two up is the commonest scoring mistake, so it is never guessed.
    """

    ORIENTED = "oriented"
    POSITION = "position"


class WrongAnswerCount(DomainError):
    """The number of answers is not the number of items."""

    slug = "answer-count-wrong"
    kind = Kind.INVALID


class AnswerRefused(DomainError):
    """One answer cannot be taken. `item` is its number on the form, `field` is `items.<number>`."""

    slug = "answer-out-of-range"
    kind = Kind.INVALID

    def __init__(self, item: int, message: str) -> None:
        super().__init__(message, field=f"items.{item}")
        self.item = item


class NoSuchAnswer(AnswerRefused):
    """The item has no "not applicable" on the form."""

    slug = "answer-not-applicable"
    kind = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A risk item was answered at or above its minimum. Stands whatever the total, and without one."""

    item: int
    answer: int
    concern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the answers come to.

    `answers` are oriented. A score that cannot be computed is None and `reason` says why; `reason` also says when a
    score was computed without an item. `answered` counts the items with an answer, "not applicable" included; `missing`
    names the others.
    """

    instrument: str
    version: str
    answers: tuple[Answer, ...]
    scores: Mapping[str, float | None]
    bands: Mapping[str, str | None]
    flags: tuple[Flag, ...]
    complete: bool
    answered: int
    missing: tuple[int, ...]
    reason: str | None


def score(instrument: Instrument, answers: Sequence[Answer], orientation: Orientation = Orientation.ORIENTED) -> Result:
    """Score one form. `answers` holds an entry for every item in order.

    Raises WrongAnswerCount, AnswerRefused, NoSuchAnswer.
    """
    oriented = _oriented(instrument, answers, orientation)
    computed = {rule.name: _compute(instrument, rule, oriented) for rule in instrument.scores}
    missing = tuple(number for number, answer in enumerate(oriented, 1) if answer is None)
    notes = [f"{name}: {note}" for name, (_, note) in computed.items() if note]
    return Result(
        instrument=instrument.code,
        version=instrument.version,
        answers=oriented,
        scores={name: value for name, (value, _) in computed.items()},
        bands={rule.name: _band(rule, computed[rule.name][0]) for rule in instrument.scores},
        flags=_flags(instrument, oriented),
        complete=not missing,
        answered=len(oriented) - len(missing),
        missing=missing,
        reason="; ".join(notes) or None,
    )


def _oriented(instrument: Instrument, answers: Sequence[Answer], orientation: Orientation) -> tuple[Answer, ...]:
    wanted = len(instrument.items)
    if len(answers) != wanted:
        raise WrongAnswerCount(
            f"{instrument.code} has {wanted} items; the number of answers is {len(answers)}.", field="items"
        )
    return tuple(_orient(item, answer, orientation) for item, answer in zip(instrument.items, answers, strict=True))


def _orient(item: Item, answer: Answer, orientation: Orientation) -> Answer:
    if answer is None:
        return None
    if answer == "na":
        if item.not_applicable is None:
            raise NoSuchAnswer(item.number, f"Item {item.number} has no “not applicable” on the form.")
        return "na"
    lowest, highest = item.minimum, item.maximum
    if orientation is Orientation.POSITION:
        lowest, highest = 0, item.maximum - item.minimum
    if isinstance(answer, bool) or not isinstance(answer, int) or not lowest <= answer <= highest:
        raise AnswerRefused(item.number, f"Item {item.number} takes a whole number from {lowest} to {highest}.")
    return _points_at(item, answer) if orientation is Orientation.POSITION else answer


def _points_at(item: Item, position: int) -> int:
    return item.maximum - position if item.reversed_on_form else item.minimum + position


def _compute(instrument: Instrument, rule: ScoreRule, answers: tuple[Answer, ...]) -> tuple[float | None, str | None]:
    """The value of one score, and a remark when it could not be computed or not from every item."""
    counted = [number for number in rule.items if not _left_out(instrument.item(number), answers[number - 1])]
    points = [_points(instrument.item(number), answers[number - 1]) for number in counted]
    given = [value for value in points if value is not None]
    lacking = len(points) - len(given)
    if not given:
        return None, "no item was answered"
    if lacking > rule.missing_at_most:
        allowed = f"at most {rule.missing_at_most}" if rule.missing_at_most else "none"
        return None, f"{lacking} of {len(points)} items not answered, {allowed} may be missing"
    full = len(points) if rule.method is Method.SUM else rule.multiplied_by
    return sum(given) * full / len(given), _remark(len(rule.items) - len(counted), lacking, len(given))


def _remark(left_out: int, lacking: int, given: int) -> str | None:
    parts = [f"{left_out} not applicable and left out"] if left_out else []
    parts += [f"{lacking} not answered, computed from the other {given}"] if lacking else []
    return ", ".join(parts) or None


def _left_out(item: Item, answer: Answer) -> bool:
    return answer == "na" and item.not_applicable == "omit"


def _points(item: Item, answer: Answer) -> int | None:
    if answer == "na":
        return item.not_applicable if isinstance(item.not_applicable, int) else None
    return answer


def _band(rule: ScoreRule, value: float | None) -> str | None:
    return None if value is None else rule.band_of(value)


def _flags(instrument: Instrument, answers: tuple[Answer, ...]) -> tuple[Flag, ...]:
    return tuple(
        Flag(item=risk.item, answer=answer, concern=risk.concern)
        for risk in instrument.risk_items
        if isinstance(answer := answers[risk.item - 1], int) and answer >= risk.at_least
    )
