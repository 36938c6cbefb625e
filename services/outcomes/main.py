"""Everything this service is made of, built in one place. `python -m services.outcomes.main ROLE`."""

from collections.abc import Callable
from datetime import datetime

from services.kit.codec import Codec
from services.kit.command import utc_now
from services.kit.inbox import commands
from services.kit.service import Service, StorePlumbing, main
from services.kit.settings import StoreSettings
from services.outcomes.application import build_outcomes
from services.outcomes.domain.events import STORED_NAMES, upcast
from services.outcomes.edge import Edge
from services.outcomes.http import ROUTES
from services.outcomes.http_restricted import RESTRICTED_ROUTES
from services.outcomes.incoming import SUBSCRIPTIONS, TOPICS, parse
from services.outcomes.library import read_library
from services.outcomes.migrate import NAME
from services.outcomes.outgoing import PUBLISHED, SENT_TO, to_message
from services.outcomes.projections.concerns import CONCERNS
from services.outcomes.projections.episodes import EPISODES
from services.outcomes.projections.goals import GOALS
from services.outcomes.projections.mha_periods import MHA_PERIODS
from services.outcomes.projections.person_measures import PERSON_MEASURES

SUBJECT = "person_id"
PROJECTIONS = (PERSON_MEASURES, EPISODES, GOALS, CONCERNS, MHA_PERIODS)


async def build(settings: StoreSettings, *, clock: Callable[[], datetime] = utc_now) -> Service:
    """The service, ready to run in any role. Raises BrokenFile for a broken instrument, BrokenCodeList."""
    library = read_library()
    codec = Codec(STORED_NAMES, subject_field=SUBJECT, upcast=upcast)
    plumbing = await StorePlumbing.open(NAME, settings, codec, subject_field=SUBJECT)
    outcomes = build_outcomes(plumbing.store, library, clock)
    plumbing.project(PROJECTIONS)
    plumbing.publish(to_message, PUBLISHED, SENT_TO)
    plumbing.base.consume(TOPICS, parse, commands(NAME, SUBSCRIPTIONS, outcomes.take))
    service = plumbing.base.service([ROUTES, RESTRICTED_ROUTES])
    service.app.state.edge = Edge(outcomes=outcomes, pool=plumbing.base.pool)
    return service


if __name__ == "__main__":
    main(NAME, StoreSettings, build)
