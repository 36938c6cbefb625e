"""The scheduling service as it runs: real PostgreSQL, real keyring, real tokens, its projectors at work."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.kit.event_store import EventStore
from services.kit.settings import StoreSettings
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import NOW, eventually
from services.scheduling.application import Scheduling
from services.scheduling.domain.events import Event
from services.scheduling.domain.person import NotePerson
from services.scheduling.main import PROJECTIONS, build
from services.scheduling.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.support import AUDIENCE, MASTER_KEY, Issuer, running

A = TenantId("U00001")
B = TenantId("U00002")

READ_MODELS = [f"{model.name}.v{model.version}" for model in PROJECTIONS]


class Clock:
    """The service's clock; a test may move it on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now


@dataclass(frozen=True, slots=True)
class Site:
    """The service with its database, and users of any kind to call it."""

    client: httpx2.AsyncClient
    database: Database
    scheduling: Scheduling
    pool: TenantPool
    issuer: Issuer
    clock: Clock

    @property
    def store(self) -> EventStore[Event]:
        return self.scheduling.store

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "clinician",
        pcn: TenantId = A,
        pcns: Iterable[str] = (),
        key: str = "",
    ) -> httpx2.Response:
        """One request under /v1/pcns/<pcn>; commands get a new Idempotency-Key unless told."""
        token = self.issuer.token(f"a {role}", [role], pcns or [pcn])
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key or str(uuid4())}
        return await self.client.request(method, f"/v1/pcns/{pcn}{path}", json=body, headers=headers)

    async def done(self, path: str, body: Any = None, **options: Any) -> Any:
        """A command that must succeed; its answer, once the read models have it."""
        response = await self.ask("POST", path, body, **options)
        assert response.is_success, response.text
        answer = response.json()
        await self.caught_up(answer["position"])
        return answer

    async def read(self, path: str, **options: Any) -> Any:
        response = await self.ask("GET", path, **options)
        assert response.is_success, response.text
        return response.json()

    async def person(self, pcn: TenantId = A) -> str:
        """The id of a person the service has heard of."""
        person_id = str(uuid4())
        command = NotePerson(person_id=person_id, registered_at=NOW)
        await self.scheduling.note_person(pcn, command, command_id=uuid4(), actor="test")
        return person_id

    async def appointment(self, pcn: TenantId = A, *, key: str = "", **changes: Any) -> Any:
        """The answer to a booking; with a new person and a clinician of its own unless told."""
        body = {**booking(changes.pop("person_id", None) or await self.person(pcn)), **changes}
        return await self.done("/appointments", body, pcn=pcn, key=key)

    async def session(self, pcn: TenantId = A, **changes: Any) -> str:
        return str((await self.done("/group-sessions", {**SESSION, **changes}, pcn=pcn))["id"])

    async def events(self, stream: str, pcn: TenantId = A) -> list[Event]:
        return [recorded.event for recorded in await self.store.load(pcn, stream)]

    async def caught_up(self, position: int) -> None:
        """Until every read model has followed the log to this position."""

        async def all_there() -> bool:
            async with self.pool.unscoped() as tx:
                there = await tx.fetchval(
                    "select count(*) from projection_checkpoints where name = any($1) and position >= $2",
                    READ_MODELS,
                    position,
                )
            return bool(there == len(READ_MODELS))

        await eventually(all_there, what=f"position {position} in every read model")


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
    database: Database, keyring: Database, issuer: Issuer, *roles: str, kafka: str = "127.0.0.1:1"
) -> AsyncIterator[Site]:
    settings = StoreSettings(
        database=database.app,
        kafka=kafka,
        issuer=issuer.url,
        audience=AUDIENCE,
        keyring=keyring.app,
        keyring_master_key=MASTER_KEY,
    )
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


def problem(response: httpx2.Response) -> Mapping[str, Any]:
    """The status, slug and field of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body: dict[str, Any] = response.json()
    return {name: body[name] for name in ("status", "slug", "field") if name in body}
