"""Notes, now and then, that the day a family should have been seen by went by. Safe to run in any number of processes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from services.kit.errors import DomainError
from services.kit.systemic import is_systemic
from services.kit.tenancy import TenantId, TenantPool
from services.kit.watchdog import Progress
from services.referral.application import Application, referral_stream
from services.referral.domain.calendar import london_date
from services.referral.projections import pcns, waiting_list
from services.referral.projections.waiting_list import WaitingRow

log = structlog.get_logger(__name__)

ACTOR = "system:waiting-clock"


def breach_command_id(spell_id: str, today: date) -> UUID:
    """Whoever looks on a day sends the same command; on another day it is asked anew, as a clock may run again."""
    return uuid5(NAMESPACE_URL, f"wait-breached/{spell_id}/{today}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachWorker:
    """Asks the waiting list of every network who is past due; the referral decides whether that is a breach."""

    application: Application
    pool: TenantPool
    progress: Progress
    every_seconds: float
    grace_seconds: float
    """How long a referral has to be known before it is late: what is loaded from elsewhere comes before what was done for it."""
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """For ever. A failure is told and tried again with the next round: what is past due stays past due."""
        while True:
            try:
                await self.step()
            except Exception:
                log.exception("breaches-not-noted")
            self.progress.mark()
            await asyncio.sleep(self.every_seconds)

    async def step(self) -> int:
        """One round over all networks; how many commands were sent."""
        async with self.pool.unscoped() as tx:
            networks = [TenantId(row.pcn_ods_code) for row in await pcns.directory(tx, None)]
        return sum([await self._of(tenant) for tenant in networks])

    async def _of(self, tenant: TenantId) -> int:
        now = self.clock()
        today = london_date(now)
        async with self.pool.scope(tenant) as tx:
            late = await waiting_list.overdue(tx, tenant, today, now - timedelta(seconds=self.grace_seconds))
        for spell in late:
            await self._record(tenant, spell, today)
        return len(late)

    async def _record(self, tenant: TenantId, spell: WaitingRow, today: date) -> None:
        """One that is refused, or cannot be read, does not keep the others waiting."""
        stream = referral_stream(spell.referral_id)
        command_id = breach_command_id(spell.spell_id, today)
        try:
            await self.application.record_breach(
                tenant, spell.referral_id, spell.person_id, command_id=command_id, actor=ACTOR
            )
        except DomainError as refusal:
            log.warning("breach-not-noted", stream=stream, slug=refusal.slug)
        except Exception as error:
            if is_systemic(error):
                raise
            log.exception("breach-not-noted", stream=stream)
