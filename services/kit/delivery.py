"""How FastStream is told to deliver: whole batches, as soon as there are any, as they came."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaMessage
from faststream.security import BaseSecurity, SASLScram512

from services.kit.kafka import KafkaAddress

Batch = Sequence["ConsumerRecord[bytes, bytes]"]

_RECORDS, _WAIT_MS = 2_000, 1_000


async def next_batch(consumer: Any) -> Batch:
    """As soon as there are any. FastStream's own looks away for as long as it looked each time it finds none.

    Nothing is fetched while these are at work. When that takes longer than 0.1 s, aiokafka asks for the other partitions alone,
    and whatever comes meanwhile on this one waits until they answer: up to `fetch_max_wait_ms` when they are quiet.
    """
    consumer.resume(*consumer.paused())
    found = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=_RECORDS)
    if found:
        consumer.pause(*consumer.assignment())
    return [*chain(*found.values())]


async def _as_it_came(records: Batch, parse: Callable[[Batch], Awaitable[KafkaMessage]]) -> KafkaMessage:
    """FastStream would read every header and value, and drop the whole batch, in silence, for one that it cannot read."""
    message = await parse([replace(records[0], headers=())])
    message.raw_message = records
    return message


async def _undecoded(message: KafkaMessage) -> KafkaMessage:
    """The handler is given the message: the values are the intake's to read."""
    return message


SUBSCRIBED: Mapping[str, Any] = {
    "batch": True,
    "ack_policy": AckPolicy.MANUAL,
    "auto_offset_reset": "earliest",
    "fetch_max_wait_ms": 500,
    "session_timeout_ms": 10_000,
    "no_reply": True,
    "parser": _as_it_came,
    "decoder": _undecoded,
}


def security_of(kafka: KafkaAddress) -> BaseSecurity | None:
    """What a FastStream broker is told."""
    if not kafka.user:
        return None
    return SASLScram512(kafka.user, kafka.password, ssl_context=kafka.authorities(), use_ssl=kafka.tls)
