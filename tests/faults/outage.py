"""Parts of a stack that die by SIGKILL and stay dead until they are started again."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from deploy.local.stack import Stack
from tests.faults.chain import PATIENCE


async def kill(stack: Stack, part: str) -> None:
    """SIGKILL to the program and all that it started; it is not restarted."""
    pid = stack.supervisor.pids()[part]
    assert pid is not None, f"{part} does not run"
    for victim in (pid, *descendants(pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    await asyncio.to_thread(stack.supervisor.stop, part)


async def start_again(stack: Stack, part: str) -> None:
    """Start it on its old data and port, and wait until it answers."""
    parts = {"postgres": stack.wiring.postgres, "kafka": stack.wiring.kafka}
    await asyncio.to_thread(stack.supervisor.launch, parts[part])
    await asyncio.to_thread(stack.supervisor.wait_healthy, [part], PATIENCE)


@contextlib.contextmanager
def frozen(stack: Stack, part: str) -> Iterator[None]:
    """SIGSTOP until the end of the block: it keeps its connections and answers nobody."""
    pid = stack.supervisor.pids()[part]
    assert pid is not None, f"{part} does not run"
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def descendants(pid: int) -> list[int]:
    """The processes this one started, and theirs."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]
    return [*children, *(grandchild for child in children for grandchild in descendants(child))]
