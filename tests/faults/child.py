"""A worker's process as a test sees it: wait until it is somewhere, then kill, freeze or wake it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from tests.faults.chain import PATIENCE, Place

ROOT = Path(__file__).parents[2]


class Child:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def at(self, point: str) -> None:
        """Wait until it says that it is there."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := await self._process.stdout.readline():
                if line.decode().strip() == f"at {point}":
                    return
        raise AssertionError(f"it ended with {await self._process.wait()} before it was at {point}")

    async def kill(self) -> None:
        """SIGKILL: nothing of it runs any more."""
        self._process.kill()
        await self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP: it keeps its connections and its belief, and does nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT, and past its gate."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go on\n")
        self._process.send_signal(signal.SIGCONT)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None


def worker(role: str, point: str, place: Place, log: Path) -> contextlib.AbstractAsyncContextManager[Child]:
    """`tests.faults.worker` in a process of its own."""
    return started("tests.faults.worker", role, point, place.as_json(), log=log)


@contextlib.asynccontextmanager
async def started(module: str, *told: str, log: Path) -> AsyncIterator[Child]:
    """A module of the tests in a process of its own; killed at the end of the block. Its log goes to a file."""
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, *told),
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
        )
    child = Child(process)
    try:
        yield child
    finally:
        if child.alive:
            await child.kill()
