"""Single records of Kafka, read again by where they lie."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kit.intake import arrive
from services.kit.kafka import TO_AN_END, KafkaAddress
from services.kit.parking import Arrived, Pointer
from services.kit.systemic import Systemic
from services.kit.tenancy import TenantId

_LIMIT_SECONDS = 20.0


class RecordsLost(Systemic):
    """Kafka no longer holds a record that is asked for."""


class KafkaRecords:
    def __init__(self, kafka: KafkaAddress) -> None:
        self._kafka = kafka

    async def read(self, tenant: TenantId, topic: str, stream: str, pointers: Sequence[Pointer]) -> list[Arrived]:
        """The records at these places, in this order. Raises RecordsLost, TimeoutError, and what Kafka raises."""
        reader = AIOKafkaConsumer(**self._kafka.options(), **TO_AN_END, auto_offset_reset="none")
        try:
            await reader.start()
            partitions = {TopicPartition(topic, pointer.partition) for pointer in pointers}
            reader.assign(partitions)
            begins, ends = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
            for pointer in pointers:
                partition = TopicPartition(topic, pointer.partition)
                if not begins[partition] <= pointer.offset < ends[partition]:
                    raise _lost(topic, pointer)
            return [await _one(reader, topic, pointer) for pointer in pointers]
        finally:
            await reader.stop()


async def _one(reader: AIOKafkaConsumer, topic: str, pointer: Pointer) -> Arrived:
    partition = TopicPartition(topic, pointer.partition)
    reader.seek(partition, pointer.offset)
    async with asyncio.timeout(_LIMIT_SECONDS):
        record = await reader.getone(partition)
    arrived = arrive(record)
    # A topic that was made anew has other records at the same places.
    if record.offset != pointer.offset or pointer.event_id not in (None, arrived.pointer.event_id):
        raise _lost(topic, pointer)
    return arrived


def _lost(topic: str, pointer: Pointer) -> RecordsLost:
    return RecordsLost(f"{topic}[{pointer.partition}] no longer has record {pointer.offset}")
