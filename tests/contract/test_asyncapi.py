"""asyncapi.yaml: its own parts fit together, it says what topics.yaml and the classes say, and the reference parser takes it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import contracts
from contracts import REGISTRY
from contracts.envelope import Envelope
from contracts.topics import load

FILE = Path(contracts.__file__).with_name("asyncapi.yaml")
NODE = Path(__file__).parent / "node"
DOCUMENT: dict[str, Any] = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
COMPONENTS = DOCUMENT["components"]
TOPICS = {topic.name: topic for topic in load().topics}


def test_it_is_asyncapi_3() -> None:
    assert DOCUMENT["asyncapi"].startswith("3.")
    assert DOCUMENT["info"]["version"] == load().version
    assert {"asyncapi", "info", "channels", "operations", "components", "defaultContentType"} <= DOCUMENT.keys()


def test_every_reference_leads_somewhere() -> None:
    assert lost_references(DOCUMENT) == []


def test_a_lost_reference_is_seen() -> None:
    spoilt = deepcopy(DOCUMENT)
    spoilt["components"]["schemas"].pop("Practice")
    assert lost_references(spoilt) == ["#/components/schemas/Practice"]


def test_every_topic_is_a_channel() -> None:
    assert DOCUMENT["channels"].keys() == TOPICS.keys()
    for name, channel in DOCUMENT["channels"].items():
        kafka = channel["bindings"]["kafka"]
        assert (channel["address"], kafka["topic"], kafka["partitions"]) == (name, name, TOPICS[name].partitions)
        assert kafka["topicConfiguration"]["retention.ms"] == TOPICS[name].retention_ms
        assert channel["x-owner"] == TOPICS[name].owner
        assert list(channel["messages"]) == TOPICS[name].types


def test_every_event_type_is_a_message() -> None:
    assert COMPONENTS["messages"].keys() == REGISTRY.keys()
    for name, message in COMPONENTS["messages"].items():
        assert message["payload"] == {"$ref": f"#/components/schemas/{REGISTRY[name].__name__}"}
        assert message["traits"] == [{"$ref": "#/components/messageTraits/cloudEvents"}]
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert message["summary"] == REGISTRY[name].__doc__


def test_every_header_is_described() -> None:
    headers = COMPONENTS["schemas"]["Envelope"]
    assert headers["properties"].keys() == {field.alias or name for name, field in Envelope.model_fields.items()}
    assert [name for name, each in headers["properties"].items() if not each.get("description")] == []


@pytest.mark.parametrize("name", REGISTRY)
def test_an_example_fits_headers_and_payload(name: str) -> None:
    message = COMPONENTS["messages"][name]
    for example in message["examples"]:
        fits("#/components/schemas/Envelope", example["headers"])
        fits(message["payload"]["$ref"], example["payload"])


def test_every_service_says_what_it_sends_and_receives() -> None:
    said = {(each["action"], each["x-service"], each["channel"]["$ref"].rpartition("/")[2]) for each in operations()}
    sends = {("send", topic.producer, topic.name) for topic in TOPICS.values()}
    receives = {("receive", consumer, topic.name) for topic in TOPICS.values() for consumer in topic.consumers}
    assert said == sends | receives


def test_everything_there_is_is_sent_by_somebody() -> None:
    sent = {each["$ref"].rpartition("/")[2] for operation in operations("send") for each in operation["messages"]}
    assert sent == REGISTRY.keys()


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What @asyncapi/parser says of the document, and of two spoilt ones."""
    action, message = deepcopy(DOCUMENT), deepcopy(DOCUMENT)
    next(iter(action["operations"].values()))["action"] = "shout"
    next(iter(message["channels"].values()))["messages"]["x"] = {"$ref": "#/components/messages/nothing"}
    folder = tmp_path_factory.mktemp("asyncapi")
    for name, spoilt in (("action", action), ("message", message)):
        (folder / name).write_text(json.dumps(spoilt), "utf-8")
    return dict(zip(("ours", "action", "message"), parsed(FILE, folder / "action", folder / "message"), strict=True))


@pytest.mark.node
def test_the_reference_parser_accepts_it(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["ours"] == {"accepted": True, "found": []}


@pytest.mark.node
@pytest.mark.parametrize("fault", ["action", "message"])
def test_the_reference_parser_sees_a_fault(fault: str, answers: dict[str, dict[str, Any]]) -> None:
    assert not answers[fault]["accepted"]
    assert [each for each in answers[fault]["found"] if each["severity"] == 0]


def parsed(*documents: Path) -> list[dict[str, Any]]:
    """What the parser says of each. PERINATAL_NODE_MODULES names another folder that holds node_modules."""
    folder = Path(os.environ.get("PERINATAL_NODE_MODULES", NODE))
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine")
    if not (folder / "node_modules" / "@asyncapi" / "parser").is_dir():
        pytest.skip(f"@asyncapi/parser is not installed: run `npm install` in {NODE.relative_to(NODE.parents[2])}")
    command = [node, NODE / "validate.cjs", folder, *documents]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def operations(action: str | None = None) -> list[dict[str, Any]]:
    return [each for each in DOCUMENT["operations"].values() if action in (None, each["action"])]


def lost_references(document: dict[str, Any]) -> list[str]:
    return [reference for reference in _references(document) if _resolve(document, reference) is None]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _references(each)


def _resolve(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def fits(reference: str, value: object) -> None:
    schema = {"$ref": reference, "components": COMPONENTS}
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)
