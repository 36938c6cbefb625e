"""Appointments, sessions and places in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.portal.commands import Refusal
from services.portal.names import Identity, Names
from services.portal.readmodels.group_sessions import Filled
from services.portal.web.presenters.appointments import (
    DiarySpan,
    appointment_facts,
    appointment_lines,
    appointment_status,
    diary_days,
)
from services.portal.web.presenters.joining import kinder, place_words, room_words
from services.portal.web.presenters.sessions import register_words, session_facts, session_line
from services.portal.web.scheduling_forms import spoken
from services.portal.web.words import word_lists
from services.scheduling.codes import read_codes
from tests.unit.portal import scheduling_scenarios as given
from tests.unit.portal.scenarios import PERSON, a_person, an_id

NAMES = Names(people={PERSON: Identity(full_name="Amara Nwosu")})
BEFORE, AFTER = given.STARTS - timedelta(hours=1), given.STARTS + timedelta(hours=1)


def test_a_line_of_the_diary_says_who_when_how_and_what_to_arrange() -> None:
    line = appointment_lines([given.an_appointment()], NAMES, {PERSON: a_person()}, BEFORE)[0]
    assert (line.time, line.who.name, line.how, line.where) == (
        "9:30am to 10:20am",
        "Amara Nwosu",
        "Face to face",
        "GP practice",
    )
    assert line.needs == "Interpreter needed: Bengali"
    assert line.status.words == "Booked"


@pytest.mark.parametrize(
    ("status", "now", "words"),
    [
        ("booked", BEFORE, "Booked"),
        ("booked", AFTER, "To record"),
        ("attended", AFTER, "Attended"),
        ("missed", AFTER, "Not seen"),
        ("cancelled", BEFORE, "Cancelled"),
    ],
)
def test_where_an_appointment_stands(status: str, now: datetime, words: str) -> None:
    assert appointment_status(given.an_appointment(status=status), now).words == words


def test_a_week_begins_on_monday_and_shows_days_without_appointments() -> None:
    span = DiarySpan.around(date(2026, 5, 14), "week", "/pcns/U99999/diary", {"view": "week"})
    rows = [given.an_appointment()]
    days = diary_days(span, rows, appointment_lines(rows, NAMES, {}, BEFORE))
    assert [len(day.lines) for day in days] == [0, 0, 0, 1, 0, 0, 0]
    assert span.title == "Monday 11 May 2026 to Sunday 17 May 2026"
    assert span.earlier == "/pcns/U99999/diary?view=week&on=2026-05-04"
    assert span.later == "/pcns/U99999/diary?view=week&on=2026-05-18"


def test_an_appointment_just_before_midnight_in_england_is_on_that_day() -> None:
    late = datetime(2026, 5, 14, 22, 45, tzinfo=UTC)
    span = DiarySpan.around(date(2026, 5, 14), "day", "/diary", {})
    rows = [given.an_appointment(starts_at=late, ends_at=late + timedelta(minutes=10))]
    assert diary_days(span, rows, appointment_lines(rows, NAMES, {}, BEFORE))[0].lines[0].time == "11:45pm to 11:55pm"


def test_what_became_of_an_appointment_is_told_with_what_it_replaced() -> None:
    row = given.an_appointment(
        status="attended",
        attendance_status="6",
        activities=["assessment"],
        others_present=["infant", "other_parent"],
        interpreter_present=True,
        replaced=[{"status": "missed", "attendance_status": "3", "recorded_at": given.STARTS.isoformat()}],
    )
    facts = {fact.label: fact.words for fact in appointment_facts(row)}
    assert facts["What became of it"] == "Came late and was seen"
    assert facts["What was done"] == "Assessment"
    assert facts["Others present"] == "Baby, Other parent or partner"
    assert facts["Interpreter present"] == "Yes"
    assert facts["Assessment offered to the partner"] == "Not said"
    assert facts["Recorded before"] == "Did not come, and gave no warning, on 14 May 2026 at 9:30am"


def test_a_session_that_is_full_or_has_somebody_waiting_has_no_room() -> None:
    empty = Filled(session=given.a_session(), people_booked=0, families_waiting=0)
    waited_for = Filled(session=given.a_session(), people_booked=2, families_waiting=1)
    assert (empty.room, session_line(empty, BEFORE).status.words) == (3, "Places free")
    assert (waited_for.room, session_line(waited_for, BEFORE).status.words) == (0, "Full")
    assert session_line(waited_for, BEFORE).waiting == "1 family waiting"
    assert session_line(empty, AFTER).status.words == "Register to fill in"


def test_a_session_that_was_held_tells_its_counts() -> None:
    row = given.a_session(
        status="held", held_at=given.STARTS, families=2, participant_count=5, drop_ins=1, held_language="bn"
    )
    filled = Filled(session=row, people_booked=0, families_waiting=0)
    facts = {fact.label: fact.words for fact in session_facts(filled)}
    assert facts["Families who came"] == "2"
    assert facts["People who came"] == "5"
    assert facts["Held in"] == "Bengali"


def test_a_register_keeps_the_order_families_asked_in() -> None:
    waiting = [given.a_place(place_id=an_id(f"place {turn}"), status="waitlisted", turn=turn) for turn in (3, 4)]
    nameless = given.a_place(person_id=None)
    register = register_words([nameless, *waiting], NAMES, {PERSON: a_person()})
    assert [line.name for line in register.with_a_place] == ["A family without a name here"]
    assert [line.place_id for line in register.waiting] == [an_id("place 3"), an_id("place 4")]
    assert register.waiting[0].needs == "Interpreter needed: Bengali"
    assert len(register.expected) == 3


@pytest.mark.parametrize(
    ("status", "ahead", "title", "said"),
    [
        ("booked", 0, "You have a place", "It is for 2 people."),
        ("promoted", 0, "Good news: you have a place now", "It is for 2 people."),
        ("waitlisted", 0, "You are waiting for a place", "You are the next family."),
        ("waitlisted", 1, "You are waiting for a place", "1 family is before you."),
        ("waitlisted", 4, "You are waiting for a place", "4 families are before you."),
        ("cancelled", 0, "You have given up your place", "Another family can come now."),
        ("attended", 0, "This session is over", ""),
    ],
)
def test_a_family_is_told_where_it_stands(status: str, ahead: int, title: str, said: str) -> None:
    words = place_words(given.a_place(status=status), given.a_session(), ahead)
    assert words.title == title
    assert said in words.lead
    assert words.may_cancel == (status in ("booked", "promoted", "waitlisted"))


def test_a_cancelled_session_is_said_first_whatever_the_place() -> None:
    words = place_words(given.a_place(), given.a_session(status="cancelled"), 0)
    assert words.title == "This session is cancelled"
    assert not words.may_cancel


def test_room_is_said_as_a_family_reads_it() -> None:
    assert room_words(1, waiting=False) == "There is room for 1 person."
    assert room_words(5, waiting=True) == "Full. You can wait for a place."


def test_a_refusal_is_said_kindly_and_an_unknown_one_as_its_owner_says_it() -> None:
    assert "choose another one" in kinder(Refusal(slug="session-started", message="x")).message
    assert kinder(Refusal(slug="unheard-of", message="As it is.")).message == "As it is."


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("activities", "activities"),
        ("others_present", "others_present"),
        ("attendance_status", "attendance_status"),
        ("consultation_mechanism", "consultation_mechanism"),
        ("activity_location_type", "activity_location_type"),
        ("session_type", "session_type"),
        ("session_cancellation_reason", "session_cancellation_reason"),
        ("correction_reason", "attendance_correction_reason"),
    ],
)
def test_every_code_of_scheduling_has_words_and_no_other(name: str, called: str) -> None:
    codes = {code.code for code in read_codes().lists[name].codes}
    assert set(word_lists()[called]) == codes


def test_a_session_is_held_in_any_language_scheduling_knows() -> None:
    assert set(spoken()) == {code.code for code in read_codes().lists["language"].codes}
