"""The whole way in one object: store → relay → topic → consumer → read model, on the toy domain of the kit's own tests."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from deploy.local.databases import Databases
from deploy.local.topics import Topic, ensure_topics
from services.kit.consumer import Consumer
from services.kit.errors import Busy
from services.kit.event_store import EventStore
from services.kit.migrate import MIGRATIONS
from services.kit.projector import Projector
from services.kit.record import Answer
from services.kit.registry import into
from services.kit.relay import Relay
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import eventually
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from tests.databases import Database, make_database
from tests.faults import oracle
from tests.integration.kit.toy import TOTALS, TOTALS_TABLE, Total, parse, translate
from tests.integration.kit.toy_log import STORE, Counted, Parts, Toy, open_parts

TENANTS = tuple(TenantId(f"U{number:05}") for number in range(1, 4))
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PATIENCE = float(os.environ.get("PERINATAL_PATIENCE") or 60.0)
"""Seconds a probe may wait. Generous: other programs may have the processors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """All a process must be told to take part in a chain."""

    source: Database
    keyring: Database
    target: Database
    kafka: str
    topic: str

    @property
    def group(self) -> str:
        return f"totals-{self.topic}"

    def as_json(self) -> str:
        """For the command line of a process of its own."""
        return json.dumps(
            {
                "source": self.source.app,
                "keyring": self.keyring.app,
                "target": self.target.app,
                "kafka": self.kafka,
                "topic": self.topic,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Place":
        told = json.loads(text)
        databases = {name: _by_dsn(told.pop(name)) for name in ("source", "keyring", "target")}
        return cls(**databases, **told)


def relay_of(place: Place, source: Parts, kind: type[Relay[Toy]] = Relay, **options: Any) -> Relay[Toy]:
    return kind(
        source.pool,
        source.store,
        service="toy",
        kafka=place.kafka,
        published=["counted.v1"],
        topics=[place.topic],
        wakeup=Wakeup(place.source.app),
        progress=Progress("relay"),
        **{"translate": translate(place.topic), **options},
    )


def consumer_of(place: Place, pool: TenantPool, kind: type[Consumer] = Consumer, **options: Any) -> Consumer:
    return kind(
        pool,
        name=place.group,
        kafka=place.kafka,
        topics=[place.topic],
        **{"parse": parse, "work": into([TOTALS]), "progress": Progress("consumer"), **options},
    )


@dataclass(slots=True, kw_only=True)
class Chain:
    """One place with its connections open in this process, and what was answered to whom."""

    place: Place
    source: Parts
    pool: TenantPool
    answers: dict[oracle.CommandKey, Answer] = field(default_factory=dict)

    @classmethod
    async def open(cls, place: Place) -> "Chain":
        source = await open_parts(place.source, place.keyring)
        return cls(place=place, source=source, pool=await TenantPool.open(place.target.app))

    async def close(self) -> None:
        await self.source.close()
        await self.pool.close()

    def relay(self, **options: Any) -> Relay[Toy]:
        return relay_of(self.place, self.source, **options)

    def consumer(self, **options: Any) -> Consumer:
        return consumer_of(self.place, self.pool, **options)

    def projector(self) -> Projector[Total, Toy]:
        """The same read model, from the own log."""
        wakeup = Wakeup(self.place.source.app)
        return Projector(self.source.pool, self.source.store, TOTALS, wakeup, Progress("projector"))

    async def append(self, stream: str, *amounts: int, tenant: TenantId = TENANTS[0]) -> Answer:
        """Append and do not rest before there is an answer: the same command id until one comes."""
        command_id = uuid4()
        answer = await send(self.source.store, tenant, stream, amounts, command_id)
        self.answers[tenant, command_id] = answer
        return answer

    async def arrived(self, *, within: float = PATIENCE) -> None:
        """Wait until the consumer has taken all that the relay will publish."""
        await eventually(lambda: self._is_in(self.place.target), within=within, what="everything being consumed")

    async def projected(self, *, within: float = PATIENCE) -> None:
        """Wait until the projector has taken the whole log."""
        await eventually(lambda: self._is_in(self.place.source), within=within, what="everything being projected")

    async def taken(self) -> int:
        """Events in the consumer's read model."""
        return await _events_in(self.place.target)

    async def verify(self, *, sent_again: bool | None = None) -> oracle.Seen:
        """The oracle's word on this chain; `sent_again` says whether Kafka must hold duplicates, None does not care."""
        seen = await oracle.verify(
            self.place.source, self.place.kafka, self.place.topic, self.place.target, self.answers
        )
        if sent_again is not None:
            assert (seen.duplicates > 0) == sent_again, f"{seen.duplicates} records were sent again"
        return seen

    async def _is_in(self, database: Database) -> bool:
        return await _events_in(database) == await oracle.public_events(self.place.source)


async def _events_in(database: Database) -> int:
    async with oracle.administrator(database) as connection:
        return int(await connection.fetchval("select coalesce(sum(events), 0) from totals"))


async def send(
    store: EventStore[Toy], tenant: TenantId, stream: str, amounts: Sequence[int], command_id: UUID
) -> Answer:
    """One command, with the same id until it is answered."""
    events = [Counted(account_id=stream, amount=amount, occurred_at=NOW) for amount in amounts]
    while True:
        try:
            return await store.append(
                tenant, stream, expected=None, events=events, command_id=command_id, actor="test", occurred_at=NOW
            )
        except Busy:
            await asyncio.sleep(0.01)


async def make_place(databases: Databases, keyring: Database, kafka: str, folder: Path, partitions: int = 3) -> Place:
    """Two fresh databases and a fresh topic."""
    (folder / "0001_totals.sql").write_text(TOTALS_TABLE)
    topic = f"toy-{uuid4().hex[:8]}"
    await asyncio.to_thread(ensure_topics, kafka, [Topic(name=topic, partitions=partitions, retention_ms=-1)])
    return Place(
        source=await make_database(databases, [*STORE, ("toy", folder)]),
        keyring=keyring,
        target=await make_database(databases, [("base", MIGRATIONS / "base"), ("toy", folder)]),
        kafka=kafka,
        topic=topic,
    )


@contextlib.asynccontextmanager
async def at_work(*workers: Any) -> AsyncIterator[None]:
    """These workers' `run`, until the end of the block. One that ends by itself fails the test."""
    tasks = [asyncio.create_task(worker.run(), name=type(worker).__name__) for worker in workers]
    try:
        yield
        ended = [task.get_name() for task in tasks if task.done()]
        assert not ended, f"ended by themselves: {ended}"
    finally:
        for task in tasks:
            task.cancel()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*tasks, return_exceptions=True)


def _by_dsn(dsn: str) -> Database:
    return Database(name="", app=dsn, owner="", admin="")
