from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from services.kit.testing import NOW
from services.scheduling.domain.register import Arrival, DropIn, Register
from services.scheduling.domain.session_commands import CancelSession
from tests.unit.scheduling.scenarios import (
    NEXT_WEEK,
    PERSON,
    SESSION,
    book_place,
    cancel_place,
    dropped_in,
    held,
    hold,
    place_attended,
    place_booked,
    place_cancelled,
    place_missed,
    promoted,
    schedule,
    scheduled,
    session_cancelled,
    sessions,
    waitlisted,
)

OVER = NEXT_WEEK + timedelta(hours=2)
CANCEL = CancelSession(group_session_id=SESSION, reason="weather")
NOBODY = Register(attended=(), drop_ins=(), language="en")


def came(*parties: tuple[str, int], drop_ins: tuple[DropIn, ...] = (), language: str = "en") -> Register:
    attended = tuple(Arrival(place_id=place_id, people=people) for place_id, people in parties)
    return Register(attended=attended, drop_ins=drop_ins, language=language)


def drop_in_id(number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"drop-in/{SESSION}/{number}"))


def test_a_session_is_put_on_the_calendar_once() -> None:
    sessions().given().when(schedule()).then(scheduled())
    sessions().given(scheduled()).when(schedule()).refused_with("session-already-scheduled")


def test_its_times_are_kept_in_utc() -> None:
    local = schedule(
        starts_at=datetime.fromisoformat("2026-06-08T10:00:00+01:00"),
        ends_at=datetime.fromisoformat("2026-06-08T12:00:00+01:00"),
    )
    [event] = sessions().given().when(local).events
    assert (event.starts_at.tzinfo, event.starts_at.hour) == (UTC, 9)


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"capacity": 0}, "capacity-invalid", "capacity"),
        ({"capacity": 1_000}, "capacity-invalid", "capacity"),
        ({"ends_at": NEXT_WEEK}, "ends-before-start", "ends_at"),
        ({"ends_at": NEXT_WEEK + timedelta(days=1)}, "crosses-midnight", "ends_at"),
        ({"starts_at": NOW - timedelta(days=8), "ends_at": NOW - timedelta(days=8, hours=-1)}, "starts-in-past", None),
    ],
)
def test_a_session_that_cannot_be(changes: dict[str, Any], slug: str, field: str | None) -> None:
    sessions().given().when(schedule(**changes)).refused_with(slug, field)


def test_a_session_of_long_ago_is_entered_as_such() -> None:
    then = {"starts_at": NOW - timedelta(days=800), "ends_at": NOW - timedelta(days=800, hours=-1)}
    sessions().given().when(schedule(backdated=True, **then)).then(scheduled(**then, occurred_at=then["starts_at"]))


def test_it_is_called_off_once() -> None:
    sessions().given(scheduled()).when(CANCEL).then(session_cancelled())
    sessions().given(scheduled(), session_cancelled()).when(CANCEL).then()
    other = CancelSession(group_session_id=SESSION, reason="other")
    sessions().given(scheduled(), session_cancelled()).when(other).refused_with("session-cancelled")


def test_a_family_takes_a_place_without_being_anybody() -> None:
    sessions().given(scheduled()).when(book_place()).then(place_booked())


def test_the_last_place_may_be_taken_and_then_they_wait() -> None:
    sessions().given(scheduled(), place_booked()).when(book_place("place-2", 2)).then(place_booked("place-2", 2))
    sessions().given(scheduled(), place_booked(party_size=3)).when(book_place("place-2", 2)).then(
        waitlisted("place-2", 2)
    )


def test_nobody_overtakes_who_waits() -> None:
    full = (scheduled(), place_booked(party_size=3), waitlisted("large", 2))
    sessions().given(*full).when(book_place("small", 1)).then(waitlisted("small", 1))


def test_a_place_given_up_goes_to_the_head_of_the_list() -> None:
    given = (scheduled(), place_booked("a", 2), place_booked("b", 2), waitlisted("c", 2), waitlisted("d", 2))
    sessions().given(*given).when(cancel_place("b")).then(place_cancelled("b"), promoted("c", 2))


def test_as_many_are_promoted_as_fit() -> None:
    given = (scheduled(), place_booked("a", 4), waitlisted("b", 1), waitlisted("c", 2), waitlisted("d", 2))
    sessions().given(*given).when(cancel_place("a")).then(place_cancelled("a", 4), promoted("b", 1), promoted("c", 2))


def test_a_large_party_at_the_head_is_waited_for_not_passed_over() -> None:
    given = (scheduled(), place_booked("a", 3), place_booked("b", 1), waitlisted("large", 3), waitlisted("small", 1))
    sessions().given(*given).when(cancel_place("b")).then(place_cancelled("b", 1))


def test_when_the_large_party_gives_up_the_next_ones_are_promoted() -> None:
    given = (scheduled(), place_booked("a", 3), waitlisted("large", 3), waitlisted("small", 1))
    sessions().given(*given).when(cancel_place("large")).then(place_cancelled("large", 3), promoted("small", 1))


def test_a_place_is_given_up_once() -> None:
    sessions().given(scheduled(), place_booked(), place_cancelled()).when(cancel_place()).then()


def test_a_person_has_one_place_and_may_ask_again_after_giving_it_up() -> None:
    mine = place_booked(person_id=PERSON)
    again = book_place("place-2", person_id=PERSON)
    sessions().given(scheduled(), mine).when(again).refused_with("place-already-booked", "person_id")
    sessions().given(scheduled(), mine, place_cancelled(person_id=PERSON)).when(again).then(
        place_booked("place-2", person_id=PERSON)
    )


