"""A hint that there is something new. Losing one costs at most a poll period, never an event."""

import asyncio
import contextlib
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger(__name__)

_LISTENING_SECONDS = 2.0
"""How long to wait for a hint that may still be lost while somebody listens: with a server that is gone without a word."""
_DEAF_SECONDS = 0.5
_ASK_SECONDS, _ANSWER_SECONDS = 10.0, 5.0


class Wakeup:
    """One LISTEN connection a process, shared by everybody who waits."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._poll = _DEAF_SECONDS
        self._bell = asyncio.Event()
        self.count = 0

    async def wait(self, seen: int) -> None:
        """Until something came after `count` was `seen`, or the poll period is over."""
        if self.count != seen:
            return
        await _within(self._poll, self._bell)

    async def run(self) -> None:
        """Listen for ever; reconnect when the connection is lost."""
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - a hint may fail in any way, polling goes on
                log.warning("listen-lost", error=type(error).__name__)
            await asyncio.sleep(1.0)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=_ANSWER_SECONDS, command_timeout=_ANSWER_SECONDS)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener("events", self._ring)
            self._poll = _LISTENING_SECONDS
            # What came before anybody listened.
            self._ring()
            while not lost.is_set():
                # A server that is gone without a word would be listened to for ever: nothing is ever said to it.
                await connection.execute("listen events")
                await _within(_ASK_SECONDS, lost)
        finally:
            self._poll = _DEAF_SECONDS
            await connection.close(timeout=1)

    def _ring(self, *_: Any) -> None:
        self.count += 1
        self._bell.set()
        self._bell = asyncio.Event()


async def _within(seconds: float, happens: asyncio.Event) -> None:
    """Until it happens, that long at most. Not `wait_for`, which can swallow a cancellation."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await happens.wait()
