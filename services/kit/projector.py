"""Follow the service's own log into one read model: rows and checkpoint in one transaction. What fails parks its stream."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

import structlog

from services.kit import metrics, parking
from services.kit.event_store import EventStore
from services.kit.own_log import OwnLog, from_log
from services.kit.parking import OWN_LOG, Apart, Arrived, Outcome
from services.kit.read_model import ReadModel, by_tenant
from services.kit.record import Recorded
from services.kit.registry import Registry
from services.kit.replay import Replay
from services.kit.sql import queries
from services.kit.systemic import Systemic, is_systemic
from services.kit.tenancy import TenantPool, Tx, set_tenant
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress

R = TypeVar("R")
E = TypeVar("E")

SQL = queries("projector")
log = structlog.get_logger(__name__)

_BATCH = 1_000

Apply = Callable[[Tx, bool], Awaitable[Outcome]]
"""apply(tx, whether any stream of this read model stands still)."""


class Gap(Systemic):
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
        self._checkpoint = model.checkpoint
        self._registry = Registry([model])
        self._log = OwnLog(pool, store)
        self._parts = Apart(self._checkpoint)
        self._standing = True
        """Whether streams may stand still, so that they are to be counted."""
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
                self._position = None
                self._progress.mark()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)
                continue
            if applied < _BATCH:
                self._progress.mark()
                await self._wakeup.wait(seen)

    async def step(self) -> int:
        """Apply one batch; the number of events taken. What cannot be handled parks its stream.

        None is taken while the live version of the read model is another than the code folds.
        """
        position = await self._place() if self._position is None else self._position
        if position is None:
            return 0
        try:
            taken = await self._whole(position)
        except Exception as error:
            if is_systemic(error):
                raise
            log.warning("batch-taken-apart", projection=self._model.name, error=type(error).__name__)
            taken = await self._apart(position)
        if self._standing:
            self._standing = await parking.count(self._pool, self._checkpoint) > 0
        metrics.PROJECTION_LAG.labels(self._model.name).set(await self._behind(position, taken))
        return taken

    async def _behind(self, position: int, taken: int) -> int:
        return 0 if taken < _BATCH else await self._store.head() - position - taken

    def replay(self) -> Replay:
        """Tries again what stands still for this read model."""
        return Replay(self._pool, self._log, self._fold)

    @property
    def checkpoint(self) -> str:
        """The permanent name of this read model's place in the log."""
        return self._checkpoint

    async def position(self) -> int:
        """The position of the last event in the read model."""
        async with self._pool.unscoped() as tx:
            return int(await tx.fetchval(SQL["position"], self._checkpoint) or 0)

    async def _place(self) -> int | None:
        """Where to go on from; None while this version is not the live one."""
        async with self._pool.unscoped() as tx:
            if not await self._registry.begin(tx, self._model):
                return None
            await tx.execute(SQL["start"], self._checkpoint)
            position = int(await tx.fetchval(SQL["position"], self._checkpoint))
        # Also of one that fails again and again: it has to ask each time.
        metrics.PROJECTION_LAG.labels(self._model.name).set(await self._store.head() - position)
        return position

    async def _whole(self, position: int) -> int:
        events = await self._store.read_after(position, _BATCH)
        _assert_contiguous([recorded.position for recorded in events], position)
        heeded = [recorded for recorded in events if self._model.touches(recorded) is not None]
        await self._move(position, len(events), partial(self._apply, heeded) if heeded else None)
        return len(events)

    async def _apart(self, position: int) -> int:
        arrived = await self._log.after(position, _BATCH)
        _assert_contiguous([each.pointer.offset for each in arrived], position)

        async def apply(tx: Tx, has_parked: bool) -> Outcome:
            return await self._parts.take(tx, arrived, self._fold)

        await self._move(position, len(arrived), apply)
        return len(arrived)

    async def _move(self, position: int, count: int, apply: Apply | None) -> None:
        """Move the checkpoint by so many events and apply them, in one transaction; nothing if another process has moved it.

        Without `apply` there is nothing to do for these events: the move is one statement alone.
        """
        if not count:
            self._position = position
            return
        self._position = None
        async with self._pool.unscoped() if apply else self._pool.single() as tx:
            has_parked = await tx.fetchval(SQL["move"], self._checkpoint, position, position + count)
            if has_parked is None:
                log.info("projection-overtaken", projection=self._model.name)
                return
            outcome = await apply(tx, has_parked) if apply else Outcome(0)
        self._position = position + count
        self._parts.committed(outcome)
        self._standing = self._standing or has_parked or bool(outcome.parked)
        self._progress.mark()
        metrics.PROJECTION_EVENTS.labels(self._model.name).inc(count)

    async def _apply(self, events: Sequence[Recorded[E]], tx: Tx, has_parked: bool) -> Outcome:
        """All of it or nothing, but for what waits behind a parked event."""
        if has_parked:
            events = await self._not_standing(tx, events)
        for tenant, mine in by_tenant(events).items():
            await set_tenant(tx, tenant)
            await self._model.apply(tx, tenant, mine)
        return Outcome(len(events))

    async def _not_standing(self, tx: Tx, events: Sequence[Recorded[E]]) -> list[Recorded[E]]:
        """The events whose stream goes on; the others wait."""
        arrived = [from_log(recorded) for recorded in events]
        places = await parking.parked_among(tx, self._checkpoint, arrived)
        await parking.park_behind(tx, self._checkpoint, [each for each in arrived if each.place in places])
        return [recorded for recorded in events if (recorded.tenant, OWN_LOG, recorded.stream) not in places]

    async def _fold(self, tx: Tx, arrived: Sequence[Arrived]) -> int:
        """Events of one stream; how many of them this read model heeds."""
        events = [each.known() for each in arrived]
        await set_tenant(tx, events[0].tenant)
        await self._model.apply(tx, events[0].tenant, events)
        return sum(self._model.touches(recorded) is not None for recorded in events)


def _assert_contiguous(positions: Sequence[int], after: int) -> None:
    if positions and (positions[0] != after + 1 or positions[-1] != after + len(positions)):
        raise Gap(f"expected positions {after + 1} to {after + len(positions)}")
