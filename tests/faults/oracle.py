"""What must be true after every fault, whatever it was: what operators check on a live system, and what only a test can know."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from deploy.operations import verify as operations
from deploy.operations.publication import Publication
from deploy.operations.relay import verify_relay
from services.kit.kafka import TO_AN_END
from services.kit.record import RECOVERED, Answer, Recorded
from services.kit.tenancy import TenantId, use_json
from tests.databases import Database
from tests.integration.kit.toy import TOTALS, CountedFact, translate
from tests.integration.kit.toy_log import CODEC

PUBLIC = ("counted.v1", RECOVERED)

Stream = tuple[str, str]
"""Tenant and stream."""

CommandKey = tuple[str, UUID]
"""Tenant and command id: another tenant's command may have the same one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the oracle counted."""

    events: int
    public: int
    duplicates: int
    """Records of the topic that hold an event which an earlier record holds too."""


def publication(topic: str) -> Publication:
    """What the toy service publishes."""
    translated = translate(topic)
    return Publication(service="toy", codec=CODEC, translate=translated, published=["counted.v1"], topics=[topic])


async def verify(
    store: Database, kafka: str, topic: str, target: Database, answers: Mapping[CommandKey, Answer] | None = None
) -> Seen:
    """Fails with what is wrong. `answers` are those that callers were given."""
    events = await verify_store(store, answers)
    compared = await verify_relay(store.admin, kafka, publication(topic), up_to=len(events))
    assert not compared.findings, compared.findings
    public = [event for event in events if event["type"] in PUBLIC]
    async with administrator(store) as connection:
        projected = await connection.fetch("select * from totals")
    async with administrator(target) as connection:
        consumed = await connection.fetch("select * from totals")
        versions = await connection.fetch("select * from stream_versions where topic = $1", topic)
    the_read_model_equals_a_cold_fold(public, consumed)
    if projected:
        the_read_model_equals_a_cold_fold([event for event in public if event["type"] != RECOVERED], projected)
    nothing_crossed_tenants(public, consumed, versions)
    return Seen(events=len(events), public=len(public), duplicates=compared.again)


async def verify_store(store: Database, answers: Mapping[CommandKey, Answer] | None = None) -> Sequence[Any]:
    """The part of the oracle that needs no Kafka; the events in order of position."""
    checked = await operations.verify_store(store.admin, store.name)
    assert not checked.findings, checked.findings
    async with administrator(store) as connection:
        events = await connection.fetch("select * from events order by position")
        commands = await connection.fetch("select * from commands")
    every_answer_is_the_stored_one(commands, answers or {})
    return events


async def public_events(store: Database) -> int:
    """How many events of the store leave it."""
    async with administrator(store) as connection:
        return int(await connection.fetchval("select count(*) from events where type = any($1)", PUBLIC))


def every_answer_is_the_stored_one(commands: Sequence[Any], answers: Mapping[CommandKey, Answer]) -> None:
    """What callers were told is what the store remembers."""
    stored = {(command["tenant"], command["id"]): command for command in commands}
    for key, answer in answers.items():
        assert key in stored, f"an answered command is not there: {key}"
        kept = stored[key]
        told = (answer.stream, answer.version, answer.position)
        assert told == (kept["stream"], kept["version"], kept["position"]), f"another answer was stored: {key}"


def effects_of(events: Sequence[Any]) -> dict[CommandKey, list[Any]]:
    """The events of each command, in order of position."""
    effects: dict[CommandKey, list[Any]] = defaultdict(list)
    for event in events:
        effects[event["tenant"], UUID(event["meta"]["command_id"])].append(event)
    return effects


async def read_topic(kafka: str, topic: str) -> list[ConsumerRecord]:
    """Every record of the topic, partition by partition, in order of offset."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, **TO_AN_END, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        assert ends, f"no such topic: {topic}"
        read: dict[TopicPartition, list[ConsumerRecord]] = {partition: [] for partition in sorted(ends)}
        while any(len(read[partition]) < end for partition, end in ends.items()):
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                read[partition] += records
        return [record for records in read.values() for record in records]
    finally:
        await consumer.stop()


def the_read_model_equals_a_cold_fold(public: Sequence[Any], rows: Sequence[Any]) -> None:
    folded: dict[str, Any] = defaultdict(dict)
    for event in public:
        folded[event["tenant"]] = TOTALS.fold(folded[event["tenant"]], [_recorded(event)])
    cold = {(tenant, key): row for tenant, kept in folded.items() for key, row in kept.items()}
    live = {(row["tenant"], row["account_id"]): TOTALS.read(row) for row in rows}
    assert live == cold, "the read model is not what a cold rebuild gives"


def nothing_crossed_tenants(public: Sequence[Any], rows: Sequence[Any], versions: Sequence[Any]) -> None:
    last = {stream: mine[-1]["version"] for stream, mine in _by_stream(public).items()}
    assert {(row["tenant"], row["account_id"]) for row in rows} <= last.keys(), "a row of a foreign stream"
    taken = Counter((row["tenant"], row["stream"], row["version"]) for row in versions)
    assert taken == Counter((*stream, version) for stream, version in last.items()), "the versions taken are others"


def _recorded(event: Any) -> Recorded[CountedFact]:
    fact = orjson.loads(event["data"]["value"]) if event["type"] == RECOVERED else event["data"]
    return Recorded(
        event=CountedFact(account_id=fact["account_id"], amount=fact["amount"]),
        tenant=TenantId(event["tenant"]),
        stream=event["stream"],
        version=event["version"],
        position=event["position"],
        type=event["type"],
        event_id=event["id"],
        occurred_at=_time(event["occurred_at"]),
        recorded_at=_time(event["recorded_at"]),
        actor=event["meta"]["actor"],
    )


def _time(value: Any) -> datetime:
    assert isinstance(value, datetime)
    return value


def _by_stream(events: Sequence[Any]) -> dict[Stream, list[Any]]:
    streams: dict[Stream, list[Any]] = defaultdict(list)
    for event in events:
        streams[event["tenant"], event["stream"]].append(event)
    return streams


@asynccontextmanager
async def administrator(database: Database) -> AsyncIterator[Any]:
    """A superuser's connection: row-level security does not hold him back."""
    connection = await asyncpg.connect(database.admin)
    try:
        await use_json(connection)
        yield connection
    finally:
        await connection.close()
