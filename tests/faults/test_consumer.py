"""Invariant 6: each event once and in order, whoever dies, sleeps or is shown the door in the middle of a batch."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import chain as flat
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.databases import Databases
from services.kit.consumer import Overtaken
from services.kit.rebuild.records import reader_of
from services.kit.record import Recorded
from services.kit.records import RecordsLost
from services.kit.registry import into
from services.kit.tenancy import Tx
from services.kit.testing import eventually
from services.kit.watchdog import Watchdog
from tests.databases import Database
from tests.faults import oracle
from tests.faults.chain import PATIENCE, Chain, at_work, make_place
from tests.faults.child import worker
from tests.faults.load import fill
from tests.faults.oracle import administrator
from tests.integration.kit.toy import TOTALS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


@pytest.fixture
async def chains(databases: Databases, keyring: Database, kafka: str, tmp_path: Path) -> AsyncIterator[list[Chain]]:
    """Three chains side by side: a session timeout is long, so its tests wait for it together."""
    opened = [await Chain.open(await make_place(databases, keyring, kafka, tmp_path)) for _ in range(3)]
    yield opened
    for chain in opened:
        await chain.close()


async def test_killed_around_the_database_commit(chains: list[Chain], tmp_path: Path) -> None:
    before, after, _ = chains
    await asyncio.gather(
        killed(before, "applied", tmp_path / "before", in_database=False),
        killed(after, "committed", tmp_path / "after", in_database=True),
    )


async def killed(chain: Chain, point: str, log: Path, *, in_database: bool) -> None:
    await fill(chain)
    async with at_work(chain.relay()), worker("consumer", point, chain.place, log) as consumer:
        await consumer.at(point)
        await consumer.kill()
        assert (await chain.taken() > 0) == in_database
        assert sum((await committed(chain)).values()) == 0
        await fill(chain)
        async with at_work(chain.consumer()):
            await chain.arrived()
    await chain.verify(sent_again=False)


async def test_batches_that_outlive_a_rebalance(chains: list[Chain], tmp_path: Path) -> None:
    points = ["received", "applied", "committed"]
    await asyncio.gather(*(outlives(chain, p, tmp_path / p) for chain, p in zip(chains, points, strict=True)))


async def outlives(chain: Chain, point: str, log: Path) -> None:
    """The group shares out anew while a member is in the middle of its batch; half of it is then another's."""
    await fill(chain)
    async with at_work(chain.relay()), worker("consumer", point, chain.place, log) as first:
        await first.at(point)
        async with at_work(chain.consumer()):
            await eventually(lambda: has_members(chain, 2), within=PATIENCE, what="the second member having joined")
            first.wake()
            await fill(chain)
            await chain.arrived()
            await chain.verify(sent_again=False)
        await fill(chain)
        await chain.arrived()
        assert first.alive
    await chain.verify(sent_again=False)


async def test_zombies(chains: list[Chain], tmp_path: Path) -> None:
    points = ["received", "applied", "committed"]
    await asyncio.gather(*(zombie(chain, p, tmp_path / p) for chain, p in zip(chains, points, strict=True)))


async def zombie(chain: Chain, point: str, log: Path) -> None:
    """A member frozen past its session; the group goes on without it; it wakes in the middle of its batch and works again."""
    await fill(chain)
    async with at_work(chain.relay()), worker("consumer", point, chain.place, log) as frozen:
        await frozen.at(point)
        frozen.freeze()
        async with at_work(chain.consumer()):
            await fill(chain)
            await chain.arrived()
            frozen.wake()
            await fill(chain)
            await chain.arrived()
            await eventually(lambda: has_members(chain, 2), within=PATIENCE, what="the woken member being back")
            await fill(chain)
            await chain.arrived()
        await fill(chain)
        await chain.arrived()
        assert frozen.alive
    await chain.verify(sent_again=False)


async def test_the_checkpoint_moves_from_where_a_batch_began_and_under_its_epoch_only(chain: Chain) -> None:
    """The net under the group protocol: by compare-and-set, whatever the members believe."""
    partition = TopicPartition(chain.place.topic, 0)
    late, owner = chain.consumer(), chain.consumer()
    records = [SimpleNamespace(offset=0)]
    async with chain.pool.unscoped() as tx:
        (overtaken,) = await late._claims(tx, {partition: records})
    async with chain.pool.unscoped() as tx:
        (claim,) = await owner._claims(tx, {partition: records})
        await owner._move(tx, [claim])
    for stale in (overtaken, replace(overtaken, next_offset=1), claim):
        with pytest.raises(Overtaken):
            async with chain.pool.unscoped() as tx:
                await late._move(tx, [stale])


