"""What is committed is what the classes and the services' own code give today."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from typer import Typer
from typer.testing import CliRunner

import contracts
from contracts import REGISTRY
from contracts.event import PublicEvent
from contracts.json_schema import DIALECT, for_readers, for_writers
from deploy.cli import contracts as commands

EVENTS = [pytest.param(event, id=name) for name, event in REGISTRY.items()]


@pytest.fixture
def committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the generated files that a test may spoil."""
    folder = tmp_path / "contracts"
    for part in ("schemas", "examples"):
        shutil.copytree(commands.FOLDER / part, folder / part)
    shutil.copy(commands.FOLDER / "asyncapi.yaml", folder)
    monkeypatch.setattr(commands, "FOLDER", folder)
    return folder


def run(*arguments: str) -> tuple[int, str]:
    app = Typer()
    commands.register(app)
    answer = CliRunner().invoke(app, ["contracts", *arguments])
    return answer.exit_code, answer.output


def test_committed_files_are_as_generated() -> None:
    assert list(commands.differences()) == []


def test_check_passes_when_nothing_drifted(committed: Path) -> None:
    assert run("check")[0] == 0


def test_check_shows_what_drifted(committed: Path) -> None:
    schema = committed / "schemas" / "perinatal-person-erased-1.json"
    schema.write_text(schema.read_text().replace('"format": "date-time"', '"format": "date"'))
    code, said = run("check")
    assert code == 1
    assert '-      "format": "date",' in said
    assert '+      "format": "date-time",' in said


def test_check_sees_a_missing_and_a_left_over_file(committed: Path) -> None:
    (committed / "examples" / "perinatal-wait-started-1.json").unlink()
    (committed / "examples" / "perinatal-wait-forgotten-1.json").write_text("{}")
    code, said = run("check")
    assert code == 1
    assert "examples/perinatal-wait-started-1.json" in said
    assert "perinatal-wait-forgotten-1.json belongs to no event type" in said


def test_build_puts_right_what_check_complains_of(committed: Path) -> None:
    left_over = committed / "schemas" / "perinatal-wait-forgotten-1.json"
    left_over.write_text("{}")
    (committed / "asyncapi.yaml").unlink()
    run("build")
    assert not left_over.exists()
    assert run("check")[0] == 0


def test_release_writes_a_baseline_that_check_then_holds_us_to(
    committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("release", "9.9.0")[0] == 0
    assert "perinatal-measure-recorded-1" in {path.stem for path in (committed / "released").iterdir()}
    shorter = {name: event for name, event in REGISTRY.items() if name != "perinatal-wait-started-1"}
    monkeypatch.setattr(commands, "REGISTRY", shorter)
    assert "perinatal-wait-started-1: released in 9.9.0 and no longer there" in commands.incompatible()


def test_a_release_without_change_adds_nothing(committed: Path) -> None:
    run("release", "9.9.0")
    assert commands.released_with("9.9.1") == {}


@pytest.mark.parametrize("event", EVENTS)
def test_a_schema_is_whole(event: type[PublicEvent]) -> None:
    schema = committed_json("schemas", event)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert schema["$id"] == f"urn:perinatal:schema:{event.TYPE}"
    assert schema["title"] == event.__name__
    assert schema["description"]
    assert [name for name, field in schema["properties"].items() if not field.get("description")] == []


@pytest.mark.parametrize("event", EVENTS)
def test_an_example_fits_its_schema_even_when_closed(event: type[PublicEvent]) -> None:
    example = committed_json("examples", event)
    validator(for_writers(committed_json("schemas", event))).validate(example["data"])


@pytest.mark.parametrize("event", EVENTS)
def test_an_example_reads_and_writes_back_the_same(event: type[PublicEvent]) -> None:
    data = committed_json("examples", event)["data"]
    read = contracts.parse(event.TYPE, json.dumps(data).encode())
    assert type(read) is event
    assert json.loads(read.data()) == data


def test_a_closed_schema_sees_a_field_that_is_not_in_it() -> None:
    event = REGISTRY["perinatal-pcn-configured-1"]
    data = committed_json("examples", event)["data"]
    data["practices"][0]["telephone"] = "0"
    validator(for_readers(event)).validate(data)
    with pytest.raises(ValidationError, match="telephone"):
        validator(for_writers(for_readers(event))).validate(data)


def committed_json(folder: str, event: type[PublicEvent]) -> dict[str, Any]:
    path = Path(contracts.__file__).parent / folder / f"{event.TYPE}.json"
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
