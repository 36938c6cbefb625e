"""`up`, `down`, `status`, `logs`: the stack of this folder."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.table import Table

from deploy.cli.detached import follow, spawn_detached
from deploy.cli.health import PARTS as LOGGED
from deploy.cli.health import report
from deploy.cli.output import Steps, announce, err, out
from deploy.demo.load import load_demonstration
from deploy.local.errors import StackError
from deploy.local.home import Home, here, last_lines
from deploy.local.locks import supervisor_of
from deploy.local.progress import Progress, ToFile
from deploy.local.stack import PARTS, Stack

_STOP_LIMIT = 90.0
_LOOK_EVERY = 0.1


def register(app: typer.Typer) -> None:
    for command in (up, down, status, logs):
        app.command()(command)


def up(
    detach: Annotated[bool, typer.Option("--detach", help="Leave it running and come back when it is ready.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Bring on the synthetic networks, families and accounts.")
    ] = False,
    only: Annotated[str, typer.Option(help=f"Some parts only, of {','.join(PARTS)}.")] = "",
    new_ports: Annotated[bool, typer.Option("--new-ports", help="Choose other ports than the last time.")] = False,
    follow_file: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Start the stack of this folder; Ctrl-C stops it in order."""
    home, parts = here(), _parts(only)
    if demo and "services" not in parts:
        raise typer.BadParameter(
            "the demonstration is loaded through the services: leave --only out", param_hint="--demo"
        )
    if detach:
        arguments = [*(["--demo"] if demo else []), *(["--new-ports"] if new_ports else []), "--only", only]
        follow(spawn_detached(home, arguments), err)
        announce(home, attached=False)
        return
    told: Progress = ToFile(Path(follow_file)) if follow_file else Steps()
    stack = Stack(home.root, parts=parts, demo=demo, new_ports=new_ports, progress=told)
    try:
        _run(stack, told, demo=demo)
    except StackError as problem:
        if isinstance(told, ToFile):
            told.failed(problem)
        raise


def down() -> None:
    """Stop the stack of this folder in order; its data stays."""
    home = here()
    pid = supervisor_of(home)
    if pid is None:
        err.print(f"nothing is running in {home.root}")
        return
    with Steps().step(f"Stop the stack of {home.root}"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + _STOP_LIMIT
        while supervisor_of(home) is not None:
            if time.monotonic() > end:
                raise StackError(f"the stack (process {pid}) did not stop in {_STOP_LIMIT:.0f} s")
            time.sleep(_LOOK_EVERY)


def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Address and state of every part, what is still on its way, and what is parked."""
    home = here()
    told = report(home)
    if as_json:
        sys.stdout.write(json.dumps(told.as_json()) + "\n")
        return
    table = Table("part", "state", "address", box=None)
    for name, part in told.parts.items():
        table.add_row(name, part["state"], part["address"] or "")
    out.print(table)
    parked = f"{told.parked} events of {told.parked_streams} streams"
    phase = "not ready" if told.phase == "ready" and not told.ready else told.phase
    asked = f"  lag {_words(told.lag)}  parked {parked}" if told.phase == "ready" else ""
    out.print(f"{phase}{asked}")
    if told.error:
        err.print(f"the last run ended: {told.error}", markup=False)


def logs(
    service: Annotated[str, typer.Argument(help=f"One of {', '.join(LOGGED)}, supervisor.")],
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many of the last lines.")] = 50,
) -> None:
    """The last lines a part wrote."""
    home = here()
    log = home.log_of(service)
    if not log.exists():
        there = ", ".join(sorted(path.stem for path in home.logs.glob("*.log"))) or "none yet"
        raise typer.BadParameter(f"no log of {service!r} in {home.root}; there are: {there}")
    sys.stdout.write(last_lines(log, lines) + "\n")


def _run(stack: Stack, told: Progress, *, demo: bool) -> None:
    """Start, serve until told to end, stop in order. Raises StackError when it was not told to end."""
    failure: StackError | None = None
    with _signals_as_interrupts():
        try:
            _serve(stack, told, demo=demo)
        except StackError as problem:
            failure = problem
        _ignore_signals()
        with told.step("Stop everything") if failure is None else nullcontext():
            stack.stop(failure or stack.failure)
    if ended := failure or stack.failure:
        raise ended


def _serve(stack: Stack, told: Progress, *, demo: bool) -> None:
    with suppress(KeyboardInterrupt):
        stack.start()
        if demo:
            load_demonstration(stack.home, told)
        _tell_ready(stack.home, told)
        stack.wait()


def _tell_ready(home: Home, told: Progress) -> None:
    if isinstance(told, ToFile):
        told.ready()
    else:
        announce(home, attached=True)


@contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    """A second Ctrl-C must not cut short the orderly stop."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _parts(only: str) -> tuple[str, ...]:
    wanted = tuple(only.split(",")) if only else PARTS
    if unknown := [part for part in wanted if part not in PARTS]:
        raise typer.BadParameter(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}", param_hint="--only")
    return wanted


def _words(lag: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in lag.items())
