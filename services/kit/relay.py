"""Publish the log to Kafka: in order, at least once, by one process at a time.

The event table is the outbox. The publisher holds a lease with an epoch; its checkpoint moves by compare-and-set under that epoch,
so a publisher that slept past its lease cannot move it. It retries for ever, never skips, and stops loudly on what it cannot map.
"""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import ProducerClosed

from services.kit import metrics
from services.kit.cloud_events import Message, as_it_was, headers, source_of
from services.kit.event_store import EventStore
from services.kit.kafka import connection, heed_cancellation
from services.kit.projector import Gap
from services.kit.published import SET_BACK, newest_of
from services.kit.record import RECOVERED, Recorded, Recovered
from services.kit.sql import queries
from services.kit.tenancy import TenantPool
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress

E = TypeVar("E")

SQL = queries("relay")
log = structlog.get_logger(__name__)

_BATCH = 1_000
_LEASE_SECONDS = 10.0
_SEND_SECONDS = 30.0


class StoreSetBack(Exception):
    """Kafka holds events of this store that the store does not: it was set back, as by a restore."""


class LeaseLost(Exception):
    """Another publisher has taken over."""


@dataclass(frozen=True, slots=True)
class Lease:
    epoch: int
    position: int


class Relay(Generic[E]):
    """`translate` maps a stored event to its public form, or to None when it stays private.

    `published` are the stored names it maps, `topics` those it sends to.

    Whoever takes the lease first compares the log with the last records of the topics. While Kafka holds what the log does not,
    nothing is published and nothing may be appended: `refuses` says why, and it is compared again and again (docs/adr/0015).
    """

    def __init__(
        self,
        pool: TenantPool,
        store: EventStore[E],
        *,
        service: str,
        kafka: str,
        translate: Callable[[Recorded[E]], Message | None],
        published: Sequence[str],
        topics: Sequence[str],
        wakeup: Wakeup,
        progress: Progress,
        lease_seconds: float = _LEASE_SECONDS,
        send_seconds: float = _SEND_SECONDS,
    ) -> None:
        self._pool = pool
        self._store = store
        self._service = service
        self._kafka = kafka
        self._translate = translate
        self._published = [*published, RECOVERED]
        self._topics = topics
        self._wakeup = wakeup
        self._progress = progress
        self._lease_seconds = lease_seconds
        self._send_seconds = send_seconds
        self._holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._producer: AIOKafkaProducer | None = None
        self._source = ""
        self._renew_at = 0.0
        self._pause = 0.1
        self.refuses = ""
        """Why nothing is published; empty while something may be."""

    async def run(self) -> None:
        """For ever: hold the lease and publish; on any failure start again from the checkpoint with a new producer."""
        self._progress.mark()
        while True:
            try:
                await self._lead()
            except asyncio.CancelledError:
                await self._stop_producer()
                raise
            except LeaseLost:
                log.warning("relay-lease-lost")
            except StoreSetBack as problem:
                log.critical("relay-refuses", reason=str(problem), remedy="perinatal reconcile")
            except Exception:
                log.exception("relay-failed")
                metrics.RELAY_RETRIES.inc()
            self._progress.mark()
            metrics.RELAY_LEADER.set(0)
            await self._stop_producer()
            heed_cancellation()
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, 5.0)

    async def _lead(self) -> None:
        while (lease := await self._take()) is None:
            self._progress.mark()
            await asyncio.sleep(self._lease_seconds / 5)
        await self.compare()
        await self._publish_while_leading(lease)

    async def _publish_while_leading(self, lease: Lease) -> None:
        metrics.RELAY_LEADER.set(1)
        log.info("relay-leads", epoch=lease.epoch, position=lease.position)
        try:
            while True:
                heed_cancellation()
                seen = self._wakeup.count
                moved = await self.step(lease)
                self._progress.mark()
                self._pause = 0.1
                if moved.position == lease.position:
                    await self._wakeup.wait(seen)
                lease = moved
        except asyncio.CancelledError:
            await self._release(lease)
            raise

    async def step(self, lease: Lease) -> Lease:
        """Publish the next batch and move the checkpoint. Raises LeaseLost, Gap, or what Kafka and PostgreSQL raise."""
        events = await self._store.read_sealed_after(lease.position, _BATCH, self._published)
        if events:
            if events[0].position != lease.position + 1 or events[-1].position != lease.position + len(events):
                raise Gap(f"expected positions {lease.position + 1} to {lease.position + len(events)}")
            await self._send(events)
        elif time.monotonic() < self._renew_at:
            return lease
        position = events[-1].position if events else lease.position
        moved = await self._move(lease, position)
        metrics.RELAY_LAG.set(0 if len(events) < _BATCH else await self._store.head() - position)
        return moved

    async def _release(self, lease: Lease) -> None:
        try:
            async with self._pool.unscoped() as tx:
                await tx.execute(SQL["release"], self._holder, lease.epoch)
        except Exception as error:  # noqa: BLE001 - it runs out by itself, and a stop must not fail for it
            log.warning("relay-release-failed", error=type(error).__name__)

    async def _take(self) -> Lease | None:
        async with self._pool.unscoped() as tx:
            row = await tx.fetchrow(SQL["take"], self._holder, self._lease_seconds)
            # Whoever should publish, and whether or not they can.
            metrics.RELAY_LAG.set(await tx.fetchval(SQL["lag"]))
            if row is None:
                return None
            self._source = source_of(self._service, await tx.fetchval(SQL["incarnation"]))
        return Lease(row["epoch"], row["position"])

    async def compare(self) -> None:
        """Compare the log with what was published last, and open it for appends. Raises StoreSetBack, or what Kafka raises."""
        published = await newest_of(self._kafka, self._topics, self._source)
        async with self._pool.unscoped() as tx:
            row = await tx.fetchrow(SQL["compare"], list(published))
            ids = {int(position): UUID(found) for position, found in row["ids"].items()}
            strange = sorted(position for position, event_id in published.items() if ids.get(position) != event_id)
            if strange:
                await tx.execute(SQL["hold"], SET_BACK)
            else:
                await tx.execute(SQL["open"])
        head, newest = row["head"], max(published, default=0)
        metrics.RELAY_BEHIND.set(max(newest - head, len(strange)) if strange else 0)
        self.refuses = _difference(head, newest, strange) if strange else ""
        if strange:
            raise StoreSetBack(self.refuses)

    async def _move(self, lease: Lease, position: int) -> Lease:
        self._renew_at = time.monotonic() + self._lease_seconds / 5
        async with self._pool.single() as tx:
            moved = await tx.fetchval(
                SQL["move"], self._holder, lease.epoch, lease.position, position, self._lease_seconds
            )
        if moved is None:
            raise LeaseLost
        return Lease(lease.epoch, moved)

    async def _send(self, events: Sequence[Recorded[E]]) -> None:
        outgoing = [(recorded, message) for recorded in events if (message := self._message(recorded)) is not None]
        if not outgoing:
            return
        producer = await self._started_producer()
        async with asyncio.timeout(self._send_seconds):
            sent = [
                await producer.send(
                    message.topic,
                    message.data,
                    key=recorded.stream.encode(),
                    headers=headers(recorded, message, source=self._source),
                )
                for recorded, message in outgoing
            ]
            await asyncio.gather(*sent)
        metrics.RELAY_PUBLISHED.inc(len(sent))

    def _message(self, recorded: Recorded[E]) -> Message | None:
        """What came back from Kafka is sent there again: it may be another Kafka by now, and who has it drops it."""
        if isinstance(recorded.event, Recovered):
            return as_it_was(recorded.event)
        return self._translate(recorded)

    async def _started_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            options: dict[str, Any] = {"linger_ms": 0, "max_batch_size": 262_144, "request_timeout_ms": 10_000}
            self._producer = AIOKafkaProducer(**connection(self._kafka), enable_idempotence=True, acks="all", **options)
            await self._producer.start()
        return self._producer

    async def _stop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(5):
                    await producer.stop()
            except Exception as error:  # noqa: BLE001 - it is thrown away in any case
                log.warning("producer-stop-failed", error=type(error).__name__)
                await _abandon(producer)


def _difference(head: int, newest: int, strange: Sequence[int]) -> str:
    return f"{SET_BACK}: the log ends at {head}, Kafka holds up to {newest}, they first differ at {strange[0]}"


async def _abandon(producer: AIOKafkaProducer) -> None:
    """End what a stop cut short leaves behind: else its sender would go on trying for ever, beside its successor."""
    if producer._sender is not None and producer._sender.sender_task is not None:  # noqa: SLF001 - no public way
        producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001
        producer._sender.sender_task.cancel()  # noqa: SLF001
    await producer.client.close()
