"""Read models built anew: from a service's own log, from Kafka, and all of the portal's from Kafka.

The time is that of the whole rebuild: read, fold, COPY, keys and indexes, catch up, swap.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
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
from services.kit.cloud_events import Message, headers
from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.rebuild.copies import owner
from services.kit.rebuild.fold import Model
from services.kit.rebuild.log import Log as OwnLog
from services.kit.rebuild.run import Rebuild
from services.kit.rebuild.source import Source
from services.kit.rebuild.topics import Told, Topics
from services.kit.record import Recorded
from services.kit.tenancy import TenantPool
from services.portal.incoming import READ_MODELS
from services.portal.incoming import parse as parse_public
from services.portal.main import MIGRATIONS as PORTAL
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Line, Report, Sample, at_least
from tests.benchmarks.journey import new_place
from tests.benchmarks.profiles import Profile
from tests.benchmarks.relay import drain
from tests.benchmarks.toy import CODEC, SUMS, TakenFact, parse, tenant
from tests.benchmarks.writers import STREAMS, Writers
from tests.support import Database

NAME = "rebuild"
PARTS = ("postgres", "kafka")
OWN_LOG, TOPIC, WHOLE = "own log → a read model", "Kafka → a read model", "Kafka → all read models of the portal"
EXAMPLES = Path(contracts.__file__).parent / "examples"
TOPICS = Path(contracts.__file__).parent / "topics.yaml"
KINDS = ("perinatal-person-registered-1", "perinatal-referral-received-1", "perinatal-measure-recorded-1")
_EVENTS_A_STREAM = 50
_PUBLIC = 60_000
_NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


async def run(bench: Bench) -> Report:
    own_log, topic, profile = await _toy(bench)
    whole = await _portal(bench)
    lines = [
        Line(what=OWN_LOG, level=own_log[0].count, samples=own_log),
        Line(what=TOPIC, level=topic[0].count, samples=topic),
        Line(what=WHOLE, level=whole[0].count, samples=whole),
    ]
    return Report(
        title="Rebuild of read models",
        unit="events/s",
        level="events",
        lines=lines,
        goals=[
            at_least("events/s from the store", lines[0].rate, 100_000),
            at_least("events/s from Kafka into the portal", lines[2].rate, 30_000),
        ],
        facts={"profile of the rebuild from the own log": profile.lines()},
    )


async def _toy(bench: Bench) -> tuple[list[Sample], list[Sample], Profile]:
    async with bench.log() as (database, log):
        bench.tell(f"{NAME}: filling the log")
        await Writers(log.store, "0").prepare(_EVENTS_A_STREAM)
        events = STREAMS * _EVENTS_A_STREAM
        keyring = Keyring(await TenantPool.open(database.app), bytes(32))
        source = OwnLog(CODEC, Privacy(keyring, subject_field="account_id"))
        measure = partial(_rebuilt, database, source, [SUMS], events)
        own_log = await _rounds(bench, OWN_LOG, measure)
        with (profile := Profile()):
            await measure()
        await keyring.close()
        place = await new_place(bench, database)
        await drain(place, database, log)
        told = Told(
            consumer="sums",
            kafka=place.kafka,
            topics=[place.topic],
            parse=parse,
            kinds={"benchmark-taken-1": TakenFact},
        )
        async with bench.rows() as rows:
            topic = await _rounds(bench, TOPIC, partial(_from_kafka, rows, told, [SUMS]))
    return own_log, topic, profile


async def _portal(bench: Bench) -> list[Sample]:
    """A third each of people, referrals and measures, as the services publish them."""
    await asyncio.to_thread(ensure_topics, bench.kafka, read_topics(TOPICS))
    bench.tell(f"{NAME}: filling the topics")
    await _publish(bench.kafka)
    topics = sorted({contracts.REGISTRY[kind].TOPIC for kind in KINDS})
    told = Told(consumer="portal", kafka=bench.kafka, topics=topics, parse=parse_public, kinds=contracts.REGISTRY)
    async with bench.database(PORTAL) as database:
        return await _rounds(bench, WHOLE, partial(_from_kafka, database, told, READ_MODELS))


async def _rounds(bench: Bench, what: str, measure: Callable[[], Awaitable[Sample]]) -> list[Sample]:
    return [await bench.take(f"{NAME}: {what}", measure) for _ in range(bench.rounds)]


async def _from_kafka(database: Database, told: Told, models: Sequence[Model]) -> Sample:
    """As if the consumer were at the end of its topics."""
    count = await _at_the_end(database, told)
    return await _rebuilt(database, Topics(told), models, count)


async def _rebuilt(database: Database, source: Source, models: Sequence[Model], events: int) -> Sample:
    async with owner(database.owner) as connection:
        await connection.execute("delete from read_models")
        begun = time.monotonic()
        rebuild = Rebuild(connection=connection, source=source, models=models, tell=lambda done, total: None)
        await rebuild.build()
        await rebuild.swap()
        return Sample(rate=events / (time.monotonic() - begun), count=events)


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


async def _publish(kafka: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=20)
    await producer.start()
    try:
        sent = [await _send(producer, number) for number in range(_PUBLIC)]
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
