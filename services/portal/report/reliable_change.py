"""Who changed by more than chance: improved, no change, deteriorated (reliable_change.yaml)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from services.portal.report.intervals import wilson

_FILE = Path(__file__).parent / "reliable_change.yaml"
CLASSES = ("improved", "no_change", "deteriorated")


class Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    points: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliableChange:
    """Of the pairs of one score. Shares are of all pairs, from 0 to 1; `share` and the interval are None of none."""

    improved: int
    no_change: int
    deteriorated: int
    improved_share: float | None
    improved_ci95: tuple[float, float] | None
    """Wilson's score interval."""
    points: float
    source: str


@cache
def rules() -> dict[str, dict[str, Rule]]:
    """{instrument: {score: rule}}"""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        code: {name: Rule.model_validate(rule) for name, rule in scores.items()} for code, scores in content.items()
    }


def rule_of(instrument: str, score: str) -> Rule | None:
    """None where no rule is verified: then nobody is said to have changed or not."""
    return rules().get(instrument, {}).get(score)


def class_of(change: float, points: float, better: str) -> str:
    """`change` is last minus first; `better` is lower or higher."""
    if abs(change) < points:
        return "no_change"
    return "improved" if (change < 0) == (better == "lower") else "deteriorated"


def reliable_change(changes: Sequence[float], rule: Rule | None, better: str) -> ReliableChange | None:
    if rule is None:
        return None
    classes = [class_of(change, rule.points, better) for change in changes]
    improved, of = classes.count("improved"), len(classes)
    return ReliableChange(
        improved=improved,
        no_change=classes.count("no_change"),
        deteriorated=classes.count("deteriorated"),
        improved_share=improved / of if of else None,
        improved_ci95=wilson(improved, of),
        points=rule.points,
        source=rule.source,
    )
