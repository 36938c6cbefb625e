"""The `perinatal` command. Exit codes: 0 done, 1 failed, 2 wrong use."""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from deploy.cli.output import fail
from deploy.local.errors import StackError, explained
from deploy.local.home import here

GROUPS = {
    "running": ("up", "down", "status", "logs"),
    "pcn": ("pcn",),
    "person": ("person",),
    "importing": ("import",),
    "reporting": ("report",),
    "scoring": ("score", "change", "recovery"),
    "contracts": ("contracts",),
    "store": ("store",),
    "relay": ("relay",),
    "backup": ("backup", "restore", "reconcile"),
    "keys": ("keys",),
    "bench": ("bench",),
    "faults": ("faults",),
    "projections": ("projections",),
    "parked": ("parked",),
}
"""{module of this package: the commands it registers}"""


def program(words: Sequence[str] = ()) -> typer.Typer:
    """All commands; or, when the first word is one, those of its module: reading in the rest takes longer than most commands do."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_perinatal)
    for group in [group for group, commands in GROUPS.items() if words and words[0] in commands] or GROUPS:
        import_module(f"deploy.cli.{group}").register(app)
    return app


def _perinatal() -> None:
    """Runs the perinatal outcomes platform on this machine."""


def main() -> None:
    """Entry point: an error is one line, never a traceback."""
    try:
        program(sys.argv[1:])()
    except StackError as problem:
        fail(problem)
        sys.exit(1)
    except OSError as problem:
        fail(explained(problem, here().root))
        sys.exit(1)


if __name__ == "__main__":
    main()