@pytest.mark.parametrize("party_size", [0, -1])
def test_no_place_for_nobody(party_size: int) -> None:
    sessions().given(scheduled()).when(book_place(party_size=party_size)).refused_with(
        "party-size-invalid", "party_size"
    )


def test_a_party_that_never_fits_is_not_left_waiting() -> None:
    sessions().given(scheduled()).when(book_place(party_size=5)).refused_with("party-too-large", "party_size")


def test_who_asks_without_a_professional_is_asked_to_what_is_open_to_all() -> None:
    closed = scheduled(open_to_all=False)
    sessions().given(closed).when(book_place(by_family=True)).refused_with("session-not-open")
    sessions().given(closed).when(book_place()).then(place_booked())
    sessions().given(scheduled()).when(book_place(by_family=True)).then(place_booked())


def test_once_it_has_begun_places_are_neither_taken_nor_given_up() -> None:
    for command in (book_place("place-2"), cancel_place()):
        sessions(NEXT_WEEK).given(scheduled(), place_booked()).when(command).refused_with("session-started")


def test_what_was_arranged_long_ago_is_entered_as_such() -> None:
    sessions(OVER).given(scheduled(), place_booked()).when(cancel_place(backdated=True)).then(
        place_cancelled(occurred_at=NEXT_WEEK)
    )
    sessions(OVER).given(scheduled()).when(book_place(backdated=True)).then(place_booked(occurred_at=NEXT_WEEK))


def test_a_place_nobody_asked_for() -> None:
    sessions().given(scheduled()).when(cancel_place()).refused_with("place-unknown", "place_id")
    sessions(OVER).given(scheduled()).when(hold(came(("place-1", 1)))).refused_with("place-unknown", "attended")


def test_a_session_is_held_with_all_who_came() -> None:
    given = (scheduled(), place_booked("a", 2, person_id=PERSON), place_booked("b", 2), waitlisted("c", 1))
    register = came(("a", 1), ("c", 2), drop_ins=(DropIn(people=3), DropIn(people=1, person_id=PERSON)), language="ur")
    sessions(OVER).given(*given).when(hold(register)).then(
        place_attended("a", 1, person_id=PERSON),
        place_missed("b"),
        place_attended("c", 2),
        dropped_in(drop_in_id(0), 3),
        dropped_in(drop_in_id(1), 1, person_id=PERSON),
        held(families=4, participant_count=7, drop_ins=2, language="ur"),
    )


def test_more_may_come_than_there_was_room_for_and_nobody_is_left_out_of_the_record() -> None:
    register = came(drop_ins=(DropIn(people=9),))
    sessions(OVER).given(scheduled()).when(hold(register)).then(
        dropped_in(drop_in_id(0), 9), held(families=1, participant_count=9, drop_ins=1)
    )


def test_a_session_nobody_came_to_was_held_all_the_same() -> None:
    sessions(OVER).given(scheduled()).when(hold(NOBODY)).then(held(families=0, participant_count=0))


def test_the_same_register_again_in_any_order_changes_nothing_and_another_is_refused() -> None:
    given = (scheduled(), place_booked("a"), place_booked("b"), place_attended("a"), place_attended("b"))
    closed = (*given, dropped_in("x", 1), dropped_in("y", 2), held(families=4, participant_count=7, drop_ins=2))
    same = came(("b", 2), ("a", 2), drop_ins=(DropIn(people=2), DropIn(people=1)))
    sessions(OVER).given(*closed).when(hold(same)).then()
    sessions(OVER).given(*closed).when(hold(NOBODY)).refused_with("session-already-held")


@pytest.mark.parametrize(
    ("register", "slug"),
    [
        (came(("a", 0)), "party-size-invalid"),
        (came(drop_ins=(DropIn(people=0),)), "party-size-invalid"),
        (came(("a", 1), ("a", 2)), "place-repeated"),
        (came(("gone", 1)), "place-cancelled"),
        (came(drop_ins=(DropIn(people=1_000),)), "register-too-long"),
    ],
)
def test_a_register_that_cannot_be(register: Register, slug: str) -> None:
    given = (scheduled(), place_booked("a"), place_booked("gone"), place_cancelled("gone"))
    sessions(OVER).given(*given).when(hold(register)).refused_with(slug)


def test_it_is_not_held_before_it_starts() -> None:
    sessions(NEXT_WEEK - timedelta(minutes=1)).given(scheduled()).when(hold(NOBODY)).refused_with("session-not-started")


@pytest.mark.parametrize("command", [CANCEL, book_place(), cancel_place(), hold(NOBODY)])
def test_an_unknown_session(command: Any) -> None:
    sessions().given().when(command).refused_with("session-unknown")


@pytest.mark.parametrize("command", [book_place(), cancel_place(), hold(NOBODY)])
def test_a_cancelled_session(command: Any) -> None:
    sessions(OVER).given(scheduled(), session_cancelled()).when(command).refused_with("session-cancelled")


@pytest.mark.parametrize("command", [CANCEL, book_place(), cancel_place()])
def test_a_session_that_was_held(command: Any) -> None:
    sessions(OVER).given(scheduled(), held(families=0, participant_count=0)).when(command).refused_with(
        "session-already-held"
    )
