"""Store → relay → Kafka → consumer → read model, on the real parts: nothing lost, nothing double, order kept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.topics import Topic, ensure_topics
from services.kit import consumer
from services.kit.consumer import Consumer
from services.kit.guard import seen_version
from services.kit.intake import Work
from services.kit.migrate import MIGRATIONS
from services.kit.record import Recorded
from services.kit.registry import into
from services.kit.relay import Relay
from services.kit.tenancy import TenantId, TenantPool, Tx
from services.kit.testing import eventually
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.kit.toy import TOTALS, TOTALS_TABLE, Total, parse, translate
from tests.integration.kit.toy_log import STORE, Counted, Opened, Parts, Toy, open_parts

A = TenantId("U00001")
B = TenantId("U00002")
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chain:
    source: Parts
    target: Database
    pool: TenantPool
    kafka: str
    topic: str

    def relay(self, **options: float) -> Relay[Toy]:
        return Relay(
            self.source.pool,
            self.source.store,
            service="toy",
            kafka=self.kafka,
            translate=translate(self.topic),
            published=["counted.v1"],
            topics=[self.topic],
            wakeup=Wakeup(self.source.database.app),
            progress=Progress("relay"),
            **options,  # type: ignore[arg-type]
        )

    def consumer(self, pool: TenantPool | None = None, work: Work | None = None) -> Consumer:
        return Consumer(
            pool or self.pool,
            name=f"totals-{self.topic}",
            kafka=self.kafka,
            topics=[self.topic],
            parse=parse,
            work=work or into([TOTALS]),
            progress=Progress("consumer"),
        )

    async def append(self, stream: str, *amounts: int, tenant: TenantId = A) -> int:
        events = [Counted(account_id=stream, amount=amount, occurred_at=NOW) for amount in amounts]
        answer = await self.source.store.append(
            tenant, stream, expected=None, events=events, command_id=uuid4(), actor="test", occurred_at=NOW
        )
        return answer.version

    async def totals(self, tenant: TenantId = A) -> dict[str, Total]:
        async with self.pool.scope(tenant) as tx:
            rows = await tx.fetch("select * from totals")
        return {row["account_id"]: TOTALS.read(row) for row in rows}

    async def all_in(self, stream: str, version: int, tenant: TenantId = A) -> bool:
        async with self.pool.scope(tenant) as tx:
            return await seen_version(tx, tenant, stream) >= version


@pytest.fixture
async def chain(new_database: MakeDatabase, keyring: Database, kafka: str, tmp_path: Path) -> AsyncIterator[Chain]:
    (tmp_path / "0001_totals.sql").write_text(TOTALS_TABLE)
    topic = f"toy-{uuid4().hex[:8]}"
    await asyncio.to_thread(ensure_topics, kafka, [Topic(name=topic, partitions=3, retention_ms=-1)])
    source = await open_parts(await new_database(STORE), keyring)
    target = await new_database([("base", MIGRATIONS / "base"), ("toy", tmp_path)])
    chain = Chain(source, target, await TenantPool.open(target.app), kafka, topic)
    yield chain
    await source.close()
    await chain.pool.close()


@contextlib.asynccontextmanager
async def at_work(*workers: Relay[Toy] | Consumer) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_every_event_arrives_once_and_in_order(chain: Chain) -> None:
    streams = [f"account-{number}" for number in range(12)]
    async with at_work(chain.relay(), chain.consumer()):
        for amount in range(25):
            await asyncio.gather(
                *(chain.append(stream, amount, tenant=(A, B)[n % 2]) for n, stream in enumerate(streams))
            )
        for number, stream in enumerate(streams):
            await eventually(lambda s=stream, n=number: chain.all_in(s, 25, (A, B)[n % 2]), what=stream)
    totals = {**await chain.totals(A), **await chain.totals(B)}
    assert {stream: total.amounts for stream, total in totals.items()} == {s: list(range(25)) for s in streams}
    assert set(await chain.totals(A)).isdisjoint(await chain.totals(B))


async def test_private_events_stay_and_leave_no_gap_behind(chain: Chain) -> None:
    await chain.append("account-1", 1)
    opened = Opened(account_id="account-1", owner="Ann Example", occurred_at=NOW)
    await chain.source.store.append(
        A, "account-1", expected=1, events=[opened], command_id=uuid4(), actor="test", occurred_at=NOW
    )
    await chain.append("account-1", 2)
    async with at_work(chain.relay(), chain.consumer()):
        await eventually(lambda: chain.all_in("account-1", 3))
    assert (await chain.totals())["account-1"].amounts == [1, 2]


async def test_a_relay_that_died_before_its_checkpoint_sends_again_and_nothing_doubles(chain: Chain) -> None:
    await chain.append("account-1", 1, 2, 3)
    dying = chain.relay(lease_seconds=0.2)
    lease = await dying._take()
    assert lease is not None
    events = await chain.source.store.read_sealed_after(0, 100, ["counted.v1"])
    await dying._send(events)
    await dying._stop_producer()
    async with at_work(chain.relay(lease_seconds=1.0), chain.consumer()):
        await chain.append("account-1", 4)
        await eventually(lambda: chain.all_in("account-1", 4))
    assert (await chain.totals())["account-1"].amounts == [1, 2, 3, 4]


async def test_a_restart_goes_on_where_the_rows_are(chain: Chain) -> None:
    await chain.append("account-1", 1, 2)
    async with at_work(chain.relay(), chain.consumer()):
        await eventually(lambda: chain.all_in("account-1", 2))
    await chain.append("account-1", 3)
    async with at_work(chain.relay(), chain.consumer()):
        await eventually(lambda: chain.all_in("account-1", 3))
    assert (await chain.totals())["account-1"].amounts == [1, 2, 3]


async def test_slow_work_does_not_wait_for_partitions_where_nothing_comes(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold, events = into([TOTALS]), 8
    # As long as a quiet partition may keep the broker from answering: longer than this test waits.
    monkeypatch.setattr(consumer, "_SUBSCRIBED", {**consumer._SUBSCRIBED, "fetch_max_wait_ms": 30_000})

    async def slowly(tx: Tx, fresh: Sequence[Recorded[Any]]) -> None:
        await fold(tx, fresh)
        await asyncio.sleep(0.3)

    async with at_work(chain.relay(), chain.consumer(work=slowly)):
        for amount in range(events):
            await chain.append("account-1", amount)
            await asyncio.sleep(0.1)
        await eventually(lambda: chain.all_in("account-1", events), within=15)
    assert (await chain.totals())["account-1"].amounts == list(range(events))
