"""A service as its integration tests meet it: called over HTTP by users of any kind, its log and read models at hand."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import httpx2
import orjson

from contracts.event import PublicEvent
from contracts.referral import PersonRegisteredV1
from services.kit.event_store import EventStore
from services.kit.read_model import ReadModel
from services.kit.record import RECOVERED, Recorded
from services.kit.sql import queries
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import NOW, TENANT, eventually, record
from tests.databases import Database
from tests.support import AUDIENCE, MASTER_KEY, Issuer

A = TenantId("U00001")
NOWHERE = "127.0.0.1:1"
SQL = queries("event_store")


@dataclass(frozen=True)
class RunningService:
    """A service with its database, and users of any kind to call it."""

    projections: ClassVar[Iterable[ReadModel[Any, Any]]]
    usual_role: ClassVar[str] = "clinician"

    client: httpx2.AsyncClient
    database: Database
    application: Any
    pool: TenantPool
    issuer: Issuer

    @property
    def store(self) -> EventStore[Any]:
        store: EventStore[Any] = self.application.store
        return store

    def bearer(self, role: str, pcns: Iterable[str] = (A,)) -> dict[str, str]:
        return {"authorization": f"Bearer {self.issuer.token(f'a {role}', [role], pcns)}"}

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "",
        pcns: Iterable[str] = (A,),
        key: str = "",
    ) -> httpx2.Response:
        """One request; commands get a new Idempotency-Key unless told."""
        headers = {**self.bearer(role or self.usual_role, pcns), "idempotency-key": key or str(uuid4())}
        return await self.client.request(method, f"/v1{path}", json=body, headers=headers)

    async def answer(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """What a request that must succeed is answered."""
        response = await self.ask(method, path, body, **options)
        assert response.is_success, response.text
        return response.json()

    async def done(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """A request that must succeed; its answer, once the read models have it."""
        answer = await self.answer(method, path, body, **options)
        if method != "GET":
            await self.caught_up(answer["position"])
        return answer

    async def events(self, stream: str, pcn: TenantId = A) -> list[Any]:
        return [recorded.event for recorded in await self.store.load(pcn, stream)]

    async def lost(self, stream: str, pcn: TenantId = A) -> None:
        """The next place of a stream is one that was lost with the log's end, and came back from Kafka."""
        meta = orjson.dumps({"actor": "test", "command_id": str(uuid4())}).decode()
        async with self.pool.single() as tx:
            await tx.execute(SQL["append_one"], pcn, stream, None, uuid4(), [RECOVERED], ["{}"], [None], [meta], [NOW])

    async def heard(self, stream: str, count: int) -> list[Any]:
        """The events of a stream, once it holds so many."""

        async def there() -> bool:
            return len(await self.events(stream)) >= count

        await eventually(there, within=30, what=f"{count} events in {stream}")
        return await self.events(stream)

    async def caught_up(self, position: int) -> None:
        """Until every read model has followed the log to this position."""
        names = [model.checkpoint for model in self.projections]

        async def all_there() -> bool:
            async with self.pool.unscoped() as tx:
                there = await tx.fetchval(
                    "select count(*) from projection_checkpoints where position >= $1 and name = any($2)",
                    position,
                    names,
                )
            return bool(there == len(names))

        await eventually(all_there, what=f"position {position} in every read model")


def wiring(database: Database, keyring: Database, issuer: Issuer, kafka: str = NOWHERE) -> dict[str, Any]:
    """The settings of a service with these parts; Kafka is not there unless told."""
    return {
        "database": database.app,
        "kafka": kafka,
        "issuer": issuer.url,
        "audience": AUDIENCE,
        "keyring": keyring.app,
        "keyring_master_key": MASTER_KEY,
    }


def problem(response: httpx2.Response) -> Mapping[str, Any]:
    """Status, slug and field of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body: dict[str, Any] = response.json()
    return {name: body[name] for name in ("status", "slug", "field") if name in body}


def in_streams(
    stream_of: Callable[[Any], str], events: Iterable[Any], tenant: TenantId = TENANT, at: datetime | None = None
) -> list[Recorded[Any]]:
    """Events in the streams they belong to, in this order."""
    versions: dict[str, int] = {}
    recorded = []
    for event in events:
        stream = stream_of(event)
        versions[stream] = versions.get(stream, 0) + 1
        recorded.append(record(event, stream=stream, version=versions[stream], tenant=tenant, at=at))
    return recorded


def said(fact: PublicEvent, stream: str, version: int) -> Recorded[PublicEvent]:
    """A public fact with its place in the log of the service that says it."""
    return record(fact, stream=stream, version=version, tenant=A)


def registered(person_id: str) -> Recorded[PublicEvent]:
    """What the referral service says of somebody new."""
    fact = PersonRegisteredV1(
        person_id=person_id,
        nhs_number_status="03",
        ethnic_category="K",
        preferred_language="bn",
        interpreter_required=True,
        age_band="25-29",
        registered_at=NOW - timedelta(days=10),
    )
    return said(fact, f"person-{person_id}", 1)
