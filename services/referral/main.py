"""Everything this service is made of, built in one place. `python -m services.referral.main ROLE`."""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from services.kit.codec import Codec
from services.kit.command import utc_now
from services.kit.service import Service, StorePlumbing, main, store_migrations
from services.kit.settings import StoreSettings
from services.kit.tenancy import TenantId, TenantPool
from services.referral.application import FindByNhsNumber, build_application
from services.referral.codes import read_codes
from services.referral.domain.events import STORED_NAMES, upcast
from services.referral.http import ROUTES, Edge
from services.referral.outgoing import PUBLISHED, to_message
from services.referral.projections.identities import IDENTITIES, by_nhs_number
from services.referral.projections.pcns import PCNS
from services.referral.projections.triage_list import TRIAGE_LIST
from services.referral.projections.waiting_list import WAITING_LIST

NAME = "referral"
SUBJECT = "person_id"
MIGRATIONS = store_migrations(Path(__file__).parent / "migrations", NAME)
PROJECTIONS = (PCNS, IDENTITIES, TRIAGE_LIST, WAITING_LIST)


async def build(settings: StoreSettings, *, clock: Callable[[], datetime] = utc_now) -> Service:
    """The service, ready to run in any role."""
    codec = Codec(STORED_NAMES, subject_field=SUBJECT, upcast=upcast)
    plumbing = await StorePlumbing.open(NAME, settings, codec, subject_field=SUBJECT)
    plumbing.project(PROJECTIONS)
    plumbing.publish(to_message, PUBLISHED)
    code_lists = read_codes()
    application = build_application(
        plumbing.store, code_lists=code_lists, find_by_nhs_number=_numbers_in(plumbing.base.pool), clock=clock
    )
    service = plumbing.base.service([ROUTES])
    service.app.state.edge = Edge(application=application, pool=plumbing.base.pool, code_lists=code_lists, clock=clock)
    return service


def _numbers_in(pool: TenantPool) -> FindByNhsNumber:
    async def find(tenant: TenantId, nhs_number: str) -> Collection[str]:
        async with pool.scope(tenant) as tx:
            return [row.person_id for row in await by_nhs_number(tx, tenant, nhs_number)]

    return find


if __name__ == "__main__":
    main(NAME, StoreSettings, build, MIGRATIONS)
