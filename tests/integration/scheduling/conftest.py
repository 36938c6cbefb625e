"""The scheduling service as it runs: real PostgreSQL, real keyring, real tokens, its projectors at work."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.kit.settings import StoreSettings
from services.kit.tenancy import TenantId
from services.kit.testing import NOW
from services.scheduling.application import Scheduling
from services.scheduling.domain.person import NotePerson
from services.scheduling.main import PROJECTIONS, build
from services.scheduling.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.sites import NOWHERE, A, RunningService, wiring
from tests.support import Issuer, running

B = TenantId("U00002")


class Clock:
    """The service's clock; a test may move it on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now


@dataclass(frozen=True)
class Site(RunningService):
    projections = PROJECTIONS

    application: Scheduling
    clock: Clock

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "",
        pcn: TenantId = A,
        pcns: Iterable[str] = (),
        key: str = "",
    ) -> httpx2.Response:
        """One request under /v1/pcns/<pcn>; commands get a new Idempotency-Key unless told."""
        return await super().ask(method, f"/pcns/{pcn}{path}", body, role=role, pcns=pcns or [pcn], key=key)

    async def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return await self.done("POST", path, body, **options)

    async def read(self, path: str, **options: Any) -> Any:
        return await self.done("GET", path, **options)

    async def person(self, pcn: TenantId = A) -> str:
        """The id of a person the service has heard of."""
        person_id = str(uuid4())
        command = NotePerson(person_id=person_id, registered_at=NOW)
        await self.application.note_person(pcn, command, command_id=uuid4(), actor="test")
        return person_id

    async def appointment(self, pcn: TenantId = A, *, key: str = "", **changes: Any) -> Any:
        """The answer to a booking; with a new person and a clinician of its own unless told."""
        body = {**booking(changes.pop("person_id", None) or await self.person(pcn)), **changes}
        return await self.post("/appointments", body, pcn=pcn, key=key)

    async def session(self, pcn: TenantId = A, **changes: Any) -> str:
        return str((await self.post("/group-sessions", {**SESSION, **changes}, pcn=pcn))["id"])


def booking(person_id: str, **changes: Any) -> dict[str, Any]:
    """A booking two hours from now, with a clinician of its own."""
    body: dict[str, Any] = {
        "person_id": person_id,
        "clinician_id": f"clinician-{uuid4()}",
        "starts_at": (NOW + timedelta(hours=2)).isoformat(),
        "ends_at": (NOW + timedelta(hours=3)).isoformat(),
        "consultation_mechanism": "01",
        "activity_location_type": "C01",
        "interpreter_required": False,
    }
    return {**body, **changes}


SESSION = {
    "session_type": "antenatal",
    "starts_at": (NOW + timedelta(days=7)).isoformat(),
    "ends_at": (NOW + timedelta(days=7, hours=2)).isoformat(),
    "capacity": 4,
    "language": "en",
    "open_to_all": True,
}


async def open_site(
    database: Database, keyring: Database, issuer: Issuer, *roles: str, kafka: str = NOWHERE
) -> AsyncIterator[Site]:
    settings = StoreSettings(**wiring(database, keyring, issuer, kafka))
    clock = Clock()
    service = await build(settings, clock=clock)
    edge = service.app.state.edge
    async with running(service, *roles) as client:
        yield Site(client, database, edge.scheduling, edge.pool, issuer, clock)


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    """Nobody is known, nothing is booked."""
    async for opened in open_site(await new_database(MIGRATIONS), keyring, issuer, "project"):
        yield opened


@pytest.fixture(autouse=True)
def on_time(site: Site) -> None:
    """Every test begins at NOW."""
    site.clock.now = NOW
