"""What must be true after every fault, whatever it was. Looks at the databases as the administrator and at the topic itself."""

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

from services.kit.record import Answer, Recorded
from services.kit.tenancy import TenantId, use_json
from tests.integration.kit.toy import TOTALS, CountedFact
from tests.support import Database

PUBLIC = "counted.v1"

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


async def verify(
    store: Database, kafka: str, topic: str, target: Database, answers: Mapping[CommandKey, Answer] | None = None
) -> Seen:
    """Fails with what is wrong. `answers` are those that callers were given."""
    events = await verify_store(store, answers)
    records = await read_topic(kafka, topic)
    public = [event for event in events if event["type"] == PUBLIC]
    every_public_event_arrived_in_order(public, records)
    async with administrator(store) as connection:
        projected = await connection.fetch("select * from totals")
    async with administrator(target) as connection:
        consumed = await connection.fetch("select * from totals")
        versions = await connection.fetch("select * from stream_versions where topic = $1", topic)
    the_read_model_equals_a_cold_fold(public, consumed)
    if projected:
        the_read_model_equals_a_cold_fold(public, projected)
    nothing_crossed_tenants(public, consumed, versions)
    return Seen(events=len(events), public=len(public), duplicates=len(records) - len(public))


async def verify_store(store: Database, answers: Mapping[CommandKey, Answer] | None = None) -> Sequence[Any]:
    """The part of the oracle that needs no Kafka; the events in order of position."""
    async with administrator(store) as connection:
        events = await connection.fetch("select * from events order by position")
        commands = await connection.fetch("select * from commands")
    positions_are_contiguous(events)
    versions_are_contiguous_and_in_position_order(events)
    every_command_has_one_outcome(events, commands, answers or {})
    return events


async def public_events(store: Database) -> int:
    """How many events of the store leave it."""
    async with administrator(store) as connection:
        return int(await connection.fetchval("select count(*) from events where type = $1", PUBLIC))


def positions_are_contiguous(events: Sequence[Any]) -> None:
    positions = [event["position"] for event in events]
    assert positions == list(range(1, len(events) + 1)), "positions have a hole"


def versions_are_contiguous_and_in_position_order(events: Sequence[Any]) -> None:
    for stream, mine in _by_stream(events).items():
        versions = [event["version"] for event in mine]
        assert versions == list(range(1, len(mine) + 1)), f"versions of {stream}: {versions}"


def every_command_has_one_outcome(
    events: Sequence[Any], commands: Sequence[Any], answers: Mapping[CommandKey, Answer]
) -> None:
    stored = {(command["tenant"], command["id"]): command for command in commands}
    assert len(stored) == len(commands), "a command id is stored twice"
    effects = effects_of(events)
    assert effects.keys() <= stored.keys(), "an event whose command has no answer"
    for key, mine in effects.items():
        _is_one_effect(stored[key], mine)
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


def _is_one_effect(command: Any, events: Sequence[Any]) -> None:
    """The events of a command are one run that ends where its answer says."""
    count, last = len(events), (command["version"], command["position"])
    places = [(event["version"], event["position"]) for event in events]
    run = [(last[0] - count + n, last[1] - count + n) for n in range(1, count + 1)]
    assert places == run, f"command {command['id']} had effects {places}, its answer is {last}"


async def read_topic(kafka: str, topic: str) -> list[ConsumerRecord]:
    """Every record of the topic, partition by partition, in order of offset."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
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


def every_public_event_arrived_in_order(public: Sequence[Any], records: Sequence[ConsumerRecord]) -> None:
    """At least once each; and what a reader keeps who drops every version he had before is the stream, in order."""
    kept: dict[Stream, list[tuple[int, str, int]]] = defaultdict(list)
    places: dict[Stream, set[int]] = defaultdict(set)
    for record in records:
        headers = {name: value.decode() for name, value in record.headers}
        stream = (headers["ce_tenant"], headers["ce_subject"])
        version = int(headers["ce_sequence"])
        places[stream].add(record.partition)
        assert record.key.decode() == stream[1]
        last = kept[stream][-1][0] if kept[stream] else 0
        if version <= last:
            continue
        assert int(headers["ce_prevsequence"]) == last, f"{stream}: {version} came after {last}"
        kept[stream].append((version, headers["ce_id"], orjson.loads(record.value)["amount"]))
    wanted = {
        stream: [(event["version"], str(event["id"]), event["data"]["amount"]) for event in mine]
        for stream, mine in _by_stream(public).items()
    }
    assert dict(kept) == wanted, "the topic does not hold what the store published"
    assert all(len(partitions) == 1 for partitions in places.values()), "a stream is spread over partitions"


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
    return Recorded(
        event=CountedFact(account_id=event["data"]["account_id"], amount=event["data"]["amount"]),
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
