"""Follow the service's own log into one read model: rows and checkpoint in one transaction."""

import asyncio
from typing import Generic, TypeVar

import structlog

from services.kit import metrics
from services.kit.event_store import EventStore
from services.kit.read_model import ReadModel, by_tenant
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.tenancy import TenantPool, set_tenant
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress

R = TypeVar("R")
E = TypeVar("E")

SQL = queries("projector")
log = structlog.get_logger(__name__)

_BATCH = 1_000


class Gap(Exception):
    """The log skipped a position: nothing may be applied past it."""


class Projector(Generic[R, E]):
    def __init__(
        self, pool: TenantPool, store: EventStore[E], model: ReadModel[R, E], wakeup: Wakeup, progress: Progress
    ) -> None:
        self._pool = pool
        self._store = store
        self._model = model
        self._wakeup = wakeup
        self._progress = progress
        self._checkpoint = f"{model.name}.v{model.version}"
        self._position: int | None = None
        """As this process left it; None while it is not known. Compare-and-set finds out when it is not so any more."""

    async def run(self) -> None:
        """For ever: apply what is new, wait for more; on any failure try the same events again, later and later."""
        pause = 0.05
        self._progress.mark()
        while True:
            seen = self._wakeup.count
            try:
                applied = await self.step()
                pause = 0.05
            except Exception:
                log.exception("projection-failed", projection=self._model.name)
                self._progress.mark()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)
                continue
            if applied < _BATCH:
                self._progress.mark()
                await self._wakeup.wait(seen)

    async def step(self) -> int:
        """Apply one batch; the number of events taken."""
        position = await self.position() if self._position is None else self._position
        events = await self._store.read_after(position, _BATCH)
        if not events:
            metrics.PROJECTION_LAG.labels(self._model.name).set(0)
            return 0
        _assert_contiguous(events, position)
        self._position = None
        self._position = await self._apply(position, events)
        self._progress.mark()
        metrics.PROJECTION_EVENTS.labels(self._model.name).inc(len(events))
        behind = 0 if len(events) < _BATCH else await self._store.head() - events[-1].position
        metrics.PROJECTION_LAG.labels(self._model.name).set(behind)
        return len(events)

    async def position(self) -> int:
        """The position of the last event in the read model."""
        async with self._pool.unscoped() as tx:
            position = await tx.fetchval(SQL["position"], self._checkpoint)
            if position is None:
                await tx.execute(SQL["start"], self._checkpoint)
            return int(position or 0)

    async def _apply(self, position: int, events: list[Recorded[E]]) -> int | None:
        """The new position; None when another process has moved it."""
        async with self._pool.unscoped() as tx:
            moved = await tx.fetchval(SQL["move"], self._checkpoint, position, events[-1].position)
            if moved is None:
                log.info("projection-overtaken", projection=self._model.name)
                return None
            for tenant, mine in by_tenant(events).items():
                await set_tenant(tx, tenant)
                await self._model.apply(tx, tenant, mine)
        return events[-1].position


def _assert_contiguous(events: list[Recorded[E]], after: int) -> None:
    if events[0].position != after + 1 or events[-1].position != after + len(events):
        raise Gap(f"expected positions {after + 1} to {after + len(events)}")
