"""Others can read our records: the CloudEvents SDK takes the headers and value that the relay's own code writes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.exceptions import CloudEventValidationError
from pydantic import ValidationError

from contracts import REGISTRY
from contracts.envelope import NO_PREVIOUS, Envelope
from deploy.cli.contract_examples import Example, examples
from services.kit import cloud_events

EXAMPLES = [pytest.param(name, example, id=name) for name, example in examples().items()]
KIND_OF_STREAM = {
    "perinatal.referral.events": ("pcn", "person", "referral"),
    "perinatal.scheduling.events": ("appointment", "session"),
    "perinatal.outcomes.events": ("record",),
    "perinatal.outcomes.restricted": ("restricted",),
    "perinatal.training.events": ("training", "consultation", "community"),
}


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_sdk_reads_our_record(name: str, example: Example) -> None:
    headers = example["headers"]
    event = from_binary_event(record(example))
    assert event.get_specversion() == "1.0"
    assert event.get_type() == name
    assert event.get_id() == headers["ce_id"]
    assert event.get_source() == headers["ce_source"]
    assert event.get_subject() == headers["ce_subject"]
    assert event.get_time() == datetime.fromisoformat(headers["ce_time"])
    assert event.get_datacontenttype() == "application/json"
    assert event.get_dataschema() == REGISTRY[name].dataschema()
    assert event.get_data() == example["data"]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_sdk_finds_our_extensions(name: str, example: Example) -> None:
    event = from_binary_event(record(example))
    assert event.get_extension("tenant") == "U99001"
    assert event.get_extension("partitionkey") == example["headers"]["ce_subject"]
    ours = ("sequence", "prevsequence", "position", "correlationid", "causationid", "recordedtime")
    assert {each: event.get_extension(each) for each in ours} == {
        each: example["headers"][f"ce_{each}"] for each in ours
    }


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_sdk_writes_what_we_read(name: str, example: Example) -> None:
    written = to_binary_event(from_binary_event(record(example)))
    envelope = Envelope.read(written.headers.items())
    assert envelope.type == name
    assert envelope.sequence == example["headers"]["ce_sequence"]
    assert json.loads(written.value) == example["data"]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_our_headers_are_those_we_promise(name: str, example: Example) -> None:
    promised = {field.alias or key: field.is_required() for key, field in Envelope.model_fields.items()}
    envelope = Envelope.read(pairs(example))
    assert example["headers"].keys() <= promised.keys()
    assert {header for header, needed in promised.items() if needed} <= example["headers"].keys()
    assert envelope.time.tzinfo is not None
    assert envelope.dataschema == REGISTRY[name].dataschema()
    assert envelope.sequence > envelope.prevsequence >= NO_PREVIOUS
    assert envelope.subject.partition("-")[0] in KIND_OF_STREAM[REGISTRY[name].TOPIC]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_kit_reads_back_what_it_writes(name: str, example: Example) -> None:
    read = cloud_events.read(None, pairs(example))
    assert (read.type, read.stream, read.tenant) == (name, example["headers"]["ce_subject"], "U99001")
    assert f"{read.version:010}" == example["headers"]["ce_sequence"]
    assert f"{read.previous:010}" == example["headers"]["ce_prevsequence"]
    assert read.recorded_at.astimezone(UTC) == datetime.fromisoformat(example["headers"]["ce_recordedtime"])


def test_a_private_event_leaves_a_mark_in_the_sequence() -> None:
    headers = examples()["perinatal-measure-recorded-1"]["headers"]
    assert (headers["ce_sequence"], headers["ce_prevsequence"]) == ("0000000002", NO_PREVIOUS)


@pytest.mark.parametrize("missing", ["ce_source", "ce_type"])
def test_the_sdk_refuses_a_record_without(missing: str) -> None:
    with pytest.raises(CloudEventValidationError):
        from_binary_event(record(spoilt({missing: None})))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ce_specversion": "0.3"},
        {"ce_sequence": "7"},
        {"ce_tenant": "Jo"},
        {"ce_time": "yesterday"},
        {"ce_type": "com.example.tea"},
        {"content-type": "text/plain"},
        {"ce_subject": None},
        {"ce_id": None},
    ],
)
def test_the_envelope_refuses(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Envelope.read(pairs(spoilt(wrong)))


def spoilt(change: dict[str, Any]) -> Example:
    example = examples()["perinatal-referral-received-1"]
    headers = {name: value for name, value in (example["headers"] | change).items() if value is not None}
    return {"headers": headers, "data": example["data"]}


def pairs(example: Example) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in example["headers"].items()]


def record(example: Example) -> KafkaMessage:
    key = example["headers"].get("ce_subject", "").encode()
    return KafkaMessage(headers=dict(pairs(example)), key=key, value=json.dumps(example["data"]).encode())
