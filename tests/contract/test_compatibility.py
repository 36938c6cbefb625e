"""A released event only gains optional fields: new code reads what was written, old readers take what is written now."""

import json
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

import contracts
from contracts import REGISTRY
from contracts.compatibility import breaks
from contracts.json_schema import for_readers, opened
from deploy.cli import contracts as commands
from deploy.cli.contract_examples import examples

RELEASES = [
    pytest.param(name, release, id=f"{name}@{release['version']}")
    for name, releases in commands.released().items()
    for release in releases
]


class Part(BaseModel):
    code: str
    label: str | None = None


class Event(BaseModel):
    person_id: str = Field(description="Whose.", pattern="^[0-9a-f-]+$")
    count: int = Field(ge=0)
    colour: str = Field(json_schema_extra={"enum": ["red", "green"]})
    parts: list[Part]
    scores: dict[str, float | None]
    stage: str | None = None


OLD = opened(Event.model_json_schema())


def test_there_is_a_baseline() -> None:
    assert RELEASES
    assert list(commands.incompatible()) == []


@pytest.mark.parametrize(("name", "release"), RELEASES)
def test_today_reads_what_was_written_then(name: str, release: dict[str, Any]) -> None:
    read = contracts.parse(name, json.dumps(release["example"]["data"]).encode())
    assert name == read.TYPE


@pytest.mark.parametrize(("name", "release"), RELEASES)
def test_a_reader_of_then_takes_what_is_written_today(name: str, release: dict[str, Any]) -> None:
    Draft202012Validator(release["schema"], format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        examples()[name]["data"]
    )


@pytest.mark.parametrize("name", REGISTRY)
def test_a_schema_is_compatible_with_itself(name: str) -> None:
    assert breaks(for_readers(REGISTRY[name]), for_readers(REGISTRY[name])) == []


def test_an_optional_field_may_be_added() -> None:
    new = deepcopy(OLD)
    new["properties"]["region"] = {"type": "string"}
    new["$defs"]["Part"]["properties"]["since"] = {"type": "string"}
    assert breaks(OLD, new) == []


def test_words_may_change() -> None:
    new = deepcopy(OLD)
    new["properties"]["person_id"]["description"] = "Said better."
    new["description"] = "Said better."
    assert breaks(OLD, new) == []


BREAKS = {
    "removed": (lambda new: _drop(new, "count"), ".count: removed or renamed"),
    "removed, optional": (lambda new: new["properties"].pop("stage"), ".stage: removed or renamed"),
    "renamed": (lambda new: _rename(new, "count", "number"), ".count: removed or renamed"),
    "another type": (
        lambda new: new["properties"]["count"].update(type="string"),
        ".count: type was 'integer', is 'string'",
    ),
    "narrowed": (lambda new: new["properties"]["count"].update(minimum=1), ".count: minimum was 0, is 1"),
    "widened": (lambda new: new["properties"]["count"].pop("minimum"), ".count: minimum was 0, is None"),
    "pattern": (lambda new: new["properties"]["person_id"].update(pattern="^x$"), ".person_id: pattern was"),
    "format": (
        lambda new: new["properties"]["person_id"].update(format="uuid"),
        ".person_id: format was None, is 'uuid'",
    ),
    "made required": (lambda new: new["required"].append("stage"), ".stage: made required"),
    "made optional": (lambda new: new["required"].remove("count"), ".count: made optional"),
    "added as required": (lambda new: _add_required(new, "region"), ".region: added as required"),
    "enum member removed": (lambda new: new["properties"]["colour"]["enum"].remove("red"), ".colour: enum was"),
    "enum member added": (lambda new: new["properties"]["colour"]["enum"].append("blue"), ".colour: enum was"),
    "null no more": (lambda new: new["properties"]["stage"]["anyOf"].pop(), ".stage: had 2 alternatives, has 1"),
    "default": (lambda new: new["properties"]["stage"].update(default="x"), ".stage: default was None, is 'x'"),
    "inside a list": (lambda new: new["$defs"]["Part"]["properties"].pop("code"), ".parts[].code: removed or renamed"),
    "inside a map": (lambda new: _scores(new)["anyOf"].pop(), ".scores[]: had 2 alternatives, has 1"),
    "a map no more": (
        lambda new: new["properties"]["scores"].pop("additionalProperties"),
        ".scores[]: additionalProperties",
    ),
    "closed": (lambda new: new.update(additionalProperties=False), "[]: additionalProperties was None, is False"),
    "another name": (lambda new: new.update({"$id": "urn:other"}), "the event: $id was None, is 'urn:other'"),
    "a word not known": (lambda new: new["properties"]["count"].update({"not": {}}), ".count: `not` cannot be judged"),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_break_is_seen(kind: str) -> None:
    change, said = BREAKS[kind]
    new = deepcopy(OLD)
    change(new)
    assert [line for line in breaks(OLD, new) if line.startswith(said)], breaks(OLD, new)


def test_a_break_of_a_released_event_stops_check(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "perinatal-referral-triaged-1"
    release = {"version": "0.0.1", "schema": deepcopy(for_readers(REGISTRY[name]))}
    release["schema"]["properties"]["urgency"] = {"type": "string"}
    monkeypatch.setattr(commands, "released", lambda: {name: [release]})
    assert list(commands.incompatible()) == [f"{name} since 0.0.1: .urgency: removed or renamed"]


def _drop(schema: dict[str, Any], field: str) -> None:
    schema["properties"].pop(field)
    schema["required"].remove(field)


def _rename(schema: dict[str, Any], old: str, new: str) -> None:
    schema["properties"][new] = schema["properties"].pop(old)
    schema["required"][schema["required"].index(old)] = new


def _add_required(schema: dict[str, Any], field: str) -> None:
    schema["properties"][field] = {"type": "string"}
    schema["required"].append(field)


def _scores(schema: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = schema["properties"]["scores"]["additionalProperties"]
    return inner
