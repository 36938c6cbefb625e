"""A read model that is made from Kafka, built anew: from the topic, and where its beginning is gone from the owner's log."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from structlog.testing import capture_logs

from services.kit.cloud_events import Message
from services.kit.event_store import recorded
from services.kit.rebuild import records
from services.kit.rebuild.copies import CannotRead, Compared, RebuildRefused
from services.kit.rebuild.feed import Feed
from services.kit.record import Recorded
from services.kit.registry import Superseded, into
from services.kit.replay import Place as Standing
from services.kit.tenancy import TenantId
from services.kit.testing import eventually
from tests.databases import Database
from tests.faults.chain import TENANTS, Chain, at_work
from tests.faults.load import append_for, fill
from tests.faults.oracle import read_topic
from tests.faults.rebuilder import topics_of
from tests.integration.kit.accounts import administrator, left_over, rebuilding, rows_of
from tests.integration.kit.toy import TOTALS, translate
from tests.integration.kit.toy_log import CODEC

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

NEWER = replace(TOTALS, version=2)


async def test_the_same_rows_from_the_topic_though_it_holds_some_events_twice(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_CHUNK", 7)
    await fill(chain, 10)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    await send_again(chain, 50)
    await fill(chain, 2)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    live = await totals(chain)
    told: list[tuple[int, int]] = []
    async with rebuilding(
        chain.place.target, topics_of(chain.place), TOTALS, tell=lambda *n: told.append(n)
    ) as rebuild:
        await rebuild.build()
        compared = await rebuild.swap()
    assert all(each.equal for each in compared)
    assert sum(each.live_rows for each in compared) == 12
    assert await totals(chain) == live
    assert told == sorted(told)
    assert told[-1] == (12 * 24 + 50, 12 * 24 + 50)


async def test_under_live_writes(chain: Chain) -> None:
    async with at_work(chain.relay(), chain.consumer()):
        await fill(chain, 5)
        await chain.arrived()
        writing = asyncio.create_task(append_for(chain, 6.0))
        for _ in range(2):
            assert all(each.equal for each in await rebuilt(chain))
        await writing
        await chain.arrived()
        await chain.verify()
        assert all(each.equal for each in await rebuilt(chain))


async def test_one_tenant_only(chain: Chain) -> None:
    await fill(chain, 4)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    right = await totals(chain)
    await changed(chain, "update totals set amount = 7")
    async with rebuilding(chain.place.target, topics_of(chain.place), TOTALS, tenant=TENANTS[1]) as rebuild:
        await rebuild.build()
        await rebuild.swap_tenant(TENANTS[1])
    now = await totals(chain)
    assert [row for row in now if TENANTS[1] in row] == [row for row in right if TENANTS[1] in row]
    assert not {row for row in now if TENANTS[1] not in row} & set(right)


async def test_where_kafka_has_lost_the_beginning_the_owners_log_has_it(chain: Chain) -> None:
    await fill(chain, 10)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    await forget_beginning(chain)
    await fill(chain, 2)
    async with at_work(chain.relay()):
        await until_sent(chain, 12 * 24)
    with pytest.raises(RebuildRefused, match="no longer has the beginning"):
        await rebuilt(chain)
    live = await totals(chain)
    assert all(each.equal for each in await rebuilt(chain, feed_of(chain)))
    assert await totals(chain) == live
    async with at_work(chain.consumer()):
        await chain.arrived()
    compared = await rebuilt(chain, feed_of(chain))
    assert sum(each.built_rows for each in compared if each.equal) == 12
    await verify_totals(chain)


async def test_a_new_read_model_of_a_consumer_that_has_begun_is_not_made_from_the_middle(chain: Chain) -> None:
    await fill(chain, 3)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    await changed(chain, "delete from read_models; delete from totals")
    await fill(chain, 2)
    with capture_logs() as said:
        async with at_work(chain.relay(), chain.consumer()):
            await until_taken(chain, 5 * 24)
    assert [line["log_level"] for line in said if line["event"] == "read-model-awaits-rebuild"] == ["error"]
    assert await totals(chain) == []
    assert await rebuilt(chain) == []
    await fill(chain, 1)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    await chain.verify()


async def test_older_code_takes_nothing_past_a_newer_read_model(chain: Chain) -> None:
    await fill(chain, 2)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    async with rebuilding(chain.place.target, topics_of(chain.place), NEWER) as rebuild:
        await rebuild.build()
        await rebuild.swap()
    async with chain.pool.unscoped() as tx:
        with pytest.raises(Superseded):
            await into([TOTALS])(tx, [])
        await into([NEWER])(tx, [])


async def test_built_now_and_put_in_place_later_and_back(chain: Chain) -> None:
    await fill(chain, 3)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
        async with rebuilding(chain.place.target, topics_of(chain.place), TOTALS) as rebuild:
            await rebuild.build()
        await fill(chain, 3)
        await chain.arrived()
        async with rebuilding(chain.place.target, topics_of(chain.place), TOTALS) as rebuild:
            await rebuild.resume("shadow")
            assert all(each.equal for each in await rebuild.swap())
        await fill(chain, 3)
        await chain.arrived()
        newer = await totals(chain)
        async with rebuilding(chain.place.target, topics_of(chain.place), TOTALS) as rebuild:
            await rebuild.resume("kept")
            await rebuild.roll_back()
        assert await totals(chain) == newer
        await fill(chain, 1)
        await chain.arrived()
    await chain.verify()
    assert await left_over(chain.place.target) == ["kept toy.totals", "kept.totals"]


async def test_what_is_parked_is_left_out_and_comes_with_its_replay(chain: Chain) -> None:
    await fill(chain, 3)
    broken = chain.consumer(work=failing_on(TENANTS[0], "account-0"))
    async with at_work(chain.relay(), broken):
        await until_taken(chain, 3 * 24)
    live = await totals(chain)
    assert len(live) == 11
    assert all(each.equal for each in await rebuilt(chain))
    assert await totals(chain) == live
    mended = chain.consumer().replay()
    await mended.run(
        Standing(tenant=TENANTS[0], consumer=chain.place.group, topic=chain.place.topic, stream="account-0")
    )
    assert all(each.equal for each in await rebuilt(chain))
    await chain.verify()


async def test_a_record_nobody_can_read_is_named_by_its_place_and_nothing_changes(chain: Chain) -> None:
    await fill(chain, 2)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    live = await totals(chain)

    def cannot(type_: str, data: bytes) -> Any:
        raise ValueError(data.decode())

    source = topics_of(chain.place)
    source.told = replace(source.told, parse=cannot)
    async with rebuilding(chain.place.target, source, TOTALS) as rebuild:
        with pytest.raises(CannotRead, match=rf"^{chain.place.topic}/\d/\d+: ValueError$"):
            await rebuild.build()
    assert await totals(chain) == live


def feed_of(chain: Chain) -> Feed:
    to_message = translate(chain.place.topic)

    def publish(row: Mapping[str, Any]) -> tuple[Recorded[Any], Message | None]:
        event = recorded(CODEC.decode(row["type"], row["data"], {}), TenantId(row["tenant"]), row)
        return event, to_message(event)

    return Feed(service="toy", owner=chain.place.source.owner, published=["counted.v1"], publish=publish)


async def rebuilt(chain: Chain, *feeds: Feed) -> list[Compared]:
    async with rebuilding(chain.place.target, topics_of(chain.place, *feeds), TOTALS) as rebuild:
        await rebuild.build()
        return await rebuild.swap()


async def totals(chain: Chain) -> list[str]:
    return await rows_of(chain.place.target, "public.totals")


async def verify_totals(chain: Chain) -> None:
    """Without what Kafka has lost: the rows equal the log."""
    async with administrator(chain.place.source) as connection:
        wanted = await connection.fetch(
            "select tenant, stream, sum((data->>'amount')::int) as amount, count(*) as events from events group by 1, 2"
        )
    async with administrator(chain.place.target) as connection:
        found = await connection.fetch("select tenant, account_id, amount, events from totals")
    assert {tuple(row) for row in found} == {tuple(row) for row in wanted}


async def send_again(chain: Chain, count: int) -> None:
    """A relay that comes back from the dead: the same events once more."""
    relay = chain.relay()
    await relay._send((await chain.source.store.read_sealed_after(0, 1_000, ["counted.v1"]))[-count:])
    await relay._stop_producer()


async def forget_beginning(chain: Chain) -> None:
    """As retention does: what was sent so far is gone."""
    partitions = {TopicPartition(chain.place.topic, number) for number in range(3)}
    admin = AIOKafkaAdminClient(bootstrap_servers=chain.place.kafka)
    await admin.start()
    try:
        records = await read_topic(chain.place.kafka, chain.place.topic)
        ends = {
            partition: max(r.offset for r in records if r.partition == partition.partition) + 1
            for partition in partitions
        }
        await admin.delete_records({partition: RecordsToDelete(before_offset=end) for partition, end in ends.items()})
    finally:
        await admin.close()


async def until_sent(chain: Chain, count: int) -> None:
    """Until the relay has published so many events."""
    await probe(chain.place.source, "select coalesce(max(position), 0) >= $1 from relay", count)


async def until_taken(chain: Chain, count: int) -> None:
    """Until the consumer is past so many records."""
    await probe(chain.place.target, "select coalesce(sum(next_offset), 0) >= $1 from consumer_checkpoints", count)


async def probe(database: Database, query: str, count: int) -> None:
    async def there() -> bool:
        async with administrator(database) as connection:
            return bool(await connection.fetchval(query, count))

    await eventually(there, within=90, what=query)


def failing_on(tenant: TenantId, account: str) -> Any:
    """Work with a bug that one stream alone meets."""
    fold = into([TOTALS])

    async def work(tx: Any, events: Any) -> None:
        if any(recorded.tenant == tenant and recorded.event.account_id == account for recorded in events):
            raise ValueError("a bug")
        await fold(tx, events)

    return work


async def changed(chain: Chain, statement: str) -> None:
    async with administrator(chain.place.target) as connection:
        await connection.execute(statement)
