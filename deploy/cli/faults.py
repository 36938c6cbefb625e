"""`faults`: the known failures of such systems, brought about on a stack of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.errors import StackError

_ROOT = Path(__file__).parents[2]


def register(app: typer.Typer) -> None:
    app.command()(faults)


def faults(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Some only, F1 to F25.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs, each with a seed of its own.")] = 1,
    seed: Annotated[int | None, typer.Option(help="This seed, to see a run again.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Kill, pause, cut and poison, and say what was withstood. Exit code 1 when something was not."""
    if not (_ROOT / "tests" / "faults").is_dir():
        raise StackError("the faults are part of the source tree: run this in a clone of the repository")
    repeat = () if seed is None else ("--seed", str(seed))
    shape = ("--json",) if as_json else ()
    program = [sys.executable, "-m", "tests.faults", *(names or ()), "--seeds", str(seeds), *repeat, *shape]
    raise typer.Exit(subprocess.run(program, check=False, cwd=_ROOT).returncode)
