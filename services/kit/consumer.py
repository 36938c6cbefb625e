"""Take public events from Kafka exactly once in effect.

Delivery is FastStream's; the truth is the checkpoint row, moved by compare-and-set in the same transaction as the rows a batch
makes. A record below the checkpoint was taken before. A batch that begins above it is a jump nobody explained: go back. Within a
stream the version guard drops what was sent twice and stops at what is missing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from services.kit import metrics
from services.kit.cloud_events import read
from services.kit.guard import unseen
from services.kit.read_model import ReadModel, by_tenant
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.tenancy import TenantPool, Tx, set_tenant
from services.kit.watchdog import Progress

SQL = queries("consumer")
log = structlog.get_logger(__name__)

Parse = Callable[[str, bytes], Any]
Work = Callable[[Tx, Sequence[Recorded[Any]]], Awaitable[None]]
Records = Sequence["ConsumerRecord[bytes, bytes]"]

_RECORDS = 2_000
_RESTART_SECONDS = 1.0
_GRACE_SECONDS = 5.0
_TELL_SECONDS = 5.0


class Overtaken(Exception):
    """Another member of the group has moved this partition's checkpoint."""


class RecordsLost(Exception):
    """Kafka no longer holds the record the checkpoint asks for."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A partition's share of a batch: from the checkpoint on."""

    partition: TopicPartition
    next_offset: int
    epoch: int
    records: Records


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc] # shipped without types
    """`name` is permanent: it is the Kafka group and the key of the checkpoint. `work` turns fresh events into rows or commands."""

    def __init__(
        self,
        pool: TenantPool,
        *,
        name: str,
        kafka: str,
        topics: Sequence[str],
        parse: Parse,
        work: Work,
        progress: Progress,
    ) -> None:
        self._pool = pool
        self._name = name
        self._kafka = kafka
        self._topics = list(topics)
        self._parse = parse
        self._work = work
        self._progress = progress
        self._epochs: dict[TopicPartition, int] = {}
        self._rewound: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        """Until cancelled: take batches, and watch that they move; when either database or Kafka fails, join the group anew."""
        while True:
            self._progress.mark()
            try:
                await self._follow()
            except Exception:
                log.exception("consumer-restarted", consumer=self._name)
            await asyncio.sleep(_RESTART_SECONDS)

    async def _follow(self) -> None:
        broker = KafkaBroker(self._kafka, logger=None, consumer_only=True, graceful_timeout=_GRACE_SECONDS)
        broker.subscriber(
            *self._topics,
            group_id=self._name,
            batch=True,
            max_records=_RECORDS,
            batch_timeout_ms=50,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=500,
            session_timeout_ms=10_000,
            listener=self,
            no_reply=True,
        )(self._receive)
        try:
            await broker.start()
            await self._watch()
        finally:
            await broker.stop()

    def on_partitions_revoked(self, revoked: Any) -> None:
        """A partition that is given back has to be owned anew."""
        self._epochs.clear()

    def on_partitions_assigned(self, assigned: Any) -> None:
        self._epochs.clear()
        self._rewound.clear()

    async def _receive(self, msg: KafkaMessage) -> None:
        records: Records = msg.raw_message
        pause, overtaken = 0.1, False
        while True:
            try:
                await (self._go_back if overtaken else self.take)(msg.consumer, records)
                return
            except Overtaken:
                overtaken = True
                metrics.CONSUMER_REJECTED.inc()
                log.warning("consumer-overtaken", consumer=self._name)
            except Exception:
                # Never skip: the same batch again, later and later. What has to be parked is a decision for an operator.
                log.exception("consumer-failed", consumer=self._name)
                self._progress.mark()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)

    async def take(self, consumer: Any, records: Records) -> None:
        """Apply a batch and move the checkpoints, in one transaction.

        Raises Overtaken, StreamGap, RecordsLost, or what `work` raises.
        """
        grouped: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = {}
        for record in records:
            grouped.setdefault(TopicPartition(record.topic, record.partition), []).append(record)
        async with self._pool.unscoped() as tx:
            claims = [
                claim
                for partition in sorted(grouped)
                if (claim := await self._claim(tx, consumer, partition, grouped[partition]))
            ]
            fresh = await self._fresh(tx, claims)
            await self._work(tx, fresh)
            for claim in claims:
                await self._move(tx, claim)
        self._epochs.update({claim.partition: claim.epoch for claim in claims})
        offsets = {claim.partition: claim.records[-1].offset + 1 for claim in claims}
        metrics.CONSUMER_RECORDS.labels("applied").inc(len(fresh))
        self._progress.mark()
        if offsets:
            await self._tell_kafka(consumer, offsets)

    async def _tell_kafka(self, consumer: Any, offsets: dict[TopicPartition, int]) -> None:
        """For tools that show lag. The batch is done whether Kafka hears of it or not: the truth is the checkpoint."""
        try:
            async with asyncio.timeout(_TELL_SECONDS):
                await consumer.commit(offsets)
        except (KafkaError, TimeoutError) as error:
            log.warning("offsets-not-told", consumer=self._name, error=type(error).__name__)

    async def _claim(self, tx: Tx, consumer: Any, partition: TopicPartition, records: Records) -> _Claim | None:
        next_offset, epoch = await self._checkpoint(tx, partition, records[0].offset)
        if partition not in self._epochs:
            epoch = await tx.fetchval(SQL["own"], self._name, partition.topic, partition.partition)
        elif self._epochs[partition] != epoch:
            raise Overtaken
        if records[0].offset > next_offset:
            self._rewind(consumer, partition, next_offset, records[0].offset)
            return None
        self._rewound.pop(partition, None)
        waiting = [record for record in records if record.offset >= next_offset]
        if not waiting:
            _seek(consumer, partition, next_offset)
            return None
        return _Claim(partition, next_offset, epoch, waiting)

    async def _checkpoint(self, tx: Tx, partition: TopicPartition, first_offset: int) -> tuple[int, int]:
        where = (self._name, partition.topic, partition.partition)
        row = await tx.fetchrow(SQL["checkpoint"], *where)
        if row is None:
            # The first start begins at the oldest record Kafka holds; a joining member may be shown a later one first.
            await tx.execute(SQL["begin"], *where, 0)
            row = await tx.fetchrow(SQL["checkpoint"], *where)
        return (row["next_offset"], row["epoch"]) if row else (0, 0)

    async def _go_back(self, consumer: Any, records: Records) -> None:
        """Begin again at the checkpoints; a partition that is no longer ours is left to its new owner."""
        self._epochs.clear()
        taken = await self._offsets()
        for partition in {TopicPartition(record.topic, record.partition) for record in records}:
            _seek(consumer, partition, taken.get(partition, 0))

    def _rewind(self, consumer: Any, partition: TopicPartition, checkpoint: int, seen: int) -> None:
        if self._rewound.get(partition) == checkpoint:
            raise RecordsLost(
                f"{partition.topic}[{partition.partition}] has no record {checkpoint}, the next is {seen}"
            )
        log.warning(
            "consumer-rewound", topic=partition.topic, partition=partition.partition, checkpoint=checkpoint, seen=seen
        )
        metrics.CONSUMER_SEEKS.inc()
        self._rewound[partition] = checkpoint
        _seek(consumer, partition, checkpoint)

    async def _fresh(self, tx: Tx, claims: Sequence[_Claim]) -> list[Recorded[Any]]:
        """The events that were not taken before, each stream in order; the streams' versions are moved on."""
        fresh: list[Recorded[Any]] = []
        for topic in sorted({claim.partition.topic for claim in claims}):
            mine = [claim for claim in claims if claim.partition.topic == topic]
            events = [self._read(record) for claim in mine for record in claim.records]
            for tenant, theirs in by_tenant(events).items():
                await set_tenant(tx, tenant)
                fresh += await unseen(tx, tenant, self._name, topic, theirs)
        return fresh

    def _read(self, record: "ConsumerRecord[bytes, bytes]") -> Recorded[Any]:
        envelope = read(None, record.headers)
        return replace(envelope, event=self._parse(envelope.type, record.value or b""))

    async def _move(self, tx: Tx, claim: _Claim) -> None:
        moved = await tx.fetchval(
            SQL["move"],
            self._name,
            claim.partition.topic,
            claim.partition.partition,
            claim.next_offset,
            claim.epoch,
            claim.records[-1].offset + 1,
        )
        if moved is None:
            raise Overtaken

    async def _watch(self) -> None:
        """Lag of every partition, and progress: the checkpoint moved or there is nothing to do."""
        observer = AIOKafkaConsumer(*self._topics, bootstrap_servers=self._kafka, enable_auto_commit=False)
        before: dict[TopicPartition, int] = {}
        try:
            await observer.start()
            observer.pause(*observer.assignment())
            while True:
                after = await self._offsets()
                lag = await self._lag(observer, after)
                if lag == 0 or after != before:
                    self._progress.mark()
                before = after
                await asyncio.sleep(2.0)
        finally:
            await observer.stop()

    async def _offsets(self) -> dict[TopicPartition, int]:
        async with self._pool.unscoped() as tx:
            rows = await tx.fetch(SQL["offsets"], self._name)
        return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def _lag(self, observer: AIOKafkaConsumer, taken: dict[TopicPartition, int]) -> int:
        ends = await observer.end_offsets(observer.assignment())
        for partition, end in ends.items():
            metrics.CONSUMER_LAG.labels(partition.topic, str(partition.partition)).set(end - taken.get(partition, 0))
        return sum(end - taken.get(partition, 0) for partition, end in ends.items())


def _seek(consumer: Any, partition: TopicPartition, offset: int) -> None:
    """Read on from here; a partition that has become another member's is left to it."""
    if partition in consumer.assignment():
        consumer.seek(partition, offset)


def into(models: Sequence[ReadModel[Any, Any]]) -> Work:
    """Work that folds fresh events into read models."""

    async def work(tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        for tenant, mine in by_tenant(events).items():
            await set_tenant(tx, tenant)
            for model in models:
                await model.apply(tx, tenant, mine)

    return work
