"""Read models built anew: from the log of a toy, from the log of the referral service, and all of the portal's from Kafka.

The time is that of the whole rebuild: read, fold, COPY, keys and indexes, catch up, swap. Nothing is compared, as
with read models that are new: what that takes is the database's time.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

import contracts
from deploy.local.topics import ensure_topics, read_topics
from deploy.operations.projections import log_of, told
from services.kit.cloud_events import Message, headers
from services.kit.keyring import Keyring
from services.kit.migrate import KEYRING_MIGRATIONS
from services.kit.privacy import Privacy
from services.kit.rebuild.copies import owner
from services.kit.rebuild.fold import Model
from services.kit.rebuild.log import Log
from services.kit.rebuild.run import Rebuild
from services.kit.rebuild.source import Source
from services.kit.rebuild.topics import Told, Topics
from services.kit.record import Recorded
from services.kit.tenancy import TenantPool
from services.portal.incoming import READ_MODELS
from services.portal.migrate import MIGRATIONS as PORTAL
from services.referral.main import PROJECTIONS
from services.referral.migrate import MIGRATIONS as REFERRAL
from tests.benchmarks import machine
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Line, Report, Sample, at_least
from tests.benchmarks.profiles import Profile
from tests.benchmarks.referrals import fill
from tests.benchmarks.toy import CODEC, SUMS, tenant
from tests.benchmarks.writers import STREAMS, Writers
from tests.databases import Database

NAME = "rebuild"
PARTS = ("postgres", "kafka")
METHOD = "whole rebuilds"
OWN_LOG, SERVICE, WHOLE = (
    "log of a toy → its read model",
    "log of referral → its read models",
    "Kafka → those of the portal",
)
EXAMPLES = Path(contracts.__file__).parent / "examples"
TOPICS = Path(contracts.__file__).parent / "topics.yaml"
KINDS = ("perinatal-person-registered-1", "perinatal-referral-received-1", "perinatal-measure-recorded-1")
_EVENTS_A_STREAM = 200
_PUBLIC, _AT_ONCE = 240_000, 20_000
_NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


async def run(bench: Bench) -> Report:
    series = [await _toy(bench), await _referrals(bench), await _portal(bench)]
    lines = {one.what: Line(what=one.what, level=one.samples[0].count, samples=one.samples) for one in series}
    return Report(
        title="Rebuild of read models",
        unit="events/s",
        level="events",
        lines=list(lines.values()),
        goals=[
            at_least("events/s from the store", lines[OWN_LOG].rate, 100_000),
            at_least("events/s from Kafka into the portal", lines[WHOLE].rate, 30_000),
        ],
        facts={
            "processors used": {one.what: max(one.processors) for one in series},
            "seconds for 1,000,000 events": {what: round(1_000_000 / line.rate, 1) for what, line in lines.items()},
            "memory at most, MB": {one.what: max(one.megabytes) for one in series},
            "profile": {one.what: one.profile for one in series},
        },
    )


@dataclass(slots=True, kw_only=True)
class _Series:
    """One kind of rebuild, taken as often as there are rounds. `processors`: how many were used, by the database and Kafka as
    well; `megabytes`: what this process had at most.
    """

    what: str
    database: Database
    events: int
    source: Callable[[], Source]
    """A fresh one, that has opened no key yet."""
    models: Sequence[Model]
    samples: list[Sample] = field(default_factory=list)
    processors: list[float] = field(default_factory=list)
    megabytes: list[int] = field(default_factory=list)
    profile: list[str] = field(default_factory=list)

    async def take(self, bench: Bench) -> "_Series":
        for _ in range(bench.rounds):
            self.samples.append(await bench.take(f"{NAME}: {self.what}", partial(_rebuilt, self)))
        with (profile := Profile()):
            await _rebuilt(replace(self, processors=[], megabytes=[]))
        self.profile = profile.lines()
        return self


async def _toy(bench: Bench) -> _Series:
    """Nothing of it is personal: the keyring is never asked."""
    async with bench.log() as (database, log), _pool(database.app) as keys:
        bench.tell(f"{NAME}: filling the log")
        await Writers(log.store, "0").prepare(_EVENTS_A_STREAM)
        events = STREAMS * _EVENTS_A_STREAM

        def source() -> Source:
            return Log(CODEC, Privacy(Keyring(keys, bytes(32)), subject_field="account_id"))

        return await _Series(what=OWN_LOG, database=database, events=events, source=source, models=[SUMS]).take(bench)


async def _referrals(bench: Bench) -> _Series:
    """The read models of the referral service: of each person the identity is sealed under a key of their own."""
    async with (
        bench.database(KEYRING_MIGRATIONS) as keyring,
        bench.database(REFERRAL) as database,
        _pool(keyring.app) as keys,
    ):
        bench.tell(f"{NAME}: filling the log of a service")
        events = await fill(database.app, keyring.app)

        def source() -> Source:
            return log_of("referral", Keyring(keys, bytes(32)))

        series = _Series(what=SERVICE, database=database, events=events, source=source, models=PROJECTIONS)
        return await series.take(bench)


async def _portal(bench: Bench) -> _Series:
    """A third each of people, referrals and measures, as the services publish them."""
    await asyncio.to_thread(ensure_topics, bench.kafka, read_topics(TOPICS))
    bench.tell(f"{NAME}: filling the topics")
    await publish(bench.kafka, _PUBLIC)
    async with bench.database(PORTAL) as database:
        heard = told("portal", bench.kafka)
        events, source = await _at_the_end(database, heard), partial(Topics, heard)
        series = _Series(what=WHOLE, database=database, events=events, source=source, models=READ_MODELS)
        return await series.take(bench)


@asynccontextmanager
async def _pool(app: str) -> AsyncIterator[TenantPool]:
    pool = await TenantPool.open(app)
    try:
        yield pool
    finally:
        await pool.close()


async def _rebuilt(series: _Series) -> Sample:
    async with owner(series.database.owner) as connection:
        await connection.execute("delete from read_models")
        rebuild = Rebuild(connection=connection, source=series.source(), models=series.models, tell=_tell_nobody)
        begun, before = time.monotonic(), machine.Ticks.now()
        async with _weighed() as megabytes:
            await rebuild.build()
            await rebuild.swap()
        seconds, after = time.monotonic() - begun, machine.Ticks.now()
    series.processors.append(round((after.ours - before.ours) / os.sysconf("SC_CLK_TCK") / seconds, 2))
    series.megabytes.append(max(megabytes))
    return Sample(rate=series.events / seconds, count=series.events)


def _tell_nobody(_done: int, _total: int) -> None: ...


@asynccontextmanager
async def _weighed() -> AsyncIterator[list[int]]:
    """Megabytes of this process, ten times a second."""
    weights = [_weight()]

    async def weigh() -> None:
        while True:
            await asyncio.sleep(0.1)
            weights.append(_weight())

    weighing = asyncio.create_task(weigh())
    try:
        yield weights
    finally:
        weighing.cancel()


def _weight() -> int:
    """Resident memory."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


