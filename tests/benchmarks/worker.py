"""A relay, a consumer or a reader in a process of its own, as in production: `python -m tests.benchmarks.worker ROLE`.

What it needs stands as JSON in PERINATAL_BENCHMARK. A consumer or reader says when it saw its first event, and ends by itself
when it saw all it was told to expect; then it writes what it saw, pairs of 64-bit nanoseconds: sent, seen.
"""

import asyncio
import contextlib
import os
import sys
from array import array
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic_ns
from typing import Any

import orjson
import structlog
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kit.consumer import Consumer
from services.kit.registry import into
from services.kit.relay import Relay
from services.kit.service import spare_the_collector
from services.kit.tenancy import TenantPool
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from tests.benchmarks.toy import PUBLISHED, SUMS, Log, Taken, open_log, parse, translate

PARTITIONS = 3
_VARIABLE = "PERINATAL_BENCHMARK"
_LIMIT = 120.0


class WorkerFailed(Exception):
    """A worker did not start, or did not see what it was to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a worker works: DSNs of the log's and the read model's database, a topic, and the file for what it saw."""

    log: str
    rows: str
    kafka: str
    topic: str
    seen: str
    expected: int


class Seen:
    """When each event set out and when it was seen here, and whether that was all."""

    def __init__(self, expected: int) -> None:
        self._pairs = array("q")
        self._expected = expected
        self.all = asyncio.Event()

    def note(self, sent: Iterable[int]) -> None:
        now = monotonic_ns()
        if not self._pairs:
            _say("seeing")
        for sent_ns in sent:
            self._pairs.extend((sent_ns, now))
        if len(self._pairs) // 2 >= self._expected:
            self.all.set()

    def write(self, path: Path) -> None:
        path.write_bytes(self._pairs.tobytes())


class SeeingConsumer(Consumer):
    """The kit's consumer, that notes when events are committed, and so visible to everybody."""

    seen: Seen

    async def take(self, consumer: Any, records: Any) -> None:
        await super().take(consumer, records)
        self.seen.note(parse("", record.value).sent_ns for record in records)


def make_relay(place: Place, log: Log, wakeup: Wakeup) -> Relay[Taken]:
    return Relay(
        log.pool,
        log.store,
        service="benchmark",
        kafka=place.kafka,
        translate=translate(place.topic),
        published=PUBLISHED,
        topics=[place.topic],
        wakeup=wakeup,
        progress=Progress("relay"),
    )


def make_consumer(place: Place, pool: TenantPool, seen: Seen) -> Consumer:
    made = SeeingConsumer(
        pool,
        name=f"sums-{place.topic}",
        kafka=place.kafka,
        topics=[place.topic],
        parse=parse,
        work=into([SUMS]),
        progress=Progress("consumer"),
    )
    made.seen = seen
    return made


class Worker:
    """A worker's process, seen from the one that started it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self, word: str) -> None:
        """Wait for the word. Raises WorkerFailed, TimeoutError."""
        assert self._process.stdout is not None
        if await asyncio.wait_for(self._process.stdout.readline(), _LIMIT) != f"{word}\n".encode():
            raise WorkerFailed(word)

    async def ends(self) -> None:
        """Wait until it saw everything. Raises WorkerFailed, TimeoutError."""
        if await asyncio.wait_for(self._process.wait(), _LIMIT) != 0:
            raise WorkerFailed


@asynccontextmanager
async def started(role: str, place: Place) -> AsyncIterator[Worker]:
    """The worker, ready; ended at the end. Raises WorkerFailed, TimeoutError."""
    env = {**os.environ, _VARIABLE: orjson.dumps(asdict(place)).decode()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, role, env=env, stdout=asyncio.subprocess.PIPE
    )
    worker = Worker(process)
    try:
        await worker.says("ready")
        yield worker
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def pairs(place: Place) -> list[tuple[int, int]]:
    """What a worker saw: (sent, seen). Raises WorkerFailed unless each event was seen once."""
    numbers = array("q")
    numbers.frombytes(Path(place.seen).read_bytes())
    found = list(zip(numbers[::2], numbers[1::2], strict=True))
    if len({sent for sent, _ in found}) != place.expected or len(found) != place.expected:
        raise WorkerFailed(f"{len(found)} seen, {place.expected} expected")
    return found


async def _relay(place: Place, _seen: Seen) -> Sequence[Awaitable[None]]:
    wakeup = Wakeup(place.log)
    return wakeup.run(), make_relay(place, await open_log(place.log), wakeup).run()


async def _consumer(place: Place, seen: Seen) -> Sequence[Awaitable[None]]:
    return (make_consumer(place, await TenantPool.open(place.rows), seen).run(),)


async def _reader(place: Place, seen: Seen) -> Sequence[Awaitable[None]]:
    reader = AIOKafkaConsumer(bootstrap_servers=place.kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    await reader.start()
    reader.assign([TopicPartition(place.topic, number) for number in range(PARTITIONS)])
    return (_read(reader, seen),)


async def _read(reader: AIOKafkaConsumer, seen: Seen) -> None:
    while True:
        for records in (await reader.getmany(timeout_ms=100)).values():
            seen.note(parse("", record.value).sent_ns for record in records)


_ROLES = {"relay": _relay, "consumer": _consumer, "reader": _reader}


async def _main(role: str, place: Place) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    seen = Seen(place.expected)
    spare_the_collector()
    tasks = [asyncio.ensure_future(work) for work in await _ROLES[role](place, seen)]
    _say("ready")
    everything = asyncio.ensure_future(seen.all.wait())
    await asyncio.wait([*tasks, everything], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if not seen.all.is_set():
        sys.exit(1)
    seen.write(Path(place.seen))


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1], Place(**orjson.loads(os.environ[_VARIABLE]))))
