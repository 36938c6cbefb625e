"""The log to Kafka: a log that is already there, as fast as it goes; and single events, from append to a reader of Kafka."""

import time
from collections.abc import Sequence
from functools import partial

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kit.wakeup import Wakeup
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Line, Report, Sample, at_least, at_most, line_of
from tests.benchmarks.journey import expected, measure, new_place
from tests.benchmarks.profiles import Profile
from tests.benchmarks.toy import Log
from tests.benchmarks.worker import PARTITIONS, Place, make_relay
from tests.benchmarks.writers import Writers
from tests.databases import Database

NAME = "relay"
PARTS = ("postgres", "kafka")
RATES = (200, 1_000, 2_000)
BACKLOG, SINGLE = "log already there → Kafka", "append → reader of Kafka"
_EVENTS_A_STREAM = 50


async def run(bench: Bench) -> Report:
    backlog, profile = await _backlog(bench)
    single = [Line(what=SINGLE, level=rate, samples=await _rounds(bench, rate)) for rate in RATES]
    lines = [Line(what=BACKLOG, level=backlog[0].count, samples=backlog), *single]
    return Report(
        title="Relay: the log to Kafka",
        unit="events/s",
        level="events, or a second",
        lines=lines,
        goals=[
            at_least("events/s", lines[0].rate, 20_000),
            at_most("p99 ms, append → Kafka at 2,000/s", line_of(lines, SINGLE, 2_000).percentile("p99"), 100),
        ],
        facts={"profile": profile},
    )


async def _backlog(bench: Bench) -> tuple[list[Sample], Sequence[str]]:
    """The same log again and again, each time to a new topic; then once more, not counted, under the profiler."""
    profile = Profile()
    async with bench.log() as (database, log):
        bench.tell(f"{NAME}: filling the log")
        await Writers(log.store, "0").prepare(_EVENTS_A_STREAM)
        samples = []
        for number in range(bench.rounds):
            said = f"{NAME}: round {number + 1} of {bench.rounds}, publishing"
            samples.append(await bench.take(said, lambda: _drain(bench, database, log)))
        with profile:
            await _drain(bench, database, log)
    return samples, profile.lines()


async def _drain(bench: Bench, database: Database, log: Log) -> Sample:
    return await drain(await new_place(bench, database), database, log)


async def drain(place: Place, database: Database, log: Log) -> Sample:
    """The whole log to the topic, in this process."""
    await _from_the_start(database)
    relay = make_relay(place, log, Wakeup(place.log))
    lease = await relay._take()
    assert lease is not None
    begun = time.monotonic()
    while (moved := await relay.step(lease)).position != lease.position:
        lease = moved
    seconds = time.monotonic() - begun
    await relay._stop_producer()
    await _require_all(place, lease.position)
    return Sample(rate=lease.position / seconds, count=lease.position)


async def _from_the_start(database: Database) -> None:
    connection = await asyncpg.connect(database.admin)
    try:
        await connection.execute("delete from relay")
    finally:
        await connection.close()


async def _require_all(place: Place, events: int) -> None:
    """Every event is in the topic, once."""
    reader = AIOKafkaConsumer(bootstrap_servers=place.kafka, enable_auto_commit=False)
    await reader.start()
    try:
        ends = await reader.end_offsets([TopicPartition(place.topic, number) for number in range(PARTITIONS)])
    finally:
        await reader.stop()
    if sum(ends.values()) != events:
        raise AssertionError(f"{sum(ends.values())} records of {events} events")


async def _rounds(bench: Bench, rate: int) -> list[Sample]:
    said = f"{NAME}: {rate} events/s"
    return [await bench.take(said, partial(_single, bench, rate)) for _ in range(bench.rounds)]


async def _single(bench: Bench, rate: int) -> Sample:
    async with bench.log() as (database, log):
        place = await new_place(bench, database, expected=expected(bench, rate))
        return await measure(bench, log, place, ("relay", "reader"), rate)
