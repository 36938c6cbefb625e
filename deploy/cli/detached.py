"""`up --detach`: the supervisor in a process of its own, followed until it is ready."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.status import Status

from deploy.cli.output import done
from deploy.local.errors import StackError
from deploy.local.home import Home, last_lines
from deploy.local.services import SOURCE

_LOOK_EVERY = 0.05
_LOG_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Detached:
    process: subprocess.Popen[bytes]
    told: Path
    log: Path


def spawn_detached(home: Home, arguments: Sequence[str]) -> Detached:
    """Start `perinatal up` so that it outlives this terminal."""
    home.make()
    told = home.run / f"progress-{os.getpid()}.jsonl"
    told.write_bytes(b"")
    log = home.log_of("supervisor")
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli.main", "up", "--follow-file", str(told), *arguments],
            cwd=SOURCE,
            env={**os.environ, "PERINATAL_HOME": str(home.root)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Detached(process=process, told=told, log=log)


def follow(started: Detached, console: Console) -> None:
    """Show its steps until it is ready. Raises StackError with its error when it ends; Ctrl-C ends it too."""
    try:
        with console.status("Start") as shown:
            for news in takewhile(_is_on_its_way, _news(started)):
                _show(started, news, shown)
    except KeyboardInterrupt:
        started.process.terminate()
        started.process.wait()
        raise
    finally:
        started.told.unlink()


def _is_on_its_way(news: dict[str, Any]) -> bool:
    return not news.get("ready")


def _show(started: Detached, news: dict[str, Any], shown: Status) -> None:
    if "error" in news:
        started.process.wait()
        raise StackError(news["error"], detail=news["detail"])
    if news["seconds"] is None:
        shown.update(news["title"])
    else:
        done(news["title"], news["seconds"])


def _news(started: Detached) -> Iterator[dict[str, Any]]:
    """What it tells, as it tells it."""
    with started.told.open(encoding="utf-8") as file:
        while True:
            ended = started.process.poll() is not None
            yield from map(json.loads, file.read().splitlines())
            if ended:
                raise StackError("the stack ended while it was starting", detail=last_lines(started.log, _LOG_LINES))
            time.sleep(_LOOK_EVERY)
