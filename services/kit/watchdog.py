"""A worker that makes no progress ends its process; the supervisor starts it again.

Progress, not liveness: a task that is alive and stuck looks just like one that works, until one asks what it has done.
"""

import asyncio
import os
import time

import structlog

from services.kit import metrics

log = structlog.get_logger(__name__)


class Progress:
    """When a worker last did something, or last saw that there was nothing to do.

    One that has not begun is not silent: its role may be another process's.
    """

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._at: float | None = None

    def mark(self) -> None:
        self._at = time.monotonic()

    @property
    def silent_for(self) -> float:
        """Seconds since the last mark."""
        return 0.0 if self._at is None else time.monotonic() - self._at


class Watchdog:
    """Ends the process when one of its workers has been silent for too long."""

    def __init__(self, *, limit: float = 120.0) -> None:
        self._limit = limit
        self._watched: list[Progress] = []

    def watch(self, worker: str) -> Progress:
        progress = Progress(worker)
        self._watched.append(progress)
        return progress

    def stuck(self) -> list[str]:
        """The workers that have been silent for longer than the limit."""
        return [progress.worker for progress in self._watched if progress.silent_for > self._limit]

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._limit / 10)
            stuck = self.stuck()
            if stuck:
                metrics.WATCHDOG_TRIPS.labels(stuck[0]).inc()
                log.critical("watchdog-tripped", workers=stuck, limit=self._limit)
                os._exit(70)
