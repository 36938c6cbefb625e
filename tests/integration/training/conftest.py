"""The training service as it runs: real PostgreSQL, real keyring, real tokens, its projectors at work."""

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
from services.training.application import Application
from services.training.domain.events import Event, Practice
from services.training.domain.practices import NotePractices
from services.training.main import PROJECTIONS, build
from services.training.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.support import AUDIENCE, MASTER_KEY, Issuer, running

A = TenantId("U00001")
B = TenantId("U00002")
PRACTICES = {A: ("X00001", "X00002", "X00003"), B: ("X00009",)}

PLAN = {
    "course": "listening-to-families",
    "starts_at": "2026-05-28T12:00:00Z",
    "ends_at": "2026-05-28T14:00:00Z",
    "objectives": ["ask-about-mood", "include-partners"],
    "scale": "1-5",
}
VISITOR = {"full_name": "Vera Testcase", "professional_type": "health_visitor", "practice_ods_code": "X00001"}
CONSULTATION = {
    "subject_kind": "general",
    "topic": "low-mood",
    "duration_minutes": 25,
    "professional_type": "midwife",
    "practice_ods_code": "X00002",
    "outcome": "advice",
    "held_on": "2026-05-29",
}
INPUT = {"kind": "advisory-group", "people": 7, "held_on": "2026-05-29"}


@dataclass(frozen=True, slots=True)
class Site:
    """The service with its database, and users of any kind to call it."""

    client: httpx2.AsyncClient
    database: Database
    application: Application
    pool: TenantPool
    issuer: Issuer

    @property
    def store(self) -> EventStore[Event]:
        return self.application.store

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "training-lead",
        pcns: Iterable[str] = (A,),
        key: str = "",
    ) -> httpx2.Response:
        """One request; commands get a new Idempotency-Key unless told."""
        token = self.issuer.token(f"a {role}", [role], pcns)
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key or str(uuid4())}
        return await self.client.request(method, f"/v1{path}", json=body, headers=headers)

    async def done(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """A request that must succeed; its answer, once the read models have it."""
        response = await self.ask(method, path, body, **options)
        assert response.is_success, response.text
        answer = response.json()
        if method != "GET":
            await self.caught_up(answer["position"])
        return answer

    async def configure(self, pcn: TenantId) -> None:
        """The network's practices are heard of, as they were two years ago."""
        practices = tuple(Practice(ods_code=code, name=f"Practice {code}") for code in PRACTICES[pcn])
        heard = NotePractices(pcn_ods_code=pcn, practices=practices, configured_at=NOW - timedelta(days=730))
        answer = await self.application.take(pcn, heard, command_id=uuid4(), actor="test")
        await self.caught_up(answer.position)

    async def plan(self, pcn: TenantId = A, **changes: Any) -> str:
        """The id of a new session."""
        answer = await self.done("POST", f"/pcns/{pcn}/training-sessions", {**PLAN, **changes}, pcns=[pcn])
        return str(answer["id"])

    async def train(self, *attendees: Mapping[str, Any], pcn: TenantId = A, **changes: Any) -> list[str]:
        """A session planned and held; the ids of who attended."""
        session_id = await self.plan(pcn, **changes)
        path = f"/pcns/{pcn}/training-sessions/{session_id}/hold"
        await self.done("POST", path, {"attendees": list(attendees)}, pcns=[pcn])
        return [each["attendee_id"] for each in (await self.session(session_id, pcn))["register"]]

    async def session(self, session_id: str, pcn: TenantId = A) -> Any:
        """A session as it is listed."""
        rows = await self.done("GET", f"/pcns/{pcn}/training-sessions", pcns=[pcn])
        return next(row for row in rows if row["training_session_id"] == session_id)

    async def events(self, stream: str, pcn: TenantId = A) -> list[Event]:
        return [recorded.event for recorded in await self.store.load(pcn, stream)]

    async def caught_up(self, position: int) -> None:
        """Until every read model has followed the log to this position."""

        async def all_there() -> bool:
            async with self.pool.unscoped() as tx:
                known = await tx.fetchval("select count(*) from projection_checkpoints where position >= $1", position)
            return bool(known == len(PROJECTIONS))

        await eventually(all_there, what=f"position {position} in every read model")


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
        yield Site(client, database, edge.application, edge.pool, issuer)


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    """Two networks heard of; Kafka is not there and not needed."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project", kafka="127.0.0.1:1"):
        await opened.configure(A)
        await opened.configure(B)
        yield opened


def problem(response: httpx2.Response) -> Mapping[str, Any]:
    """Status, slug and field of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body: dict[str, Any] = response.json()
    return {name: body[name] for name in ("status", "slug", "field") if name in body}