async def _at_the_end(database: Database, told: Told) -> int:
    """The consumer's checkpoints are at the ends; how many records that is."""
    async with _reader(told) as reader:
        ends = await reader.end_offsets(reader.assignment())
    connection = await asyncpg.connect(database.admin)
    try:
        await connection.executemany(
            "insert into consumer_checkpoints (consumer, topic, partition, next_offset, epoch) values ($1, $2, $3, $4, 1)"
            " on conflict (consumer, topic, partition) do nothing",
            [(told.consumer, partition.topic, partition.partition, end) for partition, end in ends.items()],
        )
    finally:
        await connection.close()
    return int(sum(ends.values()))


@asynccontextmanager
async def _reader(told: Told) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(*told.topics, bootstrap_servers=told.kafka, enable_auto_commit=False)
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


async def publish(kafka: str, count: int) -> None:
    """So many events of the three kinds, each of a stream of its own."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=20)
    await producer.start()
    try:
        for start in range(0, count, _AT_ONCE):
            sent = [await _send(producer, number) for number in range(start, min(start + _AT_ONCE, count))]
            await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, number: int) -> Any:
    kind = KINDS[number % len(KINDS)]
    fields = orjson.loads((EXAMPLES / f"{kind}.json").read_bytes())
    own = {name: str(UUID(int=number)) for name in ("person_id", "referral_id", "measure_id") if name in fields["data"]}
    event = contracts.parse(kind, {**fields["data"], **own})
    message = Message(topic=event.TOPIC, type=kind, dataschema=event.dataschema(), data=event.data())
    stream = f"stream-{UUID(int=number)}"
    recorded = Recorded(
        event=event,
        tenant=tenant(number),
        stream=stream,
        version=1,
        position=number + 1,
        type=kind,
        event_id=uuid4(),
        occurred_at=_NOW,
        recorded_at=_NOW,
        actor="benchmark",
        command_id=uuid4(),
    )
    return await producer.send(
        message.topic, message.data, key=stream.encode(), headers=headers(recorded, message, source="benchmark")
    )
