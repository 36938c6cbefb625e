"""Reads that are asked for at the same time go to the database together, as appends do (kit/appender.py).

While one round is there, the next gathers. A consumer that turns a batch of events into commands so reads for all of them at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_ROUNDS = 2
"""In the database at the same time, so that one long answer does not keep everybody else waiting."""


class Gathering(Generic[K, V]):
    """`read` answers keys in the order given. When it fails they are read one by one, so that nobody fails with a neighbour."""

    def __init__(self, read: Callable[[Sequence[K]], Awaitable[Sequence[V]]], *, most: int = 250) -> None:
        self._read = read
        self._most = most
        self._waiting: deque[tuple[K, asyncio.Future[V]]] = deque()
        self._going_on = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, key: K) -> V:
        """What there is when it is read, which is after this was called. Raises what `read` raises for this key alone."""
        answer: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, answer))
        if self._going_on < _ROUNDS:
            self._going_on += 1
            task = asyncio.create_task(self._go_on(), name="gathering")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _go_on(self) -> None:
        try:
            while self._waiting:
                await self._round([self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))])
        finally:
            self._going_on -= 1

    async def _round(self, asked: Sequence[tuple[K, "asyncio.Future[V]"]]) -> None:
        taken = [(key, answer) for key, answer in asked if not answer.done()]
        try:
            found = await self._read([key for key, _ in taken]) if taken else []
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            if len(taken) > 1:
                for one in taken:
                    await self._round([one])
            elif not taken[0][1].done():
                taken[0][1].set_exception(error)
            return
        for (_, answer), value in zip(taken, found, strict=True):
            if not answer.done():
                answer.set_result(value)
