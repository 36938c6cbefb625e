"""Who began at or above a cut-off and was below it in the end. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.portal.report.intervals import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Of the pairs of one score: `below` of those `of` that began at or above the cut-off."""

    of: int
    below: int
    share: float | None
    """From 0 to 1; None of nobody."""
    ci95: tuple[float, float] | None
    """Wilson's score interval."""


def crossings(paired: Sequence[tuple[float, float]], cut_offs: Iterable[int]) -> dict[str, Crossing]:
    """{cut-off: who crossed it}; `paired` are first and last scores."""
    return {str(at): _crossing(paired, at) for at in cut_offs}


def _crossing(paired: Sequence[tuple[float, float]], at: int) -> Crossing:
    lasts = [last for first, last in paired if first >= at]
    below = sum(1 for last in lasts if last < at)
    return Crossing(
        of=len(lasts), below=below, share=below / len(lasts) if lasts else None, ci95=wilson(below, len(lasts))
    )
