"""What Kafka holds of one store, as far as its end tells: the last records of the partitions its events go to."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.kit.cloud_events import REPUBLISHED
from services.kit.kafka import TO_AN_END, connection

SET_BACK = "store-set-back"
"""Why a store takes and publishes nothing: Kafka holds more of it than it does itself."""
_LOOK_BACK = 200
"""Records of each partition to look at first: about what one batch of the publisher puts there, which it may have sent twice."""
_FURTHER = 8
_FURTHEST = 20_000
_LIMIT_SECONDS = 20.0


async def newest_of(kafka: str, topics: Sequence[str], source: str) -> dict[int, UUID]:
    """{position: event id} of this source's last records; empty when there is none.

    Looks further back in a partition only while nothing but others' records, or records sent again by hand, are at its end.
    Raises TimeoutError, and what Kafka raises.
    """
    consumer = AIOKafkaConsumer(*topics, **connection(kafka), **TO_AN_END)
    async with asyncio.timeout(_LIMIT_SECONDS):
        try:
            await consumer.start()
            return await _look_back(consumer, source)
        finally:
            await consumer.stop()


async def _look_back(consumer: AIOKafkaConsumer, source: str) -> dict[int, UUID]:
    partitions = consumer.assignment()
    begins = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    looking = {partition: end for partition, end in ends.items() if end > begins[partition]}
    found: dict[int, UUID] = {}
    back = _LOOK_BACK
    while looking:
        starts = {partition: max(begins[partition], ends[partition] - back) for partition in looking}
        mine = {partition: own for partition, own in (await _read(consumer, starts, looking, source)).items() if own}
        found.update(pair for own in mine.values() for pair in own.items())
        looking = {
            partition: starts[partition]
            for partition in looking
            if partition not in mine and starts[partition] > begins[partition] and back < _FURTHEST
        }
        back *= _FURTHER
    return found


async def _read(
    consumer: AIOKafkaConsumer,
    starts: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
    source: str,
) -> dict[TopicPartition, dict[int, UUID]]:
    """This source's records from each start up to each end."""
    found: dict[TopicPartition, dict[int, UUID]] = {partition: {} for partition in starts}
    for partition, start in starts.items():
        consumer.seek(partition, start)
    waiting = set(starts)
    while waiting:
        for partition, records in (await consumer.getmany(*waiting, timeout_ms=200)).items():
            wanted = (record for record in records if record.offset < ends[partition])
            found[partition].update(pair for record in wanted if (pair := _own(record, source)))
        waiting = {partition for partition in waiting if await consumer.position(partition) < ends[partition]}
    return found


def _own(record: "ConsumerRecord[Any, Any]", source: str) -> tuple[int, UUID] | None:
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    if headers.get("ce_source") != source or REPUBLISHED in headers or "ce_position" not in headers:
        return None
    return int(headers["ce_position"]), UUID(headers["ce_id"])
