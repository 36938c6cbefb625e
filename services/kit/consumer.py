"""Take public events from Kafka exactly once in effect.

Delivery is FastStream's; the truth is the checkpoint row, moved by compare-and-set in the same transaction as the rows a batch
makes. A record below the checkpoint was taken before. A batch that begins above it is a jump nobody explained: go back. Within a
stream the version guard drops what was sent twice and stops at what is missing. What fails parks its stream (kit/intake.py).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker, KafkaMessage

from services.kit import metrics
from services.kit.delivery import SUBSCRIBED, next_batch, security_of
from services.kit.guard import StreamGap
from services.kit.intake import Intake, Parse, Work
from services.kit.kafka import KafkaAddress, heed_cancellation
from services.kit.lag import taken_by, watch
from services.kit.parking import EveryStreamFails, Outcome
from services.kit.records import KafkaRecords, RecordsLost
from services.kit.replay import Replay
from services.kit.sql import queries
from services.kit.systemic import Systemic, is_systemic
from services.kit.tenancy import TenantPool, Tx
from services.kit.watchdog import Progress

SQL = queries("consumer")
log = structlog.get_logger(__name__)

Records = Sequence["ConsumerRecord[bytes, bytes]"]
How = Callable[[Tx, Records], Awaitable[Outcome]]
_Numbers = dict[TopicPartition, int]

_RESTART_SECONDS = 1.0
_GRACE_SECONDS = _TELL_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 10.0


class Overtaken(Systemic):
    """Another member of the group has moved this partition's checkpoint."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A partition's share of a batch: from the checkpoint on. Empty when all was taken before, or when it begins behind a jump."""

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
        self._kafka = KafkaAddress.parse(kafka)
        self._topics = list(topics)
        self._intake = Intake(name, parse, work)
        self._progress = progress
        self._epochs: dict[TopicPartition, int] = {}
        self._rewound: dict[TopicPartition, int] = {}
        self._paused_for = _FIRST_PAUSE
        self._member: Any = None

    async def run(self) -> None:
        """Until cancelled: take batches, and watch that they move; when either database or Kafka fails, join the group anew."""
        while True:
            self._progress.mark()
            try:
                await self._follow()
            except Exception as error:
                log.exception("consumer-restarted", consumer=self._name, error=type(error).__name__)
            heed_cancellation()
            await asyncio.sleep(_RESTART_SECONDS)

    async def _follow(self) -> None:
        broker = KafkaBroker(
            self._kafka.servers,
            security=security_of(self._kafka),
            logger=None,
            consumer_only=True,
            apply_types=False,
            graceful_timeout=_GRACE_SECONDS,
        )
        self._member = broker.subscriber(*self._topics, group_id=self._name, listener=self, **SUBSCRIBED)
        self._member.get_msg = next_batch
        self._member(self._receive)
        try:
            await broker.start()
            heed_cancellation()
            await watch(self._pool, self._name, kafka=self._kafka, topics=self._topics, progress=self._progress)
        finally:
            await broker.stop()

    def replay(self) -> Replay:
        """Tries again what stands still for this consumer, with the work it does itself."""
        return Replay(self._pool, KafkaRecords(self._kafka), self._intake.again)

    def on_partitions_revoked(self, revoked: Any) -> None:
        """A partition that is given back has to be owned anew."""
        self._epochs.clear()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Begin at the checkpoints: a database that was set back, as by a restore, is behind what Kafka was told."""
        self._epochs.clear()
        self._rewound.clear()
        taken = await taken_by(self._pool, self._name)
        for partition in taken.keys() & assigned:
            _seek(self._member.consumer, partition, taken[partition])

    async def _receive(self, msg: KafkaMessage) -> None:
        records: Records = msg.raw_message
        pause, lost = _FIRST_PAUSE, False
        while True:
            try:
                await (self._go_back if lost else self.take)(msg.consumer, records)
                return
            except Overtaken:
                lost = True
                metrics.CONSUMER_REJECTED.inc()
                log.warning("consumer-overtaken", consumer=self._name)
            except EveryStreamFails:
                # Not the same batch again but a new one: among what has come meanwhile there may be something that works.
                lost = True
                await self._pause()
            except Exception as error:
                # Never skip: the same batch again, later and later. What was an event's fault has parked its stream.
                log.exception("consumer-failed", consumer=self._name, error=type(error).__name__)
                self._progress.mark()
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _pause(self) -> None:
        metrics.CONSUMER_PAUSED.labels(self._name).set(1)
        log.critical("consumer-paused", consumer=self._name, seconds=self._paused_for)
        self._progress.mark()
        await asyncio.sleep(self._paused_for)
        self._paused_for = min(self._paused_for * 2, _LONGEST_PAUSE)

    async def take(self, consumer: Any, records: Records) -> None:
        """Apply a batch and move the checkpoints, in one transaction. What cannot be handled parks its stream.

        Raises Overtaken, StreamGap, RecordsLost, EveryStreamFails, or what is wrong with the system.
        """
        try:
            await self._take(consumer, records, self._intake.whole)
        except Exception as error:
            if is_systemic(error) and not isinstance(error, StreamGap):
                raise
            log.warning("batch-taken-apart", consumer=self._name, error=type(error).__name__)
            await self._take(consumer, records, self._intake.apart)

    async def _take(self, consumer: Any, records: Records, how: How) -> None:
        grouped: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = {}
        for record in records:
            grouped.setdefault(TopicPartition(record.topic, record.partition), []).append(record)
        async with self._pool.unscoped() as tx:
            found = await self._claims(tx, grouped)
            claims = [claim for claim in found if claim.records]
            outcome = await how(tx, [record for claim in claims for record in claim.records])
            await self._move(tx, claims)
        self._committed(claims, outcome)
        offsets = {claim.partition: claim.records[-1].offset + 1 for claim in claims}
        if offsets:
            await self._tell_kafka(consumer, offsets)
        for claim in found:
            self._read_on(consumer, claim, grouped[claim.partition][0].offset)

    def _committed(self, claims: Sequence[_Claim], outcome: Outcome) -> None:
        self._epochs.update({claim.partition: claim.epoch for claim in claims})
        self._intake.committed(outcome)
        self._paused_for = _FIRST_PAUSE
        metrics.CONSUMER_PAUSED.labels(self._name).set(0)
        metrics.CONSUMER_RECORDS.labels("applied").inc(outcome.fresh)
        self._progress.mark()

    async def _tell_kafka(self, consumer: Any, offsets: dict[TopicPartition, int]) -> None:
        """For tools that show lag. The batch is done whether Kafka hears of it or not: the truth is the checkpoint."""
        try:
            async with asyncio.timeout(_TELL_SECONDS):
                await consumer.commit(offsets)
        except (KafkaError, TimeoutError) as error:
            log.warning("offsets-not-told", consumer=self._name, error=type(error).__name__)

    async def _claims(self, tx: Tx, batch: Mapping[TopicPartition, Records]) -> list[_Claim]:
        """One a partition, in their order. Raises Overtaken."""
        next_offsets, epochs = await self._checkpoints(tx, batch)
        if any(epochs[partition] != self._epochs.get(partition, epochs[partition]) for partition in batch):
            raise Overtaken
        epochs |= await self._own(tx, batch.keys() - self._epochs.keys())
        return [
            _claim(partition, next_offsets[partition], epochs[partition], batch[partition])
            for partition in sorted(batch)
        ]

    async def _checkpoints(self, tx: Tx, partitions: Collection[TopicPartition]) -> tuple[_Numbers, _Numbers]:
        """How far each has been taken, and under which epoch."""
        rows = await tx.fetch(SQL["checkpoints"], self._name, *_columns(partitions))
        if len(rows) < len(partitions):
            await tx.execute(SQL["begin"], self._name, *_columns(partitions))
            rows = await tx.fetch(SQL["checkpoints"], self._name, *_columns(partitions))
        return (
            {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows},
            {TopicPartition(row["topic"], row["partition"]): row["epoch"] for row in rows},
        )

    async def _own(self, tx: Tx, partitions: Collection[TopicPartition]) -> _Numbers:
        """The new epoch of each."""
        rows = await tx.fetch(SQL["own"], self._name, *_columns(partitions)) if partitions else ()
        return {TopicPartition(row["topic"], row["partition"]): row["epoch"] for row in rows}

    async def _go_back(self, consumer: Any, records: Records) -> None:
        """Begin again at the checkpoints; a partition that is no longer ours is left to its new owner."""
        self._epochs.clear()
        taken = await taken_by(self._pool, self._name)
        for partition in {TopicPartition(record.topic, record.partition) for record in records}:
            _seek(consumer, partition, taken.get(partition, 0))

    def _read_on(self, consumer: Any, claim: _Claim, seen: int) -> None:
        """Where nothing was taken, go where something can be. After the commit: a failed batch comes again. Raises RecordsLost."""
        if not claim.records and seen > claim.next_offset:
            self._rewind(consumer, claim.partition, claim.next_offset, seen)
            return
        self._rewound.pop(claim.partition, None)
        if not claim.records:
            _seek(consumer, claim.partition, claim.next_offset)

    def _rewind(self, consumer: Any, partition: TopicPartition, checkpoint: int, seen: int) -> None:
        if self._rewound.get(partition) == checkpoint:
            named = f"{partition.topic}[{partition.partition}]"
            raise RecordsLost(f"{named} has no record {checkpoint}, the next is {seen}")
        log.warning(
            "consumer-rewound", topic=partition.topic, partition=partition.partition, checkpoint=checkpoint, seen=seen
        )
        metrics.CONSUMER_SEEKS.inc()
        self._rewound[partition] = checkpoint
        _seek(consumer, partition, checkpoint)

    async def _move(self, tx: Tx, claims: Sequence[_Claim]) -> None:
        moved = await tx.fetch(
            SQL["move"],
            self._name,
            *_columns([claim.partition for claim in claims]),
            [claim.next_offset for claim in claims],
            [claim.epoch for claim in claims],
            [claim.records[-1].offset + 1 for claim in claims],
        )
        if len(moved) < len(claims):
            raise Overtaken


def _claim(partition: TopicPartition, next_offset: int, epoch: int, records: Records) -> _Claim:
    if records[0].offset > next_offset:
        return _Claim(partition, next_offset, epoch, ())
    return _Claim(partition, next_offset, epoch, [record for record in records if record.offset >= next_offset])


def _columns(partitions: Collection[TopicPartition]) -> tuple[list[str], list[int]]:
    """As the statements take them."""
    return [partition.topic for partition in partitions], [partition.partition for partition in partitions]


def _seek(consumer: Any, partition: TopicPartition, offset: int) -> None:
    """Read on from here; a partition that has become another member's is left to it."""
    if partition in consumer.assignment():
        consumer.seek(partition, offset)
