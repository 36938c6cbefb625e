"""The register of a group session that was held: who came, with a place or without, and what follows from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from services.scheduling.domain.places import Place, Places, Standing
from services.scheduling.domain.session_events import (
    DropInAttended,
    PlaceAttended,
    PlaceMissed,
    SessionEvent,
    SessionHeld,
    SessionScheduled,
)
from services.scheduling.domain.session_refusals import (
    PartySizeInvalid,
    PlaceRepeated,
    PlaceUnknown,
    PlaceWasCancelled,
    RegisterTooLong,
)

MOST_PEOPLE = 999
"""MHSDS counts the people on a group session in three digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A party with a place that came, `people` of them."""

    place_id: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIn:
    """A party that came without a place; `person_id` where somebody of it is registered."""

    people: int
    person_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Everybody who came. The order of entries means nothing."""

    attended: tuple[Arrival, ...]
    drop_ins: tuple[DropIn, ...]
    language: str

    def says_the_same_as(self, other: "Register") -> bool:
        return self.in_order() == other.in_order()

    def in_order(self) -> "Register":
        """The same register, written in one way of many."""
        return Register(
            attended=tuple(sorted(self.attended, key=lambda arrival: arrival.place_id)),
            drop_ins=tuple(sorted(self.drop_ins, key=lambda drop_in: (drop_in.person_id or "", drop_in.people))),
            language=self.language,
        )


def require_sensible(register: Register, places: Places) -> None:
    """Raises PartySizeInvalid, RegisterTooLong, PlaceRepeated, PlaceUnknown, PlaceWasCancelled."""
    counts = [arrival.people for arrival in register.attended] + [drop_in.people for drop_in in register.drop_ins]
    if any(people < 1 for people in counts):
        raise PartySizeInvalid(field="people")
    if sum(counts) > MOST_PEOPLE:
        raise RegisterTooLong(field="people")
    came = [arrival.place_id for arrival in register.attended]
    if len(came) > len(set(came)):
        raise PlaceRepeated(field="attended")
    for place_id in came:
        if place_id not in places.by_id:
            raise PlaceUnknown(field="attended")
        if places.by_id[place_id].standing is Standing.CANCELLED:
            raise PlaceWasCancelled(field="attended")


def entries(register: Register, places: Places, session: SessionScheduled) -> Iterator[SessionEvent]:
    """The register as facts: each party that came, each that did not, and the sums."""
    came = {arrival.place_id: arrival.people for arrival in register.attended}
    for place in places.by_id.values():
        if place.place_id in came:
            yield _attended(place, came[place.place_id], session)
        elif place.standing is Standing.BOOKED:
            yield _missed(place, session)
    for number, drop_in in enumerate(register.drop_ins):
        yield _dropped_in(drop_in, number, session)
    yield SessionHeld(
        group_session_id=session.group_session_id,
        families=len(register.attended) + len(register.drop_ins),
        participant_count=sum(came.values()) + sum(drop_in.people for drop_in in register.drop_ins),
        drop_ins=len(register.drop_ins),
        language=register.language,
        occurred_at=session.starts_at,
    )


def _attended(place: Place, people: int, session: SessionScheduled) -> PlaceAttended:
    return PlaceAttended(
        group_session_id=session.group_session_id,
        place_id=place.place_id,
        person_id=place.person_id,
        people=people,
        consultation_mechanism=session.consultation_mechanism,
        occurred_at=session.starts_at,
    )


def _missed(place: Place, session: SessionScheduled) -> PlaceMissed:
    return PlaceMissed(
        group_session_id=session.group_session_id,
        place_id=place.place_id,
        person_id=place.person_id,
        occurred_at=session.starts_at,
    )


def _dropped_in(drop_in: DropIn, number: int, session: SessionScheduled) -> DropInAttended:
    return DropInAttended(
        group_session_id=session.group_session_id,
        drop_in_id=str(uuid5(NAMESPACE_URL, f"drop-in/{session.group_session_id}/{number}")),
        person_id=drop_in.person_id,
        people=drop_in.people,
        consultation_mechanism=session.consultation_mechanism,
        occurred_at=session.starts_at,
    )
