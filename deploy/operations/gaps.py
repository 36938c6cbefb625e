"""Which places a lost end of a log had, told from what was published of it. Pure.

Positions are contiguous and so are the versions of a stream, so whatever lies between what Kafka holds was an event that never
left the store. Where a stream's versions show one missing, its position is among the free ones between its neighbours'; the rest
belonged to streams nobody outside has seen the end of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

Stream = tuple[str, str]
"""Tenant and stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    position: int
    stream: Stream
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A version of a stream that has to lie after one position and before another."""

    stream: Stream
    version: int
    after: int
    before: int


class DoesNotFit(Exception):
    """What Kafka holds cannot have been published by this log: a version has no position left."""


def holes_of(published: Sequence[Place], versions: dict[Stream, int], head: int) -> list[Hole]:
    """The versions nobody published between what the log has (`versions`, the newest of each stream) and what Kafka has."""
    holes: list[Hole] = []
    known = {stream: (version, head) for stream, version in versions.items()}
    for place in sorted(published, key=lambda each: each.position):
        version, after = known.get(place.stream, (0, head))
        if place.version <= version:
            raise DoesNotFit(f"{place.stream[1]} version {place.version} at position {place.position}")
        holes += [
            Hole(stream=place.stream, version=missing, after=after, before=place.position)
            for missing in range(version + 1, place.version)
        ]
        known[place.stream] = (place.version, place.position)
    return holes


def fill(free: Iterable[int], holes: Sequence[Hole]) -> tuple[list[Place], list[int]]:
    """A position for every hole, and the positions that are left over. Raises DoesNotFit.

    Each free position goes to the hole that can wait least among those it lies in: where there is a way, this finds it.
    """
    waiting = sorted(holes, key=lambda hole: (hole.after, hole.before, hole.version), reverse=True)
    open_holes: list[tuple[int, str, str, int]] = []
    filled: list[Place] = []
    left: list[int] = []
    for position in sorted(free):
        while waiting and waiting[-1].after < position:
            hole = waiting.pop()
            heappush(open_holes, (hole.before, *hole.stream, hole.version))
        if open_holes and open_holes[0][0] < position:
            break
        if open_holes:
            _, tenant, stream, version = heappop(open_holes)
            filled.append(Place(position=position, stream=(tenant, stream), version=version))
        else:
            left.append(position)
    if open_holes or waiting:
        raise DoesNotFit(f"{len(open_holes) + len(waiting)} versions have no position")
    return filled, left
