"""Follows the service's own log and puts right what a crash left half done between a diary and an appointment.

A claim whose appointment never followed is completed, or given back when nothing can come of it. A slot an appointment has left
is given back. In the usual run the request has done all of this long before, and there is nothing to do.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

import structlog

from services.kit.event_store import EventStore
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.tenancy import TenantPool
from services.kit.watchdog import Progress
from services.scheduling.booking import Booking
from services.scheduling.domain.appointment_events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentRescheduled,
    SlotClaimed,
    SlotReleased,
)
from services.scheduling.domain.events import Event

SQL = queries("projector")
log = structlog.get_logger(__name__)

CHECKPOINT = "scheduling.keeping.v1"
ACTOR = "system:scheduling"
GRACE = timedelta(seconds=2)
"""A request has this long to finish what it began, before anybody else tries."""
_MADE = (AppointmentBooked, AppointmentRescheduled)
_BATCH = 1_000
_POLL_SECONDS = 1.0


class Keeper:
    """One of these a process that projects. Two at once do no harm: every step has its effect once."""

    def __init__(
        self,
        pool: TenantPool,
        store: EventStore[Event],
        booking: Booking,
        progress: Progress,
        clock: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._store = store
        self._booking = booking
        self._progress = progress
        self._clock = clock

    async def run(self) -> None:
        """For ever; after a failure the same events again, later and later."""
        pause = _POLL_SECONDS
        while True:
            self._progress.mark()
            try:
                kept = await self.step(self._clock() - GRACE)
                pause = _POLL_SECONDS
            except Exception:
                log.exception("keeping-failed")
                kept, pause = 0, min(pause * 2, 10.0)
            if kept < _BATCH:
                await asyncio.sleep(pause)

    async def step(self, until: datetime) -> int:
        """Put right one batch of what was stored by `until`; the number of events looked at."""
        position = await self._position()
        ahead = await self._store.read_sealed_after(position, _BATCH, ())
        ripe = list(takewhile(lambda recorded: recorded.recorded_at <= until, ahead))
        if not ripe:
            return 0
        for recorded in half_done(ripe, ahead):
            await self._put_right(recorded)
        async with self._pool.unscoped() as tx:
            await tx.fetchval(SQL["move"], CHECKPOINT, position, ripe[-1].position)
        return len(ripe)

    async def _position(self) -> int:
        async with self._pool.unscoped() as tx:
            await tx.execute(SQL["start"], CHECKPOINT)
            position: int = await tx.fetchval(SQL["position"], CHECKPOINT)
        return position

    async def _put_right(self, recorded: Recorded[Event]) -> None:
        tenant = recorded.tenant
        match recorded.event:
            case SlotClaimed(slot=slot):
                await self._booking.complete(tenant, recorded.stream, slot.slot_id, actor=recorded.actor)
            case AppointmentRescheduled(clinician_id=clinician_id, previous=slot):
                await self._booking.release(tenant, clinician_id, slot, actor=ACTOR)
            case AppointmentCancelled(clinician_id=clinician_id, slot=slot):
                await self._booking.release(tenant, clinician_id, slot, actor=ACTOR)


def half_done(ripe: Sequence[Recorded[Event]], ahead: Sequence[Recorded[Event]]) -> Iterator[Recorded[Event]]:
    """Those of the ripe events whose other half is not in sight; `ahead` is the ripe events and what came after them."""
    stood_in = {(each.tenant, each.event.slot.slot_id) for each in ahead if isinstance(each.event, _MADE)}
    given_back = {(each.tenant, each.event.slot_id) for each in ahead if isinstance(each.event, SlotReleased)}
    for recorded in ripe:
        match recorded.event:
            case SlotClaimed(slot=slot) if (recorded.tenant, slot.slot_id) not in stood_in | given_back:
                yield recorded
            case AppointmentRescheduled(previous=slot) | AppointmentCancelled(slot=slot) if (
                recorded.tenant,
                slot.slot_id,
            ) not in given_back:
                yield recorded
