"""The outcomes service as it runs: real PostgreSQL, real keyring, real tokens, its projector at work."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.kit.event_store import EventStore
from services.kit.settings import StoreSettings
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import NOW, eventually
from services.outcomes.application import Outcomes
from services.outcomes.domain.events import Event
from services.outcomes.domain.record import EnrolPerson
from services.outcomes.main import build
from services.outcomes.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.support import AUDIENCE, MASTER_KEY, Issuer, running

A = TenantId("U00001")
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


@dataclass(frozen=True, slots=True)
class Site:
    """The service with its database, and users of any kind to call it."""

    client: httpx2.AsyncClient
    database: Database
    outcomes: Outcomes
    pool: TenantPool
    issuer: Issuer

    @property
    def store(self) -> EventStore[Event]:
        return self.outcomes.store

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "clinician",
        pcns: Iterable[str] = (A,),
        key: str = "",
    ) -> httpx2.Response:
        """One request; commands get a new Idempotency-Key unless told."""
        token = self.issuer.token(f"a {role}", [role], pcns)
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key or str(uuid4())}
        return await self.client.request(method, f"/v1{path}", json=body, headers=headers)

    async def done(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """A request that must succeed; its answer, once the read model has it."""
        response = await self.ask(method, path, body, **options)
        assert response.is_success, response.text
        answer = response.json()
        if method != "GET":
            await self.caught_up(answer["position"])
        return answer

    async def enrol(self, pcn: TenantId = A) -> str:
        """The id of a person the service has heard of."""
        person_id = str(uuid4())
        command = EnrolPerson(person_id=person_id, registered_at=NOW)
        await self.outcomes.take(pcn, command, command_id=uuid4(), actor="test")
        return person_id

    async def record(self, person_id: str, pcn: TenantId = A, **changes: Any) -> Any:
        body = {**EPDS, "person_id": person_id, **changes}
        return await self.done("POST", f"/pcns/{pcn}/measures", body, pcns=[pcn])

    async def correct(self, person_id: str, measure_id: str, **changes: Any) -> Any:
        body = {"items": AT_RISK, "orientation": "oriented", "reason": "entry-error", **changes}
        return await self.done("POST", f"/pcns/{A}/measures/{measure_id}/correct", {**body, "person_id": person_id})

    async def events(self, person_id: str, pcn: TenantId = A, *, stream: str = "record") -> list[Event]:
        return [recorded.event for recorded in await self.store.load(pcn, f"{stream}-{person_id}")]

    async def caught_up(self, position: int) -> None:
        """Until the read model has followed the log to this position."""

        async def there() -> bool:
            async with self.pool.unscoped() as tx:
                followed = await tx.fetchval("select min(position) from projection_checkpoints")
            return followed is not None and followed >= position

        await eventually(there, what=f"position {position} in the read model")


async def open_site(
    database: Database, keyring: Database, issuer: Issuer, *roles: str, kafka: str
) -> AsyncIterator[Site]:
    settings = StoreSettings(
        database=database.app,
        kafka=kafka,
        issuer=issuer.url,
        audience=AUDIENCE,
        keyring=keyring.app,
        keyring_master_key=MASTER_KEY,
    )
    service = await build(settings, clock=lambda: NOW)
    edge = service.app.state.edge
    async with running(service, *roles) as client:
        yield Site(client, database, edge.outcomes, edge.pool, issuer)


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    """Nobody enrolled; Kafka is not there and not needed."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project", kafka="127.0.0.1:1"):
        yield opened


ROLES = ("referrer", "clinician", "coordinator", "training-lead", "operator", "importer", "public")


def problem(response: httpx2.Response) -> Mapping[str, Any]:
    """Status, slug and field of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body: dict[str, Any] = response.json()
    return {name: body[name] for name in ("status", "slug", "field") if name in body}
