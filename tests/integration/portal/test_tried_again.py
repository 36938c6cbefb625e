"""Forms that register somebody and are then refused: tried again, it is the same person, in the referral service itself."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from starlette.routing import Mount

from services.kit.testing import NOW
from services.portal.web.moments import london_day
from services.portal.web.times import day_values
from services.referral.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.portal.conftest import Portal, unseen
from tests.integration.portal.family import OWN, a_family
from tests.integration.referral.conftest import Site, open_site
from tests.support import Issuer
from tests.unit.portal.scenarios import PCN
from tests.unit.portal.test_forms import PERSON, REQUEST

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("account")]

HELP = {
    "asking_for": "B1",
    "full_name": "Gita",
    "email": "gita@example.org",
    "preferred_language": "en",
    "interpreter_required": "no",
}


@dataclass(slots=True)
class Behind:
    """The referral service with a clock that is behind: whoever registers is taken, and what they ask for not yet."""

    site: Site | None = None
    now: datetime = NOW

    def catch_up(self) -> None:
        self.now = datetime.now(UTC)

    async def streams(self) -> dict[str, int]:
        """{person or referral: how many there are}"""
        assert self.site is not None
        async with self.site.pool.scope(PCN) as tx:
            found = await tx.fetch("select distinct stream from events where stream ~ '^(person|referral)-'")
        return dict(Counter(record["stream"].partition("-")[0] for record in found))


@pytest.fixture
async def referral(
    portal: Portal, new_database: MakeDatabase, keyring: Database, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Behind]:
    await a_family(portal)
    behind, [mount] = Behind(), [route for route in portal.app.routes if isinstance(route, Mount)]
    database = await new_database(MIGRATIONS)
    async for site in open_site(database, keyring, issuer, clock=lambda: behind.now, configured=False):
        monkeypatch.setattr(mount.app.state.site.owners.referral, "_http", site.client)  # type: ignore[attr-defined]
        await site.configure(PCN)
        behind.site = site
        yield behind


async def test_a_family_that_asks_for_help_again_is_one_person(portal: Portal, referral: Behind) -> None:
    form = unseen((await portal.client.get(f"/help/{PCN}")).text)
    refused = await portal.client.post(f"/help/{PCN}", data={**form, **HELP})
    assert (refused.status_code, await referral.streams()) == (422, {"person": 1})
    referral.catch_up()
    taken = await portal.client.post(f"/help/{PCN}", data={**unseen(refused.text), **HELP, "words": "Please ring me"})
    assert (taken.status_code, await referral.streams()) == (303, {"person": 1, "referral": 1})


async def test_a_family_that_is_referred_again_is_one_person(portal: Portal, referral: Behind) -> None:
    session, today = portal.session("coordinator", PCN), london_day(datetime.now(UTC))
    request = {**REQUEST, **day_values("received_on", today)}
    form = unseen((await portal.browse(session, f"{OWN}/refer")).text)
    refused = await portal.browse(session, f"{OWN}/refer", "POST", {**form, **PERSON, **request})
    assert (refused.status_code, await referral.streams()) == (422, {"person": 1})
    referral.catch_up()
    taken = await portal.browse(session, f"{OWN}/refer", "POST", {**unseen(refused.text), **request})
    assert (taken.status_code, await referral.streams()) == (303, {"person": 1, "referral": 1})
