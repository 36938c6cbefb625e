"""How far a consumer is behind, and whether it gets on: asked of Kafka and of the checkpoints, not of the consumer."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kit import metrics, parking
from services.kit.kafka import KafkaAddress, heed_cancellation
from services.kit.records import RecordsLost
from services.kit.sql import queries
from services.kit.tenancy import TenantPool
from services.kit.watchdog import Progress

SQL = queries("consumer")

_EVERY_SECONDS = 2.0
_STANDING_SECONDS = 60.0


class PartitionStalled(Exception):
    """One partition has something to take and stands still, while others move."""


class Standing:
    """Since when each partition has had something to take and has not moved. `patience` in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._before: Mapping[TopicPartition, int] = {}
        self._since: dict[TopicPartition, float] = {}
        self._moved_at = 0.0

    def look(self, ends: Mapping[TopicPartition, int], taken: Mapping[TopicPartition, int], now: float) -> None:
        """Raises PartitionStalled."""
        for partition, end in ends.items():
            offset = taken.get(partition, 0)
            if offset != self._before.get(partition, 0):
                self._moved_at = now
                self._since.pop(partition, None)
            elif end > offset:
                self._since.setdefault(partition, now)
            else:
                self._since.pop(partition, None)
        self._before = dict(taken)
        for partition, since in self._since.items():
            if now - since > self._patience and self._moved_at > since:
                raise PartitionStalled(f"{partition.topic}[{partition.partition}] stands still while others move")


def require_held(
    begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int], taken: Mapping[TopicPartition, int]
) -> None:
    """That Kafka still holds what comes next. Raises RecordsLost, with the partition and the two offsets."""
    for partition, end in ends.items():
        named, offset = f"{partition.topic}[{partition.partition}]", taken.get(partition, 0)
        if end < offset:
            raise RecordsLost(f"{named} ends at {end}, {offset} was taken: it was made anew")
        if begins[partition] > offset:
            raise RecordsLost(f"{named} begins at {begins[partition]}, {offset} is next: what is between was deleted")


async def taken_by(pool: TenantPool, consumer: str) -> dict[TopicPartition, int]:
    """The next offset of each partition the consumer has ever been at."""
    async with pool.unscoped() as tx:
        rows = await tx.fetch(SQL["offsets"], consumer)
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def watch(
    pool: TenantPool, consumer: str, *, kafka: KafkaAddress, topics: Sequence[str], progress: Progress
) -> None:
    """For ever: lag of every partition, what is parked, and progress: the checkpoint moved or there is nothing to do.

    Raises RecordsLost, PartitionStalled.
    """
    observer = AIOKafkaConsumer(*topics, **kafka.options(), enable_auto_commit=False)
    before: dict[TopicPartition, int] = {}
    standing = Standing(_STANDING_SECONDS)
    try:
        await observer.start()
        observer.pause(*observer.assignment())
        while True:
            after = await taken_by(pool, consumer)
            ends = await observer.end_offsets(observer.assignment())
            require_held(await observer.beginning_offsets(observer.assignment()), ends, after)
            if _lag(ends, after) == 0 or after != before:
                progress.mark()
            standing.look(ends, after, time.monotonic())
            before = after
            await parking.count(pool, consumer)
            heed_cancellation()
            await asyncio.sleep(_EVERY_SECONDS)
    finally:
        await observer.stop()


def _lag(ends: Mapping[TopicPartition, int], taken: Mapping[TopicPartition, int]) -> int:
    for partition, end in ends.items():
        metrics.CONSUMER_LAG.labels(partition.topic, str(partition.partition)).set(end - taken.get(partition, 0))
    return sum(end - taken.get(partition, 0) for partition, end in ends.items())
