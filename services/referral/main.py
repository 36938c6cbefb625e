"""Everything this service is made of, built in one place. `python -m services.referral.main ROLE`."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from services.kit.codec import Codec
from services.kit.command import utc_now
from services.kit.gathering import Gathering
from services.kit.inbox import commands
from services.kit.service import Service, StorePlumbing, main
from services.kit.tenancy import TenantId, TenantPool, set_tenant
from services.referral.application import Application, FindByNhsNumber, FindSpells, build_application
from services.referral.breaches import BreachWorker
from services.referral.codes import read_codes
from services.referral.domain.clock import EarlierSpell
from services.referral.domain.events import STORED_NAMES, Event, upcast
from services.referral.erasing import Eraser
from services.referral.http import ROUTES, Edge
from services.referral.http_people import PEOPLE
from services.referral.incoming import SUBSCRIPTIONS, TOPICS, parse
from services.referral.migrate import NAME
from services.referral.outgoing import PUBLISHED, SENT_TO, to_message
from services.referral.projections.identities import IDENTITIES, by_nhs_number
from services.referral.projections.pcns import PCNS
from services.referral.projections.referrals import REFERRALS, spells_of
from services.referral.projections.triage_list import TRIAGE_LIST
from services.referral.projections.waiting_list import WAITING_LIST
from services.referral.settings import ReferralSettings

SUBJECT = "person_id"
PROJECTIONS = (PCNS, IDENTITIES, REFERRALS, TRIAGE_LIST, WAITING_LIST)


async def build(settings: ReferralSettings, *, clock: Callable[[], datetime] = utc_now) -> Service:
    """The service, ready to run in any role."""
    codec = Codec(STORED_NAMES, subject_field=SUBJECT, upcast=upcast)
    plumbing = await StorePlumbing.open(NAME, settings, codec, subject_field=SUBJECT)
    pool, code_lists = plumbing.base.pool, read_codes()
    application = build_application(
        plumbing.store,
        code_lists=code_lists,
        find_by_nhs_number=_numbers_in(pool),
        find_spells=_spells_in(pool),
        clock=clock,
    )
    plumbing.project(PROJECTIONS)
    plumbing.publish(to_message, PUBLISHED, SENT_TO)
    plumbing.base.consume(TOPICS, parse, commands(NAME, SUBSCRIPTIONS, application.take))
    plumbing.base.workers["project"].append(_breaches(plumbing, application, settings).run)
    plumbing.base.workers["project"].append(_eraser(plumbing, application).run)
    service = plumbing.base.service([ROUTES, PEOPLE])
    service.app.state.edge = Edge(application=application, pool=pool, code_lists=code_lists, clock=clock)
    return service


def _breaches(plumbing: StorePlumbing[Event], application: Application, settings: ReferralSettings) -> BreachWorker:
    return BreachWorker(
        application=application,
        pool=plumbing.base.pool,
        progress=plumbing.base.watchdog.watch("breaches"),
        every_seconds=settings.breach_check_seconds,
        grace_seconds=settings.breach_grace_seconds,
        clock=application.clock,
    )


def _eraser(plumbing: StorePlumbing[Event], application: Application) -> Eraser:
    return Eraser(
        application=application,
        pool=plumbing.base.pool,
        wakeup=plumbing.wakeup,
        progress=plumbing.base.watchdog.watch("erasing"),
    )


def _numbers_in(pool: TenantPool) -> FindByNhsNumber:
    async def find(tenant: TenantId, nhs_number: str) -> Collection[str]:
        async with pool.scope(tenant) as tx:
            return [row.person_id for row in await by_nhs_number(tx, tenant, nhs_number)]

    return find


def _spells_in(pool: TenantPool) -> FindSpells:
    """A batch of facts asks for many people at once."""

    async def read(asked: Sequence[tuple[TenantId, str]]) -> Sequence[Collection[EarlierSpell]]:
        found: dict[tuple[TenantId, str], Collection[EarlierSpell]] = {}
        async with pool.unscoped() as tx:
            for tenant in sorted({tenant for tenant, _ in asked}):
                await set_tenant(tx, tenant)
                spells = await spells_of(tx, tenant, {person_id for whose, person_id in asked if whose == tenant})
                found.update({(tenant, person_id): each for person_id, each in spells.items()})
        return [found[one] for one in asked]

    reads = Gathering(read)

    async def find(tenant: TenantId, person_id: str) -> Collection[EarlierSpell]:
        return await reads.get((tenant, person_id))

    return find


if __name__ == "__main__":
    main(NAME, ReferralSettings, build)
