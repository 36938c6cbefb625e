"""The referral service as it runs: real PostgreSQL, real keyring, real tokens, its projectors at work."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import NOW
from services.referral.application import Application
from services.referral.main import PROJECTIONS, build
from services.referral.migrate import MIGRATIONS
from services.referral.settings import ReferralSettings
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.sites import NOWHERE, A, RunningService, wiring
from tests.support import Issuer, running

B = TenantId("U00002")

SETTINGS = {
    "name": "Northfield",
    "practices": [{"ods_code": "X00001", "name": "The Grove Surgery"}],
    "care_strands": ["universal", "parent_infant", "parental_mental_health", "wider_family"],
    "waiting_threshold_days": 28,
}
PERSON = {"ethnic_category": "K", "preferred_language": "bn", "interpreter_required": True}
UNTRACED = {"nhs_number_missing_reason": "nhs-number-not-known"}


@dataclass(frozen=True)
class Site(RunningService):
    projections = PROJECTIONS

    application: Application

    async def done(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """A request that must succeed; its answer, which the lists may not have yet."""
        return await self.answer(method, path, body, **options)

    async def configure(self, pcn: TenantId, **changes: Any) -> Any:
        body = {"pcn_ods_code": pcn, **SETTINGS, **changes}
        return await self.done("PUT", f"/pcns/{pcn}", body, role="operator", pcns=["*"])

    async def register(self, pcn: TenantId = A, **details: Any) -> str:
        """The id of a new person, once their identity can be looked up."""
        number = {} if "nhs_number" in details else UNTRACED
        answer = await self.done(
            "POST", f"/pcns/{pcn}/people", {**PERSON, **number, **details}, role="coordinator", pcns=[pcn]
        )
        await self.caught_up(answer["position"])
        return str(answer["id"])

    async def refer(self, person_id: str, pcn: TenantId = A, **changes: Any) -> str:
        """The id of a new referral, once it is on the lists."""
        body = {
            "person_id": person_id,
            "source_of_referral": "A4",
            "primary_reason": "13",
            "received_at": NOW.isoformat(),
            **changes,
        }
        answer = await self.done("POST", f"/pcns/{pcn}/referrals", body, role="referrer", pcns=[pcn])
        await self.caught_up(answer["position"])
        return str(answer["id"])


async def open_site(
    database: Database,
    keyring: Database,
    issuer: Issuer,
    *roles: str,
    kafka: str = NOWHERE,
    clock: Callable[[], datetime] = lambda: NOW,
    configured: bool = True,
    **more: Any,
) -> AsyncIterator[Site]:
    """The service with these roles at work, and two networks set up."""
    settings = ReferralSettings(**wiring(database, keyring, issuer, kafka), **more)
    service = await build(settings, clock=clock)
    edge = service.app.state.edge
    async with running(service, *roles) as client:
        site = Site(client, database, edge.application, edge.pool, issuer)
        if configured:
            await site.configure(A)
            await site.caught_up((await site.configure(B, name="Southfield"))["position"])
        yield site


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    """Nobody registered; Kafka is not there and not needed."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project"):
        yield opened


@pytest.fixture(scope="module")
async def pool(new_database: MakeDatabase) -> AsyncIterator[TenantPool]:
    """A database with no service on it."""
    pool = await TenantPool.open((await new_database(MIGRATIONS)).app)
    yield pool
    await pool.close()
