"""Every event has an answer, one for one, and nothing anybody wrote is in it."""

import dataclasses
from typing import Any, get_args, get_type_hints

import pytest

import contracts
from contracts.scheduling import PUBLISHED as PUBLIC
from contracts.scheduling import SessionAttendedV1, SessionMissedV1
from services.kit.personal import PERSONAL
from services.kit.testing import record
from services.scheduling.domain.events import STORED_NAMES, Event
from services.scheduling.outgoing import PUBLISHED, to_message, translate
from tests.unit.scheduling.facts import FACTS, PLACE
from tests.unit.scheduling.scenarios import APPOINTMENT, NEXT_WEEK, PERSON, REFERRAL, SESSION, SOON

LEAVES = {name: event for name, event in FACTS.items() if name in PUBLISHED}


def personal_fields(event: type[Any]) -> list[str]:
    hints = get_type_hints(event, include_extras=True)
    return [name for name, hint in hints.items() if PERSONAL in getattr(hint, "__metadata__", ())]


def test_there_is_an_example_of_every_event() -> None:
    assert FACTS.keys() == STORED_NAMES.keys()
    assert {type(event) for event in FACTS.values()} == set(STORED_NAMES.values()) == set(get_args(Event))


def test_the_published_names_are_those_that_are_translated() -> None:
    assert {name for name, event in FACTS.items() if translate(event) is not None} == set(PUBLISHED)


def test_every_public_type_is_sent() -> None:
    assert {type(translate(event)) for event in LEAVES.values()} == set(PUBLIC)


@pytest.mark.parametrize("name", FACTS)
def test_an_event_is_sent_as_its_public_form_or_not_at_all(name: str) -> None:
    public = translate(FACTS[name])
    message = to_message(record(FACTS[name], stream="stream", version=1))
    if public is None:
        assert message is None
        return
    assert message is not None
    assert contracts.parse(message.type, message.data) == public
    assert (message.topic, message.dataschema) == ("perinatal.scheduling.events", public.dataschema())


@pytest.mark.parametrize("name", LEAVES)
def test_nothing_anybody_wrote_is_in_a_public_event(name: str) -> None:
    event = LEAVES[name]
    marked = dict.fromkeys(personal_fields(type(event)), "«what somebody wrote»")
    public: Any = translate(dataclasses.replace(event, **marked))  # type: ignore[arg-type]
    assert "«" not in public.data().decode()
    assert set(marked).isdisjoint(type(public).model_fields)


def test_an_attended_appointment_says_when_and_with_whom() -> None:
    public = translate(FACTS["appointment-attended.v1"])
    assert isinstance(public, SessionAttendedV1)
    assert (public.kind, public.appointment_id, public.person_id, public.referral_id) == (
        *("appointment", APPOINTMENT, PERSON, REFERRAL),
    )
    assert (public.attended_at, public.activities, public.party_size) == (SOON, ["assessment", "care_plan"], 3)
    assert (public.group_session_id, public.place_id, public.supersedes_version) == (None, None, 2)


def test_a_party_at_a_group_session_says_how_many_and_a_drop_in_has_no_place() -> None:
    for name, place_id in (("place-attended.v1", PLACE), ("drop-in-attended.v1", None)):
        public = translate(FACTS[name])
        assert isinstance(public, SessionAttendedV1)
        assert (public.kind, public.group_session_id, public.place_id) == ("group", SESSION, place_id)
        assert (public.person_id, public.party_size, public.attendance_status) == (None, 2, "5")
        assert public.attended_at == NEXT_WEEK


def test_a_place_nobody_came_to_was_missed() -> None:
    public = translate(FACTS["place-missed.v1"])
    assert isinstance(public, SessionMissedV1)
    assert (public.kind, public.place_id, public.attendance_status) == ("group", PLACE, "3")
