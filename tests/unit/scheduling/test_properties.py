"""Whatever is asked in whatever order: nobody too many, nobody overtaken, nobody in two places, and all of it can be stored."""

from datetime import timedelta
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.codec import Codec
from services.kit.errors import DomainError
from services.kit.testing import NOW
from services.scheduling.domain import appointment, diary, session
from services.scheduling.domain.appointment import BookAppointment, CancelAppointment, CorrectOutcome, RecordOutcome
from services.scheduling.domain.attendance import Report
from services.scheduling.domain.events import STORED_NAMES, Event, upcast
from services.scheduling.domain.places import Standing
from services.scheduling.domain.session_events import PlaceBooked, PlacePromoted, PlaceWaitlisted
from tests.unit.scheduling.scenarios import (
    APPOINTMENT,
    SOON,
    a_slot,
    an_arrangement,
    book_place,
    cancel_place,
    claim,
    claimed,
    reschedule_to,
    scheduled,
)

CODEC = Codec(STORED_NAMES, subject_field="person_id", upcast=upcast)
CAPACITY = 10

names = st.sampled_from([f"place-{n}" for n in range(12)])
asked = st.one_of(
    st.builds(book_place, names, st.integers(1, CAPACITY)), st.builds(book_place, names, st.integers(1, 3))
)
given_up = st.builds(cancel_place, names)


def once(commands: list[Any]) -> list[Any]:
    """Each place is asked for once, as its id comes from its command."""
    seen: set[str] = set()
    return [each for each in commands if hasattr(each, "party_size") is False or _first(each.place_id, seen)]


def _first(place_id: str, seen: set[str]) -> bool:
    return not (place_id in seen or seen.add(place_id))


@settings(max_examples=300)
@given(st.lists(st.one_of(asked, asked, given_up), max_size=40).map(once))
def test_there_is_room_for_everybody_who_has_a_place_and_turns_are_kept(commands: list[Any]) -> None:
    state: Any = session.evolve(session.initial(), scheduled(capacity=CAPACITY))
    asked_in_turn: list[str] = []
    for command in commands:
        for event in decided(session, command, state):
            state = session.evolve(state, event)
            if isinstance(event, PlaceBooked | PlaceWaitlisted):
                asked_in_turn.append(event.place_id)
            if isinstance(event, PlacePromoted):
                require_turn_kept(state, asked_in_turn, event.place_id)
            assert 0 <= state.places.people_booked <= CAPACITY
        assert not state.places.next_in(), "somebody waits for a place that is theirs"


def require_turn_kept(state: Any, asked_in_turn: list[str], promoted: str) -> None:
    """Nobody who asked before the promoted party still waits."""
    before = asked_in_turn[: asked_in_turn.index(promoted)]
    assert [name for name in before if state.places.by_id[name].standing is Standing.WAITLISTED] == []


quarters = st.integers(0, 20).map(lambda n: SOON + timedelta(minutes=15 * n))


@given(st.lists(st.tuples(quarters, st.integers(1, 6), st.sampled_from("abcd"), st.booleans()), max_size=15))
def test_a_clinician_is_in_one_place_unless_somebody_said_why(wishes: list[tuple[Any, int, str, bool]]) -> None:
    state = diary.initial()
    for number, (starts_at, quarters_long, name, override) in enumerate(wishes):
        slot = a_slot(f"slot-{number}", starts_at, 15 * quarters_long)
        command = claim(slot=slot, appointment_id=name, override_reason="Because." if override else None)
        for event in decided(diary, command, state):
            state = diary.evolve(state, event)
    for one, other in combinations(state.slots.values(), 2):
        apart = one.slot.ends_at <= other.slot.starts_at or other.slot.ends_at <= one.slot.starts_at
        assert apart or one.appointment_id == other.appointment_id or one.overridden or other.overridden


reports = st.builds(
    Report,
    attendance_status=st.sampled_from("567234"),
    activities=st.sampled_from([(), ("assessment",), ("care_plan", "medication")]),
    others_present=st.sampled_from([(), ("infant",)]),
    interpreter_present=st.none() | st.booleans(),
    note=st.none() | st.text(max_size=20),
)
slots = st.builds(a_slot, st.sampled_from(["slot-2", "slot-3"]), quarters, st.integers(15, 60))
appointment_commands = st.one_of(
    st.just(BookAppointment(claimed=claimed(), arrangement=an_arrangement())),
    st.builds(reschedule_to, slots, st.sampled_from(["patient", "provider"])),
    st.builds(
        CancelAppointment,
        appointment_id=st.just(APPOINTMENT),
        cancelled_by=st.sampled_from(["patient", "provider"]),
        note=st.none() | st.text(max_size=20),
    ),
    st.builds(RecordOutcome, appointment_id=st.just(APPOINTMENT), report=reports),
    st.builds(CorrectOutcome, appointment_id=st.just(APPOINTMENT), report=reports, reason=st.just("other")),
)


@given(st.lists(appointment_commands, max_size=12), st.integers(0, 10))
def test_an_appointment_has_one_outcome_at_a_time(commands: list[Any], hours: int) -> None:
    state: Any = appointment.initial()
    version = 0
    for command in commands:
        for event in decided(appointment, command, state, hours=hours):
            before = getattr(state, "outcome_version", None)
            state = appointment.evolve(state, event)
            version += 1
            assert state.version == version
            assert getattr(event, "supersedes_version", None) == before


def decided(domain: Any, command: Any, state: Any, *, hours: int = 0) -> list[Event]:
    """What comes of a command, as it comes back from the store; nothing when it is refused."""
    try:
        events = domain.decide(command, state, now=NOW + timedelta(hours=hours))
    except DomainError:
        return []
    return [stored(event) for event in events]


def stored(event: Event) -> Event:
    """The event as it comes back while its key is there; without the key it must still be readable."""
    encoded = CODEC.encode(event)
    CODEC.decode(encoded.type, encoded.data, {})
    back = CODEC.decode(encoded.type, encoded.data, encoded.personal)
    assert back == event
    return back
