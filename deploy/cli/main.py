"""The `perinatal` command. Exit codes: 0 done, 1 failed, 2 wrong use."""

import sys

import typer

from deploy.cli import (
    backup,
    bench,
    contracts,
    faults,
    importing,
    keys,
    parked,
    pcn,
    person,
    projections,
    relay,
    reporting,
    running,
    scoring,
    store,
)
from deploy.cli.output import fail
from deploy.local.errors import StackError, explained
from deploy.local.home import here

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Runs the perinatal outcomes platform on this machine.",
)
for group in (
    running,
    pcn,
    person,
    importing,
    reporting,
    scoring,
    contracts,
    store,
    relay,
    backup,
    keys,
    bench,
    faults,
    projections,
    parked,
):
    group.register(app)


def main() -> None:
    """Entry point: an error is one line, never a traceback."""
    try:
        app()
    except StackError as problem:
        fail(problem)
        sys.exit(1)
    except OSError as problem:
        fail(explained(problem, here().root))
        sys.exit(1)


if __name__ == "__main__":
    main()
