"""What somebody types about appointments, sessions and places, read into what the scheduling service takes."""

from datetime import UTC, datetime

import pytest

from services.portal.commands import Refusal
from services.portal.web.family_forms import read_circumstances, read_person, read_request
from services.portal.web.forms import Form
from services.portal.web.rate_limit import RateLimit
from services.portal.web.scheduling_forms import read_attendance, read_register, read_session
from services.portal.web.times import read_times, refuse, time_of_day
from tests.unit.portal.scenarios import a_network

DAY = {"day-day": "14", "day-month": "5", "day-year": "2026"}
PERSON = {
    "full_name": "Gita Rao",
    "telephone": "01632 960002",
    "preferred_language": "en",
    "interpreter_required": "no",
}
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9:30", "09:30"),
        ("09.30", "09:30"),
        ("14:15", "14:15"),
        ("2pm", "14:00"),
        ("12am", "00:00"),
        ("12.30 pm", "12:30"),
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, read: str) -> None:
    form = Form(values={"starts": typed})
    assert f"{time_of_day(form, 'starts', 'The start'):%H:%M}" == read
    assert form.valid


@pytest.mark.parametrize("typed", ["half past", "25:00", "9:75", "14pm", "-3", "9" * 60])
def test_what_is_no_time_is_said_beside_its_box(typed: str) -> None:
    form = Form(values={"starts": typed})
    assert time_of_day(form, "starts", "The start") is None
    assert form.problem("starts") == "The start must be a time, like 9:30 or 14:15"


def test_times_are_times_in_england_before_and_after_the_clocks_change() -> None:
    summer = read_times(Form(values={**DAY, "starts": "9:30", "ends": "10:20"}))
    winter = read_times(Form(values={**DAY, "day-month": "12", "starts": "9:30", "ends": "10:20"}))
    assert summer == {"starts_at": "2026-05-14T09:30:00+01:00", "ends_at": "2026-05-14T10:20:00+01:00"}
    assert winter["starts_at"] == "2026-12-14T09:30:00+00:00"


def test_an_owners_refusal_stands_beside_the_box_it_is_about() -> None:
    form = Form(values=DAY)
    refuse(form, Refusal(slug="ends-before-start", message="The end has to be after the start.", field="ends_at"))
    assert form.problem("ends") == "The end has to be after the start."


def test_what_was_done_is_left_out_when_nobody_was_seen() -> None:
    ticked = {"activities-assessment": "yes", "others_present-infant": "yes", "interpreter_present": "yes"}
    seen = read_attendance(Form(values={"attendance_status": "5", **ticked}))
    missed = read_attendance(Form(values={"attendance_status": "3", **ticked}))
    assert seen["activities"] == ["assessment"]
    assert seen["interpreter_present"] is True
    assert missed == {"attendance_status": "3", "activities": [], "others_present": []}


def test_a_session_needs_room_for_somebody() -> None:
    form = Form(values={**DAY, "starts": "18:00", "ends": "19:30", "session_type": "antenatal", "capacity": "0"})
    read_session(form)
    assert form.problem("capacity") == "How many people there is room for must be a whole number from 1 to 999"


def test_a_register_has_who_came_and_who_came_without_a_place() -> None:
    form = Form(values={"people-a": "2", "people-b": "", "people-c": "0", "drop_ins": "1, 3 2", "language": "en"})
    assert read_register(form, ["a", "b", "c"]) == {
        "attended": [{"place_id": "a", "people": 2}],
        "drop_ins": [{"people": 1}, {"people": 3}, {"people": 2}],
        "language": "en",
    }


@pytest.mark.parametrize("typed", ["three", "1, -2", "0", "1000", ", ".join(["1"] * 61)])
def test_numbers_that_cannot_be_are_said_beside_their_box(typed: str) -> None:
    form = Form(values={"drop_ins": typed, "language": "en"})
    read_register(form, [])
    assert form.problem("drop_ins") == "Write a number of people for each family, like 2, 3, 1"


def test_a_family_needs_no_number_and_no_ethnic_group_to_be_heard() -> None:
    form = Form(values=PERSON)
    body = read_person(form)
    assert form.valid
    assert body["nhs_number_missing_reason"] == "nhs-number-not-known"
    assert body["ethnic_category"] == "99"
    assert "email" not in body
    assert read_circumstances(form, a_network()) == {}


def test_a_family_has_to_be_reachable_somehow() -> None:
    form = Form(values={**PERSON, "telephone": ""})
    read_person(form)
    assert form.problem("telephone") == "Write a phone number or an email address, so that we can reach you"


def test_a_request_for_somebody_else_keeps_every_word() -> None:
    values = {"asking_for": "B2", "your_name": "Ivo", "words": "She cries <b>."}
    body = read_request(Form(values=values), NOW)
    assert body["source_of_referral"] == "B2"
    assert body["note"] == "Asked by: Ivo\n\nIn their own words: She cries <b>."


def test_what_a_family_needs_is_kept_with_the_person_and_not_in_the_request() -> None:
    values = {
        "access_needs-step_free": "yes",
        "access_needs-easy_read": "yes",
        "access_note": "Call after six.",
        "contact_preference": "9",
    }
    assert read_circumstances(Form(values=values), a_network()) == {
        "access_needs": ["easy_read", "step_free"],
        "access_note": "Call after six.",
        "contact_preference": "9",
    }


def test_who_calls_is_told_that_the_number_is_not_the_persons_own() -> None:
    values = {"asking_for": "B2", "reach_of": "asker", "access_note": "Call after six."}
    said = read_circumstances(Form(values=values), a_network())["access_note"]
    assert said == "The phone number and email address are those of who asked for them. Call after six."
    theirs = Form(values={**values, "reach_of": "person"})
    assert read_circumstances(theirs, a_network())["access_note"] == "Call after six."
    unsaid = Form(values={"asking_for": "B2"})
    read_circumstances(unsaid, a_network())
    assert unsaid.problem("reach_of") == "Tell us whose phone number or email address it is"


def test_a_request_may_say_nothing_but_who_it_is_for() -> None:
    form = Form(values={"asking_for": "B1"})
    assert "note" not in read_request(form, NOW)
    assert form.valid


def test_forms_of_one_address_are_counted_and_forgotten_in_time() -> None:
    now = 0.0
    limit = RateLimit(forms=2, seconds=10.0, addresses=2, clock=lambda: now)
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    now = 10.0
    assert limit.allows("a")


def test_many_addresses_do_not_fill_the_memory() -> None:
    limit = RateLimit(forms=1, addresses=3)
    assert all(limit.allows(str(number)) for number in range(50))
    assert len(limit._seen) == 3
