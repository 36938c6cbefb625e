"""Figures with the events they were counted from: a number is what its events count for, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from services.portal.readmodels.evidence import Evidence


class Counted(NamedTuple):
    """One event of a figure. `counts` is 1, or what the event adds to a sum, such as people or minutes."""

    fact: Evidence
    counts: int = 1
    compared_with: Evidence | None = None
    """For a change: the event of the first score."""


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one figure. A report has hundreds of thousands of them: only those that are looked at are made."""

    facts: Sequence[Evidence] = ()
    weights: Sequence[int] | None = None
    """What each counts for; None: 1."""
    firsts: Sequence[Evidence] | None = None
    """What each is compared with, for a change."""

    def __len__(self) -> int:
        return len(self.facts)

    def __iter__(self) -> Iterator[Counted]:
        return iter(self.listed(0, len(self.facts)))

    @property
    def number(self) -> int:
        return len(self.facts) if self.weights is None else sum(self.weights)

    def listed(self, start: int, end: int) -> list[Counted]:
        return [
            Counted(
                fact=self.facts[place],
                counts=1 if self.weights is None else self.weights[place],
                compared_with=None if self.firsts is None else self.firsts[place],
            )
            for place in range(start, min(end, len(self.facts)))
        ]


Figures: TypeAlias = Mapping[str, Events]
"""{dotted name, as in the JSON: its events}"""


def each(facts: Iterable[Evidence]) -> Events:
    """Every event counts for one."""
    return Events(list(facts))


def adding(facts: Iterable[Evidence], name: str) -> Events:
    """Every event counts for the number of that name in it."""
    facts = list(facts)
    return Events(facts, [fact.facts[name] for fact in facts])


def together(counted: Sequence[Counted]) -> Events:
    """Of events that count for one each, all or none of them compared with another."""
    firsts = [one.compared_with for one in counted if one.compared_with]
    return Events([one.fact for one in counted], firsts=firsts or None)


def changes(pairs: Iterable[tuple[Evidence, Evidence]]) -> Events:
    """Every pair of a first and a last event counts for one."""
    pairs = list(pairs)
    return Events([last for _, last in pairs], firsts=[first for first, _ in pairs])


def first_of_each(facts: Iterable[Evidence], name: str) -> Events:
    """The first event of every person, professional or other `name`; those that name none are left out."""
    firsts: dict[str, Evidence] = {}
    for fact in facts:
        if fact.facts.get(name) is not None:
            firsts.setdefault(fact.facts[name], fact)
    return each(firsts.values())


def nested(figures: Figures, prefix: str) -> dict[str, Any]:
    """The numbers of the figures below `prefix`, as they stand in the JSON."""
    numbers: dict[str, Any] = {}
    for name, events in figures.items():
        if name.startswith(f"{prefix}."):
            *path, last = name.removeprefix(f"{prefix}.").split(".")
            place = numbers
            for step in path:
                place = place.setdefault(step, {})
            place[last] = events.number
    return numbers
