"""Read whole topics, up to where they ended when the reading began."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.kit.kafka import TO_AN_END, connection

Record: TypeAlias = "ConsumerRecord[Any, Any]"
_MOST = 5_000


@asynccontextmanager
async def reading(kafka: str, topics: Sequence[str]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of these topics in no group, at their beginning."""
    consumer = AIOKafkaConsumer(*topics, **connection(kafka), **TO_AN_END, auto_offset_reset="earliest")
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def batches(consumer: AIOKafkaConsumer) -> AsyncIterator[Sequence[Record]]:
    """Every record up to the present ends, each partition in its order; a batch is of one partition."""
    begins, ends = await span(consumer)
    waiting = {partition for partition, end in ends.items() if end > begins[partition]}
    for partition in waiting:
        consumer.seek(partition, begins[partition])
    while waiting:
        got = await consumer.getmany(*waiting, timeout_ms=500, max_records=_MOST)
        for partition, records in got.items():
            yield [record for record in records if record.offset < ends[partition]]
        waiting = {partition for partition in waiting if await consumer.position(partition) < ends[partition]}


async def span(consumer: AIOKafkaConsumer) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
    """The first offset each partition still holds, and the one its next record will have."""
    partitions = consumer.assignment()
    return await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)


async def cluster_of(kafka: str) -> str:
    """The id a Kafka was given when its storage was made; another one holds other records."""
    admin = AIOKafkaAdminClient(**connection(kafka))
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


def headers_of(record: Record) -> dict[str, str]:
    return {name: (value or b"").decode(errors="replace") for name, value in record.headers}
