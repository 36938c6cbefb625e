"""Figures with the events they were counted from: a number is what its events count for, and nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from services.portal.readmodels.evidence import EvidenceRow


class Counted(NamedTuple):
    """One event of a figure. `counts` is 1, or what the event adds to a sum, such as people or minutes."""

    fact: EvidenceRow
    counts: int = 1
    compared_with: EvidenceRow | None = None
    """For a change: the event of the first score."""


Figures: TypeAlias = Mapping[str, list[Counted]]
"""{dotted name, as in the JSON: its events}"""


def each(facts: Iterable[EvidenceRow]) -> list[Counted]:
    """Every event counts for one."""
    return [Counted(fact=fact) for fact in facts]


def adding(facts: Iterable[EvidenceRow], name: str) -> list[Counted]:
    """Every event counts for the number of that name in it."""
    return [Counted(fact=fact, counts=fact.facts[name]) for fact in facts]


def first_of_each(facts: Iterable[EvidenceRow], name: str) -> list[Counted]:
    """The first event of every person, professional or other `name`; those that name none are left out."""
    firsts: dict[str, EvidenceRow] = {}
    for fact in facts:
        if fact.facts.get(name) is not None:
            firsts.setdefault(fact.facts[name], fact)
    return each(firsts.values())


def total(counted: Iterable[Counted]) -> int:
    return sum(one.counts for one in counted)


def nested(figures: Figures, prefix: str) -> dict[str, Any]:
    """The numbers of the figures below `prefix`, as they stand in the JSON."""
    numbers: dict[str, Any] = {}
    for name, counted in figures.items():
        if name.startswith(f"{prefix}."):
            *path, last = name.removeprefix(f"{prefix}.").split(".")
            place = numbers
            for step in path:
                place = place.setdefault(step, {})
            place[last] = total(counted)
    return numbers
