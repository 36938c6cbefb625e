"""The `perinatal` command. Exit codes: 0 done, 1 failed, 2 wrong use, 130 stopped by Ctrl-C."""

import logging
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from deploy.cli.output import fail
from deploy.local.errors import StackError, explained
from deploy.local.home import here

STOPPED = 130

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
    # What these would write on standard error by themselves is said again by the error that ends the command.
    for talkative in ("aiokafka", "asyncio"):
        logging.getLogger(talkative).addHandler(logging.NullHandler())
    try:
        _run()
    except StackError as problem:
        fail(problem)
    except OSError as problem:
        fail(explained(problem, here().root))
    except _of_the_parts() as problem:
        # Of PostgreSQL's only the first argument: its detail may quote a row.
        why = ": ".join([type(problem).__name__, *map(str, problem.args[:1])])
        part = "Kafka" if type(problem).__module__.startswith("aiokafka") else "PostgreSQL"
        fail(StackError(f"{part} says {why}; see `perinatal status`"))
    sys.exit(1)


def _run() -> None:
    """Ctrl-C may come while the command is read in, or in the middle of it."""
    try:
        program(sys.argv[1:])()
    except KeyboardInterrupt:
        sys.exit(_say_stopped())
    except SystemExit as ended:
        if ended.code == STOPPED:
            _say_stopped()
        raise


def _say_stopped() -> int:
    fail(StackError("stopped before it was done: the same command goes on from there, or begins anew"))
    return STOPPED


def _of_the_parts() -> tuple[type[Exception], ...]:
    """What the clients of PostgreSQL and Kafka raise besides OSError; asked for, and so read in, only when something was raised."""
    database, broker = import_module("asyncpg"), import_module("aiokafka.errors")
    return database.PostgresError, database.InterfaceError, broker.KafkaError


if __name__ == "__main__":
    main()
