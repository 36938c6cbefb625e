"""What the tests of the local stack share: waiting by probe, processes that may be killed, a toy service."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from deploy.local.services import SOURCE, ServiceSpec

TOY = ServiceSpec(name="toy", module="tests.integration.deploy.toy.main", database="toy")


def eventually(condition: Callable[[], object], what: str, within: float = 10.0) -> None:
    """Probe until the condition holds; the test fails when it does not `within` seconds."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"not within {within:.0f} s: {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """A zombie does not count: it holds nothing."""
    status = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def number_in(path: Path) -> int:
    """The process number a file holds once it is there."""
    eventually(lambda: path.exists() and path.read_text(), f"{path} is written")
    return int(path.read_text())


def python(*arguments: str, home: Path, log: Path) -> subprocess.Popen[bytes]:
    """A Python process of its own with its stack in `home`."""
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=SOURCE,
            env={**os.environ, "PERINATAL_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM, within: float = 60.0) -> int:
    """Signal a process of ours and wait for its end; its exit code."""
    with suppress(ProcessLookupError):
        process.send_signal(number)
    return process.wait(within)
