"""F6 and F23: a log that comes back from a dump, with what was published since lost from it, and with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.databases import Databases
from deploy.local.errors import StackError
from deploy.local.topics import Topic, ensure_topics
from deploy.operations.postgres_tools import dump, load
from deploy.operations.reconcile import mend, plan_mending
from deploy.operations.relay import relay_status, verify_relay
from services.kit.errors import StoreHeld
from services.kit.relay import Relay
from services.kit.testing import eventually
from tests.databases import Database
from tests.faults import oracle
from tests.faults.chain import NOW, PATIENCE, TENANTS, Chain, at_work
from tests.faults.load import fill
from tests.integration.kit.toy_log import Counted, Opened, Toy

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


async def dumped(database: Database, file: Path) -> Path:
    """A dump of the database as it is now."""
    async with oracle.administrator(database) as connection, connection.transaction(isolation="repeatable_read"):
        await dump(database.admin, file, await connection.fetchval("select pg_export_snapshot()"))
    return file


async def set_back(databases: Databases, database: Database, file: Path) -> None:
    """The database as the dump has it, and nothing else of what it had."""
    connection = await asyncpg.connect(databases.admin)
    await connection.execute(f'drop database "{database.name}" with (force)')
    await connection.close()
    await asyncio.to_thread(databases.ensure, [database.name])
    await load(database.admin, file, f"{database.name}_owner")


async def published(chain: Chain) -> None:
    """Everything appended so far reaches the topic and the read model."""
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()


async def private(chain: Chain, stream: str) -> None:
    """An event that never leaves the store."""
    opened = Opened(account_id=stream, owner="Ann Example", occurred_at=NOW)
    await chain.source.store.append(
        TENANTS[0], stream, expected=None, events=[opened], command_id=uuid4(), actor="test", occurred_at=NOW
    )


@asynccontextmanager
async def refusing(chain: Chain) -> AsyncIterator[Relay[Toy]]:
    """A relay at work that has said no."""
    relay = chain.relay()

    async def refused() -> bool:
        return bool(relay.refuses)

    async with at_work(relay):
        await eventually(refused, within=PATIENCE, what="the relay refusing")
        yield relay


async def reconciled(chain: Chain) -> tuple[int, int]:
    """Events brought back, and places left empty."""
    mending = await plan_mending(chain.place.source.admin, chain.place.kafka, oracle.publication(chain.place.topic))
    await mend(chain.place.source.owner, mending)
    return len(mending.returned), len(mending.empty)


async def appending(chain: Chain, stream: str = "account-0") -> None:
    event = Counted(account_id=stream, amount=1, occurred_at=NOW)
    await chain.source.store.append(
        TENANTS[0], stream, expected=None, events=[event], command_id=uuid4(), actor="test", occurred_at=NOW
    )


async def test_a_log_older_than_kafka_refuses_until_it_is_reconciled(
    chain: Chain, databases: Databases, tmp_path: Path
) -> None:
    await fill(chain)
    await published(chain)
    file = await dumped(chain.place.source, tmp_path / "toy.dump")
    kept = dict(chain.answers)
    await private(chain, "account-0")
    await fill(chain)
    await private(chain, "account-never-published")
    await chain.append("account-0", 7)
    await published(chain)
    head = await chain.source.store.head()
    await set_back(databases, chain.place.source, file)
    chain.answers = kept
    async with refusing(chain) as relay:
        with pytest.raises(StoreHeld) as held:
            await appending(chain)
        assert held.value.slug == "store-held"
        assert f"the log ends at {len(kept) * 2}, Kafka holds up to {head}" in relay.refuses
        assert await reconciled(chain) == (12 * 3 * 2 + 1, 2)
        async with at_work(chain.consumer()):
            await eventually(lambda: goes_on(relay), within=PATIENCE, what="the relay going on by itself")
            await fill(chain)
            await chain.arrived()
    assert await chain.source.store.head() == head + 12 * 3 * 2
    await chain.verify()


async def test_what_came_back_is_published_again_into_another_kafka(
    chain: Chain, databases: Databases, tmp_path: Path
) -> None:
    """Who hears of it all for the first time misses nothing, neither what came back nor what came after it."""
    await fill(chain, 1)
    await published(chain)
    file = await dumped(chain.place.source, tmp_path / "toy.dump")
    await fill(chain, 1)
    await published(chain)
    await set_back(databases, chain.place.source, file)
    chain.answers.clear()
    await reconciled(chain)
    await fill(chain, 1)
    place = replace(chain.place, topic=f"{chain.place.topic}-anew")
    await asyncio.to_thread(ensure_topics, place.kafka, [Topic(name=place.topic, partitions=3, retention_ms=-1)])
    async with oracle.administrator(place.source) as connection:
        await connection.execute("update relay set position = 0")
        await connection.execute(
            "alter table events disable trigger append_only; "
            f"update events set data = data || '{{\"topic\": \"{place.topic}\"}}' where type = 'recovered.v1'; "
            "alter table events enable trigger append_only"
        )
    async with oracle.administrator(place.target) as connection:
        await connection.execute("truncate totals, stream_versions, consumer_checkpoints")
    chain.place = place
    await published(chain)
    await chain.verify(sent_again=False)


async def goes_on(relay: Relay[Toy]) -> bool:
    return not relay.refuses


async def test_nothing_is_appended_to_a_copy_before_it_was_compared(
    chain: Chain, databases: Databases, tmp_path: Path
) -> None:
    """Not even in the moment before its relay has looked: the copy knows that it is one."""
    await fill(chain)
    await published(chain)
    await set_back(databases, chain.place.source, await dumped(chain.place.source, tmp_path / "toy.dump"))
    with pytest.raises(StoreHeld):
        await appending(chain)
    (held,) = (await operations_verify(chain)).findings
    assert held.check == "held"
    async with at_work(chain.relay(), chain.consumer()):
        await eventually(lambda: is_open(chain), within=PATIENCE, what="the log being open")
        await fill(chain)
        await chain.arrived()
    await chain.verify(sent_again=False)


async def operations_verify(chain: Chain) -> oracle.operations.Checked:
    return await oracle.operations.verify_store(chain.place.source.admin, "toy")


async def is_open(chain: Chain) -> bool:
    return (await relay_status(chain.place.source.admin, chain.place.kafka, oracle.publication(chain.place.topic))).open


async def test_a_log_that_went_another_way_is_not_reconciled(
    chain: Chain, databases: Databases, tmp_path: Path
) -> None:
    """Somebody opened it by hand and went on: the same position holds two events. It is refused, and so is the mending."""
    await fill(chain, 1)
    await published(chain)
    file = await dumped(chain.place.source, tmp_path / "toy.dump")
    await fill(chain, 1)
    await published(chain)
    await set_back(databases, chain.place.source, file)
    async with oracle.administrator(chain.place.source) as connection:
        await connection.execute("select store_open()")
    chain.answers.clear()
    await fill(chain, 3)
    async with refusing(chain) as relay:
        assert "they first differ at 25" in relay.refuses
        with pytest.raises(StackError, match="has other events than Kafka at 24 positions, the first is 25"):
            await reconciled(chain)
        compared = await verify_relay(
            chain.place.source.admin, chain.place.kafka, oracle.publication(chain.place.topic)
        )
    assert {finding.check for finding in compared.findings} == {"unknown"}


async def test_a_consumer_set_back_reads_on_from_where_its_rows_are(
    chain: Chain, databases: Databases, tmp_path: Path
) -> None:
    """Its checkpoint came back with its rows; Kafka's own word for the group is ahead of it."""
    await fill(chain)
    await published(chain)
    file = await dumped(chain.place.target, tmp_path / "target.dump")
    await fill(chain)
    await published(chain)
    await set_back(databases, chain.place.target, file)
    assert await chain.taken() == 12 * 3 * 2
    await published(chain)
    await chain.verify(sent_again=False)
