"""The referral service as it runs: real PostgreSQL, real keyring, real tokens, its projectors at work."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.kit.event_store import EventStore
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import NOW, eventually
from services.referral.application import Application
from services.referral.domain.events import Event
from services.referral.main import PROJECTIONS, build
from services.referral.migrate import MIGRATIONS
from services.referral.settings import ReferralSettings
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.support import AUDIENCE, MASTER_KEY, Issuer, running

READ_MODELS = [f"{model.name}.v{model.version}" for model in PROJECTIONS]
A = TenantId("U00001")
B = TenantId("U00002")

SETTINGS = {
    "name": "Northfield",
    "practices": [{"ods_code": "X00001", "name": "The Grove Surgery"}],
    "care_strands": ["universal", "parent_infant", "parental_mental_health", "wider_family"],
    "waiting_threshold_days": 28,
}
PERSON = {"ethnic_category": "K", "preferred_language": "bn", "interpreter_required": True}
UNTRACED = {"nhs_number_missing_reason": "nhs-number-not-known"}


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

    def bearer(self, role: str, pcns: Iterable[str] = (A,)) -> dict[str, str]:
        return {"authorization": f"Bearer {self.issuer.token(f'a {role}', [role], pcns)}"}

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
        headers = {**self.bearer(role, pcns), "idempotency-key": key or str(uuid4())}
        return await self.client.request(method, f"/v1{path}", json=body, headers=headers)

    async def done(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        """A request that must succeed; its answer."""
        response = await self.ask(method, path, body, **options)
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def configure(self, pcn: TenantId, **changes: Any) -> dict[str, Any]:
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

    async def events(self, stream: str, pcn: TenantId = A) -> list[Event]:
        return [recorded.event for recorded in await self.store.load(pcn, stream)]

    async def caught_up(self, position: int) -> None:
        """Until every read model has followed the log to this position."""

        async def all_there() -> bool:
            async with self.pool.unscoped() as tx:
                there = await tx.fetchval(
                    "select count(*) from projection_checkpoints where position >= $1 and name = any($2)",
                    position,
                    READ_MODELS,
                )
            return bool(there == len(READ_MODELS))

        await eventually(all_there, what=f"position {position} in every read model")


async def open_site(
    database: Database,
    keyring: Database,
    issuer: Issuer,
    *roles: str,
    kafka: str = "127.0.0.1:1",
    clock: Callable[[], datetime] = lambda: NOW,
    configured: bool = True,
    **more: Any,
) -> AsyncIterator[Site]:
    """The service with these roles at work, and two networks set up."""
    settings = ReferralSettings(
        database=database.app,
        kafka=kafka,
        issuer=issuer.url,
        audience=AUDIENCE,
        keyring=keyring.app,
        keyring_master_key=MASTER_KEY,
        **more,
    )
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


def problem(response: httpx2.Response) -> Mapping[str, Any]:
    """The slug and field of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body: dict[str, Any] = response.json()
    return {name: body[name] for name in ("status", "slug", "field") if name in body}
