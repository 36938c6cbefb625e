"""Clinically significant change by Jacobson and Truax, for scores without a published threshold.

A published threshold of a named measure wins over one computed here.
"""

from dataclasses import dataclass

from services.outcomes.domain.instrument import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Mean and standard deviation of a score, in points."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffs:
    """Where a score stops looking clinical.

    `a`: two deviations from the clinical mean; `b`: within two of the functional mean; `c`: nearer the functional one.
    """

    a: float
    b: float
    c: float


def cut_offs(clinical: Population, functional: Population, direction: Direction) -> CutOffs:
    """The three cut-offs of Jacobson and Truax 1991."""
    toward = 2.0 if direction is Direction.HIGHER_IS_BETTER else -2.0
    weighted = functional.deviation * clinical.mean + clinical.deviation * functional.mean
    return CutOffs(
        a=clinical.mean + toward * clinical.deviation,
        b=functional.mean - toward * functional.deviation,
        c=weighted / (clinical.deviation + functional.deviation),
    )
