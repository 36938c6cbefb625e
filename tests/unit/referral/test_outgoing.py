"""Every event has an answer, and nothing personal is in it."""

import dataclasses
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import contracts
from services.kit.personal import PERSONAL
from services.kit.testing import record
from services.referral.domain.events import STORED_NAMES, Event
from services.referral.outgoing import PUBLISHED, to_message, translate
from tests.unit.referral.clock_scenarios import advanced, breached, contact, june, measure, revised, spell, stopped
from tests.unit.referral.scenarios import (
    a_practice,
    accepted,
    closed,
    configured,
    details_changed,
    erased,
    received,
    redirected,
    registered,
    triaged,
    wait_started,
    withdrawn,
)

PRIVATE = [contact(), measure(), spell()]
EXAMPLES = [
    configured(),
    registered(),
    details_changed("telephone", telephone="01632 960009", access_needs=("easy_read",)),
    erased(),
    received(),
    triaged(note="Soon."),
    accepted(),
    redirected(note="Rang them."),
    withdrawn(note="She rang."),
    closed(note="Well."),
    wait_started(),
    advanced("first_contact", june(3), "assessment"),
    stopped(june(5), 5),
    revised({"first_contact": june(3)}),
    breached("assessment"),
]


def personal_fields(event: type[Any]) -> list[str]:
    hints = get_type_hints(event, include_extras=True)
    return [name for name, hint in hints.items() if PERSONAL in getattr(hint, "__metadata__", ())]


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event in [*EXAMPLES, *PRIVATE]} == set(get_args(Event)) == set(STORED_NAMES.values())


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_every_event_is_translated_to_its_public_form(event: Event) -> None:
    public = translate(event)
    message = to_message(record(event, stream="stream", version=1))
    assert public is not None
    assert message is not None
    assert public.TYPE.removeprefix("perinatal-").removesuffix("-1") + ".v1" in STORED_NAMES
    assert contracts.parse(message.type, message.data) == public
    assert (message.topic, message.dataschema) == ("perinatal.referral.events", public.dataschema())


@pytest.mark.parametrize("event", PRIVATE, ids=lambda event: type(event).__name__)
def test_what_others_told_us_is_not_told_again(event: Event) -> None:
    assert to_message(record(event, stream="stream", version=1)) is None


def test_the_published_names_are_those_that_are_translated() -> None:
    names = {cls: name for name, cls in STORED_NAMES.items()}
    assert {names[type(event)] for event in EXAMPLES if translate(event) is not None} == set(PUBLISHED)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_no_public_event_has_a_field_named_like_a_personal_one(event: Event) -> None:
    public = translate(event)
    assert public is not None
    assert set(personal_fields(type(event))).isdisjoint(type(public).model_fields)


MARKED = st.text(min_size=4, max_size=30).map(lambda text: f"«{text}»")


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_personal_value_is_in_a_public_event(data: st.DataObject) -> None:
    for event in EXAMPLES:
        kinds = get_type_hints(type(event))
        texts = [name for name in personal_fields(type(event)) if kinds[name] == str | None]
        marked = {name: data.draw(MARKED) for name in texts}
        public = translate(dataclasses.replace(event, **marked))
        assert public is not None
        written = public.data().decode()
        assert not [value for value in marked.values() if value in written]
        assert "«" not in written


def test_no_birth_or_delivery_date_is_in_a_public_event() -> None:
    written = translate(registered()).data().decode()  # type: ignore[union-attr]
    assert "1994-02-03" not in written
    assert "2026-09-01" not in written


def test_a_practice_that_has_left_is_not_in_the_public_settings() -> None:
    gone = a_practice("X00009", left_on=configured().occurred_at.date())
    public: Any = translate(configured(practices=(a_practice(), gone)))
    assert [practice.ods_code for practice in public.practices] == ["X00001"]
