"""`bench`: the measurements of docs/benchmarks.md, taken anew on this machine."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.errors import StackError

_ROOT = Path(__file__).parents[2]


def register(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Some only; a wrong name lists them.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, help="Length of one sample.")] = 5.0,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured, one after the other.")] = 3,
    patience: Annotated[float, typer.Option(min=0.0, help="Seconds to wait for a quiet machine before each.")] = 60.0,
    out: Annotated[Path, typer.Option(help="Where the raw figures go, a JSON file each.")] = Path("docs/benchmarks"),
) -> None:
    """Measure append, relay, read models and the way between them, on a stack of its own that is gone afterwards."""
    if not (_ROOT / "tests" / "benchmarks").is_dir():
        raise StackError("the benchmarks are part of the source tree: run this in a clone of the repository")
    options = ("--seconds", str(seconds), "--rounds", str(rounds), "--patience", str(patience))
    program = [sys.executable, "-m", "tests.benchmarks", *(names or ()), *options, "--out", str(out.absolute())]
    raise typer.Exit(subprocess.run(program, check=False, cwd=_ROOT).returncode)
