"""What an instrument is: items, scores, bands, risk items, thresholds of change.

Data only: the wording of a question has no place here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

NotApplicable: TypeAlias = Literal["omit"] | int
"""What the form's own "not applicable" counts as: this many points, or the item is left out of the score."""


class Method(StrEnum):
    SUM = "sum"
    MEAN = "mean"


class Direction(StrEnum):
    """Which way is better."""

    LOWER_IS_BETTER = "lower-is-better"
    HIGHER_IS_BETTER = "higher-is-better"


class Comparison(StrEnum):
    """Published point thresholds count when they are reached; those from a standard deviation must be passed."""

    AT_LEAST = ">="
    MORE_THAN = ">"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question: its points run from `minimum` to `maximum`; reversed when the form prints the highest first."""

    number: int
    minimum: int
    maximum: int
    reversed_on_form: bool = False
    not_applicable: NotApplicable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The label of every score from `at_least` up to the next band."""

    at_least: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A published cut-off: a score of `at_least` or more is on its far side."""

    name: str
    at_least: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliableChange:
    """How many points one person's score must move before the change is more than measurement error."""

    name: str
    points: float
    comparison: Comparison
    source: str

    def reached_by(self, points: float) -> bool:
        """Whether a movement of so many points (0 or more) counts."""
        return points > self.points if self.comparison is Comparison.MORE_THAN else points >= self.points


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of a terminology. Unverified ones must be checked with the terminology before they leave the platform."""

    system: str
    code: str
    verified: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule:
    """How one score comes from its items, and how to read it. The first reliable-change rule is the default."""

    name: str
    items: tuple[int, ...]
    method: Method
    multiplied_by: float
    minimum: float
    maximum: float
    direction: Direction
    missing_at_most: int
    bands: tuple[Band, ...]
    thresholds: tuple[Threshold, ...]
    reliable_change: tuple[ReliableChange, ...]
    codes: tuple[Code, ...]

    def band_of(self, value: float) -> str:
        """The label of the highest band the value reaches: 10.5 is still in the band that starts at 10."""
        return next(band.label for band in reversed(self.bands) if value >= band.at_least)

    def threshold(self, name: str) -> Threshold:
        """Raises KeyError: asking for a threshold the file does not have is our own mistake."""
        for threshold in self.thresholds:
            if threshold.name == name:
                return threshold
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskItem:
    """An answer of `at_least` points to this item raises a flag, whatever the total."""

    item: int
    at_least: int
    concern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Who holds the wording of the form, and on what terms. We ship none of it either way."""

    holder: str
    terms: str
    wording_may_ship: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A questionnaire in one version of its scoring.

    `version` changes when a rule does, so that scores of two rules are never mixed.
    """

    code: str
    version: str
    title: str
    recall_days: int
    reference: str
    items: tuple[Item, ...]
    scores: tuple[ScoreRule, ...]
    risk_items: tuple[RiskItem, ...]
    codes: tuple[Code, ...]
    licence: Licence

    def item(self, number: int) -> Item:
        """The item with this number; items are numbered from 1."""
        return self.items[number - 1]
