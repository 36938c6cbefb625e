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
    except OSError as problem:
        fail(explained(problem, here().root))
    except _of_the_parts() as problem:
        # Of PostgreSQL's only the first argument: its detail may quote a row.
        why = ": ".join([type(problem).__name__, *map(str, problem.args[:1])])
        fail(StackError(f"{type(problem).__module__.partition('.')[0]} says {why}; see `perinatal status`"))
    sys.exit(1)


def _of_the_parts() -> tuple[type[Exception], ...]:
    """What the clients of PostgreSQL and Kafka raise besides OSError; asked for, and so read in, only when something was raised."""
    database, broker = import_module("asyncpg"), import_module("aiokafka.errors")
    return database.PostgresError, database.InterfaceError, broker.KafkaError


if __name__ == "__main__":
    main()