async def test_going_back_is_no_less_for_a_batch_that_is_tried_again(chain: Chain) -> None:
    """One partition begins behind its checkpoint, and the work for another fails: the second try is no second sight of a gap."""
    failing = [ConnectionError()]
    fold = into([TOTALS])

    async def work(tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        await fold(tx, events)
        if failing:
            raise failing.pop()

    await fill(chain)
    async with at_work(chain.relay()):
        await eventually(lambda: all_published(chain), within=PATIENCE, what="everything being published")
    records = await oracle.read_topic(chain.place.kafka, chain.place.topic)
    behind, *others = ([*mine] for _, mine in groupby(records, key=attrgetter("topic", "partition")))
    batch = [*behind[1:], *flat(*others)]
    consumer, partition = chain.consumer(work=work), TopicPartition(chain.place.topic, behind[0].partition)
    async with reader_of(chain.place.kafka) as reader:
        reader.assign([partition])
        with pytest.raises(ConnectionError):
            await consumer.take(reader, batch)
        await consumer.take(reader, batch)
        assert await reader.position(partition) == behind[0].offset
        assert await chain.taken() == len(records) - len(behind)
        with pytest.raises(RecordsLost):
            await consumer.take(reader, batch)
        await consumer.take(reader, behind)
    await chain.verify(sent_again=False)


async def all_published(chain: Chain) -> bool:
    records = await oracle.read_topic(chain.place.kafka, chain.place.topic)
    return len(records) == await oracle.public_events(chain.place.source)


async def test_killed_while_projecting(chain: Chain, tmp_path: Path) -> None:
    await fill(chain)
    async with worker("projector", "applied", chain.place, tmp_path / "log") as projector:
        await projector.at("applied")
        await projector.kill()
    async with at_work(chain.relay(), chain.consumer(), chain.projector()):
        await fill(chain)
        await chain.arrived()
        await chain.projected()
    await chain.verify(sent_again=False)


async def test_a_consumer_that_is_stuck_looks_stuck(chain: Chain) -> None:
    """Alive, connected, and doing nothing while there is something to do: what the watchdog has to see."""
    watchdog = Watchdog(limit=8.0)
    holding = asyncio.Event()

    async def work(tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        await holding.wait()

    progress = watchdog.watch("consumer")
    await fill(chain)
    async with at_work(chain.relay(), chain.consumer(work=work, progress=progress)):
        await eventually(lambda: stuck(watchdog), within=PATIENCE, what="the consumer being called stuck")
        holding.set()
        await eventually(lambda: stuck(watchdog, "nobody"), within=PATIENCE, what="nobody being stuck any more")


async def stuck(watchdog: Watchdog, who: str = "consumer") -> bool:
    return (watchdog.stuck() or ["nobody"]) == [who]


async def test_a_jump_that_the_checkpoint_does_not_explain(chain: Chain) -> None:
    """The read model's database is set back, as by a restore: Kafka goes on where it was, the consumer does not."""
    await fill(chain)
    async with at_work(chain.relay()):
        async with at_work(chain.consumer()):
            await chain.arrived()
            await eventually(lambda: all_told(chain), within=PATIENCE, what="Kafka having been told")
        async with administrator(chain.place.target) as connection:
            await connection.execute("truncate totals, stream_versions")
            await connection.execute("update consumer_checkpoints set next_offset = 0")
        await fill(chain)
        async with at_work(chain.consumer()):
            await chain.arrived()
    await chain.verify(sent_again=False)


async def all_told(chain: Chain) -> bool:
    return sum((await committed(chain)).values()) == await chain.taken()


async def has_members(chain: Chain, count: int) -> bool:
    """The group has so many members and has agreed on who takes what."""
    admin = AIOKafkaAdminClient(bootstrap_servers=chain.place.kafka)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([chain.place.group])
        (group,) = answer.groups
        return group[2] == "Stable" and len(group[5]) == count
    finally:
        await admin.close()


async def committed(chain: Chain) -> dict[int, int]:
    """What Kafka has been told: the next offset of each partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=chain.place.kafka)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(chain.place.group)
        return {partition.partition: told.offset for partition, told in offsets.items()}
    finally:
        await admin.close()
