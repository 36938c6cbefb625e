"""Records of Kafka from one place to another, read without a group: nobody's offsets are touched."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.kit.kafka import TO_AN_END
from services.kit.kafka import connection as to
from services.kit.rebuild.standing import Taken

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

_CHUNK = 5_000
_FETCH_BYTES = 4 * 1024 * 1024
_SILENT_SECONDS = 30.0


async def chunks(kafka: str, since: Taken, until: Taken) -> AsyncGenerator[tuple[list[Record], int], None]:
    """(records, how many so far), each partition in order."""
    ends = {partition_of(key): end for key, end in until.items() if end > since.get(key, 0)}
    if not ends:
        return
    async with reader_of(kafka) as reader:
        reader.assign(list(ends))
        for partition in ends:
            reader.seek(partition, since.get(key_of(*partition), 0))
        done = 0
        while ends:
            async with asyncio.timeout(_SILENT_SECONDS):
                found = await _some(reader, ends)
            records = [
                record for partition, mine in found.items() for record in mine if record.offset < ends[partition]
            ]
            done += len(records)
            yield records, done
            ends = {p: end for p, end in ends.items() if await reader.position(p) < end}


@asynccontextmanager
async def reader_of(kafka: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader in no group: nobody's offsets are touched. It stops at what is not there rather than to go on elsewhere."""
    reader = AIOKafkaConsumer(
        **to(kafka), **TO_AN_END, auto_offset_reset="none", max_partition_fetch_bytes=_FETCH_BYTES
    )
    try:
        await reader.start()
        yield reader
    finally:
        await reader.stop()


async def _some(reader: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, list[Record]]:
    """The next records, once there are any."""
    while True:
        found: dict[TopicPartition, list[Record]] = await reader.getmany(
            *partitions, timeout_ms=500, max_records=_CHUNK
        )
        if found:
            return found


def key_of(topic: str, partition: int) -> str:
    return f"{topic}/{partition}"


def place_of(record: Record) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"


def partition_of(key: str) -> TopicPartition:
    topic, _, partition = key.rpartition("/")
    return TopicPartition(topic, int(partition))


def topic_of(key: str) -> str:
    return key.rpartition("/")[0]
