"""Every event has an answer, and no name or note is in it."""

import dataclasses
from typing import Any, get_args

import pytest

import contracts
from services.kit.testing import record
from services.training.domain.events import STORED_NAMES, Event
from services.training.outgoing import PUBLISHED, to_message, translate
from tests.unit.training.scenarios import (
    attended,
    confident,
    consultation_logged,
    erased,
    held,
    input_logged,
    practices_noted,
    register_corrected,
    removed,
    scheduled,
)

EXAMPLES: list[Any] = [
    practices_noted(),
    erased(),
    scheduled(),
    held(),
    attended(),
    confident(),
    register_corrected(),
    removed(),
    consultation_logged(),
    input_logged(),
]
PUBLIC = [event for event in EXAMPLES if translate(event) is not None]


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event in EXAMPLES} == set(get_args(Event)) == set(STORED_NAMES.values())


def test_the_published_names_are_those_that_are_translated() -> None:
    names = {cls: name for name, cls in STORED_NAMES.items()}
    assert {names[type(event)] for event in PUBLIC} == set(PUBLISHED)
    assert to_message(record(practices_noted(), stream="stream", version=1)) is None
    assert to_message(record(erased(), stream="stream", version=1)) is None


@pytest.mark.parametrize("event", PUBLIC, ids=lambda event: type(event).__name__)
def test_every_published_event_reads_back_from_its_message(event: Any) -> None:
    public = translate(event)
    message = to_message(record(event, stream="stream", version=1))
    assert public is not None
    assert message is not None
    assert contracts.parse(message.type, message.data) == public
    assert (message.topic, message.dataschema) == ("perinatal.training.events", public.dataschema())


@pytest.mark.parametrize("event", PUBLIC, ids=lambda event: type(event).__name__)
def test_what_is_published_is_what_happened_and_nothing_personal(event: Any) -> None:
    public: Any = translate(event)
    told = public.model_dump()
    stored = dataclasses.asdict(event)
    assert {"full_name", "note", "subject_id"}.isdisjoint(told)
    for name in told.keys() & stored.keys():
        assert told[name] == (list(stored[name]) if isinstance(stored[name], tuple) else stored[name])
    assert b"Vera" not in public.data()
    assert b"Tearful" not in public.data()
    assert b"evening" not in public.data()
