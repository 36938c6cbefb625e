"""How much something changed on average among pairs: the mean, its spread, and Student's interval around it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from services.portal.report.student import t_quantile

_CONFIDENCE = 0.975
"""Two-sided 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """None of nobody; the spread and the interval None of fewer than two."""

    mean: float | None
    sd: float | None
    ci95: tuple[float, float] | None


def change_of(changes: Sequence[float]) -> Change:
    """`changes` are last minus first, or after minus before."""
    if not changes:
        return Change(mean=None, sd=None, ci95=None)
    mean, deviation = fmean(changes), stdev(changes) if len(changes) > 1 else None
    return Change(mean=mean, sd=deviation, ci95=None if deviation is None else _interval(mean, deviation, len(changes)))


def _interval(mean: float, deviation: float, n: int) -> tuple[float, float]:
    reach = t_quantile(_CONFIDENCE, n - 1) * deviation / math.sqrt(n)
    return mean - reach, mean + reach


def d_b(changes: Sequence[float], firsts: Sequence[float]) -> float | None:
    """The mean change by the sample deviation of the first answers; None where these do not differ, or are fewer than two."""
    deviation = stdev(firsts) if len(firsts) > 1 else 0.0
    return fmean(changes) / deviation if deviation else None
