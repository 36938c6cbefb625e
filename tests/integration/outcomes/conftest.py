"""The outcomes service as it runs: real PostgreSQL, real keyring, real tokens, its projector at work."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from services.kit.settings import StoreSettings
from services.kit.tenancy import TenantId
from services.kit.testing import NOW
from services.outcomes.application import Outcomes
from services.outcomes.domain.record import EnrolPerson
from services.outcomes.main import PROJECTIONS, build
from services.outcomes.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.sites import NOWHERE, A, RunningService, wiring
from tests.support import Issuer, running

B = TenantId("U00002")

CALM = [0, 2, 1, 0, 0, 1, 3, 0, 0, 0]
AT_RISK = [0, 2, 1, 0, 0, 1, 3, 0, 0, 1]
EPDS = {
    "instrument": "epds",
    "items": CALM,
    "orientation": "oriented",
    "completed_on": "2026-05-20",
    "collection_point": "baseline",
}


@dataclass(frozen=True)
class Site(RunningService):
    projections = PROJECTIONS

    application: Outcomes

    async def enrol(self, pcn: TenantId = A) -> str:
        """The id of a person the service has heard of."""
        person_id = str(uuid4())
        command = EnrolPerson(person_id=person_id, registered_at=NOW)
        await self.application.take(pcn, command, command_id=uuid4(), actor="test")
        return person_id

    async def record(self, person_id: str, pcn: TenantId = A, **changes: Any) -> Any:
        body = {**EPDS, "person_id": person_id, **changes}
        return await self.done("POST", f"/pcns/{pcn}/measures", body, pcns=[pcn])

    async def correct(self, person_id: str, measure_id: str, **changes: Any) -> Any:
        body = {"items": AT_RISK, "orientation": "oriented", "reason": "entry-error", **changes}
        return await self.done("POST", f"/pcns/{A}/measures/{measure_id}/correct", {**body, "person_id": person_id})


async def open_site(
    database: Database, keyring: Database, issuer: Issuer, *roles: str, kafka: str = NOWHERE
) -> AsyncIterator[Site]:
    settings = StoreSettings(**wiring(database, keyring, issuer, kafka))
    service = await build(settings, clock=lambda: NOW)
    edge = service.app.state.edge
    async with running(service, *roles) as client:
        yield Site(client, database, edge.outcomes, edge.pool, issuer)


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    """Nobody enrolled; Kafka is not there and not needed."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project"):
        yield opened
