"""Events on their way to another process, at a steady rate: how long each took from the moment its command was due."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import uuid4

from deploy.local.topics import Topic, ensure_topics
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Sample, sample
from tests.benchmarks.toy import Log
from tests.benchmarks.worker import PARTITIONS, Place, pairs, started
from tests.benchmarks.writers import Writers
from tests.databases import Database

_STREAMS = 2_000
_WARM = 2


async def new_place(bench: Bench, log: Database, rows: Database | None = None, expected: int = 0) -> Place:
    """A topic of its own, and a file."""
    topic = f"bench-{uuid4().hex[:8]}"
    await asyncio.to_thread(ensure_topics, bench.kafka, [Topic(name=topic, partitions=PARTITIONS, retention_ms=-1)])
    return Place(
        log=log.app,
        rows=rows.app if rows else "",
        kafka=bench.kafka,
        topic=topic,
        seen=str(bench.folder / topic),
        expected=expected,
    )


async def measure(bench: Bench, log: Log, place: Place, roles: Sequence[str], rate: int) -> Sample:
    """Append at `rate` a second while workers of these roles run; the last of them is the one that sees."""
    writers = Writers(log.store, "0", streams=_STREAMS)
    async with AsyncExitStack() as parts:
        workers = [await parts.enter_async_context(started(role, place)) for role in roles]
        await writers.pace(1, 1)
        await workers[-1].says("seeing")
        await writers.pace(rate, _WARM)
        begun = time.monotonic_ns()
        await writers.pace(rate, bench.seconds)
        await workers[-1].ends()
    return sample([seen - sent for sent, seen in pairs(place) if sent > begun], bench.seconds)


def expected(bench: Bench, rate: int) -> int:
    """The number of events `measure` appends."""
    return 1 + rate * _WARM + int(rate * bench.seconds)
