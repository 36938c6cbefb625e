"""The places of one group session, in the order they were asked for. There is room for `capacity` people, never for more.

Places are given strictly in that order. Whoever waits is not overtaken: a party that would fit joins the end of the list while
somebody is on it, and a large party at its head is waited for, not passed over. So everybody can be told why, and the largest
families are not those who never get in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Standing(StrEnum):
    """Where a party stands with its place."""

    BOOKED = "booked"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One party's place, or its wish for one."""

    place_id: str
    person_id: str | None
    party_size: int
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Every place ever asked for, by id, the first asked for first."""

    capacity: int
    by_id: Mapping[str, Place] = field(default_factory=dict)

    @property
    def people_booked(self) -> int:
        return sum(place.party_size for place in self.by_id.values() if place.standing is Standing.BOOKED)

    @property
    def room(self) -> int:
        """How many people more there is room for."""
        return self.capacity - self.people_booked

    @property
    def waiting(self) -> list[Place]:
        """Who waits, the longest first."""
        return [place for place in self.by_id.values() if place.standing is Standing.WAITLISTED]

    def put(self, place: Place) -> "Places":
        """With this place as it now stands; one asked for before keeps its turn."""
        return replace(self, by_id={**self.by_id, place.place_id: place})

    def may_be_booked(self, party_size: int) -> bool:
        """Whether a party that asks now gets a place at once."""
        return not self.waiting and party_size <= self.room

    def next_in(self) -> list[Place]:
        """Who of those waiting has a place now: from the head of the list, until somebody does not fit."""
        room, found = self.room, []
        for place in self.waiting:
            if place.party_size > room:
                break
            room -= place.party_size
            found.append(place)
        return found

    def has_place_of(self, person_id: str | None) -> bool:
        """Whether this person has or waits for a place; of somebody without an id nobody can tell."""
        mine = (place for place in self.by_id.values() if place.person_id == person_id)
        return person_id is not None and any(place.standing is not Standing.CANCELLED for place in mine)
