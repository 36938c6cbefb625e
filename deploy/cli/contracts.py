"""`perinatal contracts`: what is generated from the contract classes, and whether what is committed still matches."""

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

import contracts
from contracts import REGISTRY, asyncapi
from contracts.compatibility import breaks
from contracts.json_schema import for_readers
from contracts.topics import load
from deploy.cli.contract_examples import Example, examples

FOLDER = Path(contracts.__file__).parent
GENERATED = ("schemas", "examples")

commands = typer.Typer(help="The public events: schemas, examples and the AsyncAPI document.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `contracts` to the command line."""
    app.add_typer(commands, name="contracts")


@commands.command()
def build() -> None:
    """Write the schemas, the examples and asyncapi.yaml from the classes and topics.yaml."""
    for path in stale():
        path.unlink()
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    typer.echo(f"{len(REGISTRY)} event types written to {FOLDER}")


@commands.command()
def check() -> None:
    """Exit with 1 and the difference when what is committed is not what the classes say."""
    found = [*differences(), *incompatible()]
    typer.echo("\n".join(found) if found else f"{len(REGISTRY)} event types, all as committed and compatible")
    raise typer.Exit(1 if found else 0)


@commands.command()
def release(version: Annotated[str, typer.Argument(help="version of the platform that promises these events")]) -> None:
    """Add what is sent today to the baseline that later versions have to stay compatible with."""
    if found := [*differences(), *incompatible()]:
        typer.echo("\n".join(found), err=True)
        raise typer.Exit(1)
    for path, text in released_with(version).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        typer.echo(f"released {path.stem} in {version}")


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    shown = examples()
    files = {FOLDER / "asyncapi.yaml": asyncapi.text(asyncapi.document(load(), shown))}
    for name, event in REGISTRY.items():
        files[FOLDER / "schemas" / f"{name}.json"] = _json(for_readers(event))
        files[FOLDER / "examples" / f"{name}.json"] = _json(shown[name])
    return files


def stale() -> list[Path]:
    """Files in the generated folders that no event type has any more."""
    present = {path for folder in GENERATED for path in (FOLDER / folder).glob("*")}
    return sorted(present - generated().keys())


def differences() -> Iterator[str]:
    """How the committed files differ from the generated ones, as unified diffs."""
    for path in stale():
        yield f"{path.name} belongs to no event type"
    for path, text in generated().items():
        name = str(path.relative_to(FOLDER.parent))
        committed = path.read_text("utf-8") if path.exists() else ""
        yield from difflib.unified_diff(
            committed.splitlines(), text.splitlines(), f"{name} (committed)", f"{name} (generated)", lineterm="", n=1
        )


def incompatible() -> Iterator[str]:
    """Every break of what was released."""
    for name, releases in released().items():
        if name not in REGISTRY:
            yield f"{name}: released in {releases[0]['version']} and no longer there"
            continue
        for release in releases:
            for broken in breaks(release["schema"], for_readers(REGISTRY[name])):
                yield f"{name} since {release['version']}: {broken}"


def released() -> dict[str, list[dict[str, Any]]]:
    """{ce_type: its releases, oldest first}; a release is {"version", "schema", "example"}."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((FOLDER / "released").glob("*.json"))}


def released_with(version: str) -> dict[Path, str]:
    """The baseline files that change when today's events are released."""
    shown = examples()
    before = released()
    return {
        FOLDER / "released" / f"{name}.json": _json([*before.get(name, []), _release(version, name, shown[name])])
        for name in sorted(REGISTRY)
        if not before.get(name) or before[name][-1]["schema"] != for_readers(REGISTRY[name])
    }


def _release(version: str, name: str, example: Example) -> dict[str, Any]:
    return {"version": version, "schema": for_readers(REGISTRY[name]), "example": example}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
