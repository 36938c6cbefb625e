"""Everything this service is made of, built in one place. `python -m services.scheduling.main ROLE`."""

from collections.abc import Callable
from datetime import datetime

from services.kit.codec import Codec
from services.kit.command import utc_now
from services.kit.inbox import commands
from services.kit.service import Service, StorePlumbing, main
from services.kit.settings import StoreSettings
from services.scheduling.application import build_scheduling
from services.scheduling.codes import read_codes
from services.scheduling.domain.events import STORED_NAMES, upcast
from services.scheduling.edge import Edge
from services.scheduling.group_http import GROUP_ROUTES
from services.scheduling.http import ROUTES
from services.scheduling.incoming import SUBSCRIPTIONS, TOPICS, parse
from services.scheduling.keeping import Keeper
from services.scheduling.migrate import NAME
from services.scheduling.outgoing import PUBLISHED, SENT_TO, to_message
from services.scheduling.projections.diary import DIARY
from services.scheduling.projections.group_sessions import GROUP_SESSIONS
from services.scheduling.projections.register import REGISTER
from services.scheduling.projections.unoutcomed import UNOUTCOMED

SUBJECT = "person_id"
PROJECTIONS = (DIARY, UNOUTCOMED, GROUP_SESSIONS, REGISTER)


async def build(settings: StoreSettings, *, clock: Callable[[], datetime] = utc_now) -> Service:
    """The service, ready to run in any role. Raises BrokenCodeList."""
    codec = Codec(STORED_NAMES, subject_field=SUBJECT, upcast=upcast)
    plumbing = await StorePlumbing.open(NAME, settings, codec, subject_field=SUBJECT)
    base = plumbing.base
    scheduling = build_scheduling(plumbing.store, read_codes(), clock=clock)
    plumbing.project(PROJECTIONS)
    plumbing.publish(to_message, PUBLISHED, SENT_TO)
    base.consume(TOPICS, parse, commands(NAME, SUBSCRIPTIONS, scheduling.note_person))
    keeper = Keeper(base.pool, plumbing.store, scheduling.booking, base.watchdog.watch("keeper"), clock)
    base.workers["project"].append(keeper.run)
    service = base.service([ROUTES, GROUP_ROUTES])
    service.app.state.edge = Edge(scheduling=scheduling, pool=base.pool, clock=clock)
    return service


if __name__ == "__main__":
    main(NAME, StoreSettings, build)
