"""Everything this service is made of, built in one place. `python -m services.training.main ROLE`."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from services.kit.codec import Codec
from services.kit.command import utc_now
from services.kit.inbox import commands
from services.kit.service import Service, StorePlumbing, main
from services.kit.settings import StoreSettings
from services.kit.tenancy import TenantId, TenantPool
from services.training.application import NamesOf, build_application
from services.training.codes import read_codes
from services.training.domain.events import STORED_NAMES, upcast
from services.training.http import ROUTES, Edge
from services.training.incoming import SUBSCRIPTIONS, TOPICS, parse
from services.training.migrate import NAME
from services.training.outgoing import PUBLISHED, SENT_TO, to_message
from services.training.projections.attendances import ATTENDANCES, names_of
from services.training.projections.community_inputs import COMMUNITY_INPUTS
from services.training.projections.consultation_log import CONSULTATION_LOG
from services.training.projections.practice_lists import PRACTICE_LISTS
from services.training.projections.training_sessions import TRAINING_SESSIONS

SUBJECT = "subject_id"
PROJECTIONS = (TRAINING_SESSIONS, ATTENDANCES, PRACTICE_LISTS, CONSULTATION_LOG, COMMUNITY_INPUTS)


async def build(settings: StoreSettings, *, clock: Callable[[], datetime] = utc_now) -> Service:
    """The service, ready to run in any role. Raises BrokenCodeList."""
    code_lists = read_codes()
    codec = Codec(STORED_NAMES, subject_field=SUBJECT, upcast=upcast)
    plumbing = await StorePlumbing.open(NAME, settings, codec, subject_field=SUBJECT)
    application = build_application(
        plumbing.store, code_lists=code_lists, names_of=_names_in(plumbing.base.pool), clock=clock
    )
    plumbing.project(PROJECTIONS)
    plumbing.publish(to_message, PUBLISHED, SENT_TO)
    plumbing.base.consume(TOPICS, parse, commands(NAME, SUBSCRIPTIONS, application.take))
    service = plumbing.base.service([ROUTES])
    service.app.state.edge = Edge(application=application, pool=plumbing.base.pool, code_lists=code_lists, clock=clock)
    return service


def _names_in(pool: TenantPool) -> NamesOf:
    async def find(tenant: TenantId, attendee_ids: Collection[str]) -> Mapping[str, str | None]:
        async with pool.scope(tenant) as tx:
            return await names_of(tx, tenant, attendee_ids)

    return find


if __name__ == "__main__":
    main(NAME, StoreSettings, build)
