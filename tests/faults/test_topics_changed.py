"""Kafka is not what it was: records gone, a topic made anew, partitions added. A named failure, never a silent jump (F24)."""

import asyncio

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete
from aiokafka.errors import KafkaError
from structlog.testing import capture_logs

from deploy.local.errors import StackError
from deploy.local.topics import Topic, ensure_topics
from services.kit.testing import eventually
from tests.faults.chain import PATIENCE, Chain, at_work
from tests.faults.load import fill
from tests.faults.oracle import administrator

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

PARTITIONS = 3


async def test_records_that_were_not_yet_taken_are_gone(chain: Chain) -> None:
    await taken(chain)
    async with at_work(chain.relay()):
        await fill(chain, 2)
        await eventually(lambda: published(chain), within=PATIENCE, what="everything being published")
    before = await rows(chain)
    await delete_all_records(chain)
    await refuses(chain, "RecordsLost")
    assert await rows(chain) == before


async def test_a_topic_made_anew(chain: Chain) -> None:
    await taken(chain)
    before = await rows(chain)
    await make_anew(chain)
    await refuses(chain, "RecordsLost")
    assert await rows(chain) == before


async def test_partitions_added(chain: Chain) -> None:
    """A key would change its place and lose its order: the start says so and does not go on."""
    admin = AIOKafkaAdminClient(bootstrap_servers=chain.place.kafka)
    await admin.start()
    try:
        await admin.create_partitions({chain.place.topic: NewPartitions(PARTITIONS + 2)})
    finally:
        await admin.close()
    with pytest.raises(StackError, match=r"has 5 partitions, contracts/topics\.yaml says 3"):
        await asyncio.to_thread(ensure_topics, chain.place.kafka, [topic_of(chain)])


async def taken(chain: Chain) -> None:
    """A first part that the consumer has, and Kafka has been told of."""
    await fill(chain, 2)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()


async def published(chain: Chain) -> bool:
    async with administrator(chain.place.source) as connection:
        done, head = await connection.fetchrow(
            "select (select position from relay), (select max(position) from events)"
        )
    return bool(done == head)


async def rows(chain: Chain) -> object:
    async with administrator(chain.place.target) as connection:
        return await connection.fetch("select * from totals order by tenant, account_id")


async def refuses(chain: Chain, error: str) -> None:
    """It says what is wrong, again and again, and takes nothing."""
    with capture_logs() as said:
        async with at_work(chain.consumer()):
            await eventually(lambda: named(said, error), within=PATIENCE, what=f"{error} being logged")


async def named(said: list[dict[str, object]], error: str) -> bool:
    failures = [line for line in said if line["event"] in ("consumer-failed", "consumer-restarted")]
    return any(line.get("error") == error for line in failures)


async def delete_all_records(chain: Chain) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=chain.place.kafka)
    await admin.start()
    try:
        everything = {TopicPartition(chain.place.topic, number): RecordsToDelete(-1) for number in range(PARTITIONS)}
        await admin.delete_records(everything)
    finally:
        await admin.close()


async def make_anew(chain: Chain) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=chain.place.kafka)
    await admin.start()
    try:
        await admin.delete_topics([chain.place.topic])
    finally:
        await admin.close()
    await eventually(lambda: made(chain), within=PATIENCE, what="the topic being there again")


async def made(chain: Chain) -> bool:
    """Deleting takes its time; until then the name is taken."""
    try:
        await asyncio.to_thread(ensure_topics, chain.place.kafka, [topic_of(chain)])
    except (StackError, KafkaError):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=chain.place.kafka)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([chain.place.topic])
        return len(described["partitions"]) == PARTITIONS
    finally:
        await admin.close()


def topic_of(chain: Chain) -> Topic:
    return Topic(name=chain.place.topic, partitions=PARTITIONS, retention_ms=-1)
