"""What follows when a person was erased: their key is destroyed, what was still open for them is closed, and copies of read models
that may name them are dropped, when no rebuild is at work.

It follows the service's own log, and its checkpoint moves only when everything is done: after a crash between the event and the
key, or while the keyring does not answer, it begins again where it was. At every start it goes over everybody who was ever
erased, so that a keyring restored from an older backup loses their keys again. Safe to run in any number of processes.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from uuid import UUID, uuid5

import structlog

from services.kit.registry import drop_copies, note_erasure
from services.kit.sql import queries
from services.kit.tenancy import TenantId, TenantPool
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from services.referral.application import Application, facts_stream
from services.referral.domain.commands import CloseReferral
from services.referral.domain.person_events import PersonErased
from services.referral.domain.refusals import AlreadyClosed, AlreadyRedirected, AlreadyWithdrawn, UnknownReferral
from services.referral.projections import identities, pcns

SQL = queries("projector")
log = structlog.get_logger(__name__)

CHECKPOINT = "referral.erasing.v1"
ACTOR = "system:erasing"
REASON = "person_erased"
_BATCH = 1_000


@dataclass(kw_only=True)
class Eraser:
    """Destroys the keys of those who were erased."""

    application: Application
    pool: TenantPool
    wakeup: Wakeup
    progress: Progress
    _went_over: bool = field(default=False, init=False)
    _copies_due: bool = field(default=True, init=False)
    """Whether copies of read models may be left that name somebody who was erased."""

    async def run(self) -> None:
        """For ever; after a failure the same events again, later and later."""
        pause = 0.05
        while True:
            self.progress.mark()
            seen = self.wakeup.count
            try:
                taken = await self.step()
                pause = 0.05
            except Exception:
                log.exception("erasing-failed")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)
                continue
            if taken < _BATCH:
                await self.wakeup.wait(seen)

    async def step(self) -> int:
        """Take one batch of the log, and drop what copies are due; the number of events looked at."""
        if not self._went_over:
            await self.go_over()
            self._went_over = True
        taken = await self._take()
        if self._copies_due:
            async with self.pool.unscoped() as tx:
                self._copies_due = not await drop_copies(tx)
        return taken

    async def _take(self) -> int:
        position = await self._position()
        events = await self.application.store.read_sealed_after(position, _BATCH, ())
        if not events:
            return 0
        for recorded in events:
            if isinstance(recorded.event, PersonErased):
                await self.finish(recorded.tenant, recorded.event.person_id)
                await self._note(recorded.position)
        async with self.pool.unscoped() as tx:
            await tx.fetchval(SQL["move"], CHECKPOINT, position, events[-1].position)
        return len(events)

    async def go_over(self) -> None:
        """Everybody who was ever erased, as far as the read model knows, again."""
        async with self.pool.unscoped() as tx:
            networks = [TenantId(row.pcn_ods_code) for row in await pcns.directory(tx, None)]
        for tenant in networks:
            async with self.pool.scope(tenant) as tx:
                gone = await identities.erased(tx, tenant)
            for person_id in gone:
                await self.finish(tenant, person_id)

    async def finish(self, tenant: TenantId, person_id: str) -> None:
        """Destroy the key and close what is open; each as often as you like."""
        if await self.application.store.erase(tenant, person_id):
            log.info("key-destroyed", tenant=tenant, person_id=person_id)
        for referral_id in await self._referrals_of(tenant, person_id):
            command = CloseReferral(referral_id=referral_id, reason=REASON)
            command_id = uuid5(UUID(referral_id), REASON)
            with contextlib.suppress(AlreadyClosed, AlreadyRedirected, AlreadyWithdrawn, UnknownReferral):
                await self.application.end_referral(tenant, command, command_id=command_id, actor=ACTOR)

    async def _note(self, position: int) -> None:
        """Once the key is gone: what is read from now on names nobody."""
        async with self.pool.unscoped() as tx:
            await note_erasure(tx, position)
        self._copies_due = True

    async def _referrals_of(self, tenant: TenantId, person_id: str) -> list[str]:
        facts, _ = await self.application.facts.state(tenant, facts_stream(person_id))
        earlier = {spell.spell_id for spell in await self.application.find_spells(tenant, person_id)}
        return sorted({*facts.spells, *earlier})

    async def _position(self) -> int:
        async with self.pool.unscoped() as tx:
            await tx.execute(SQL["start"], CHECKPOINT)
            position: int = await tx.fetchval(SQL["position"], CHECKPOINT)
        return position
