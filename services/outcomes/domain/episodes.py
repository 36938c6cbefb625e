"""Which course of care a form belongs to. First and last are compared within one course of care.

A person who comes back after the last episode had ended starts anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_LATE = frozenset({"review", "end"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Days of one referral's care; without `closed_on` it still goes on."""

    opened_on: date
    closed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """From one course of care to the next, which may begin on the day the one ended: no episode was open in between."""

    closed_on: date
    opened_on: date

    def is_before(self, day: date, collection_point: str | None) -> bool:
        """Whether a form of that day is of a course after this gap.

        Inside the gap, and on the day of one that is no longer than that, the collection point decides: a late review or end
        form belongs to what went before, any other to what was about to begin.
        """
        if self.closed_on < day < self.opened_on or self.closed_on == day == self.opened_on:
            return collection_point not in _LATE
        return day >= self.opened_on


def gaps(episodes: Iterable[Episode]) -> list[Gap]:
    """The gaps between courses of care, the earliest first. Episodes that overlap are one course."""
    found: list[Gap] = []
    ordered = sorted(episodes, key=lambda each: each.opened_on)
    for number, episode in enumerate(ordered[1:], 1):
        until = _end(ordered[:number])
        if until is not None and until <= episode.opened_on:
            found.append(Gap(closed_on=until, opened_on=episode.opened_on))
    return found


def _end(episodes: Iterable[Episode]) -> date | None:
    """The last closing day of all; None while one of them goes on."""
    days = [episode.closed_on for episode in episodes]
    closed = [day for day in days if day is not None]
    return max(closed) if len(closed) == len(days) else None
