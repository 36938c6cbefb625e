"""Rebuild what a consumer made of its topics: read anew from the first record, without a group, up to where the consumer is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.kit.cloud_events import read
from services.kit.guard import StreamGap
from services.kit.kafka import connection as to
from services.kit.read_model import by_tenant
from services.kit.rebuild.copies import SQL, Copy, Place, RebuildRefused, note
from services.kit.rebuild.feed import Feed, Stream
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.source import Tell
from services.kit.rebuild.standing import Standing, Taken, behind
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx, set_tenant

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

_CHUNK = 5_000
_FETCH_BYTES = 4 * 1024 * 1024
_SILENT_SECONDS = 30.0


class CannotRead(Exception):
    """A record that is neither parked nor done without cannot be read; the text says where it lies and never what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the consumer is told about: its permanent name, its topics, the form of what comes."""

    consumer: str
    kafka: str
    topics: Sequence[str]
    parse: Callable[[str, bytes], Any]
    kinds: Mapping[str, type]
    """{ce_type: event class}"""


@dataclass(slots=True)
class Topics:
    """`feeds` are the logs of those who publish, for what Kafka no longer has."""

    told: Told
    feeds: Sequence[Feed] = ()
    _versions: dict[Stream, int] = field(default_factory=dict)
    """The guard: the newest version of each stream that is in the copies."""
    _skipped: dict[Stream, set[int]] = field(default_factory=dict)
    """Versions that were left out."""

    @property
    def kinds(self) -> Iterable[type]:
        return self.told.kinds.values()

    async def standing(self, tx: Tx, models: Sequence[Model], *, hold: bool) -> Standing:
        if hold:
            await self._begin_partitions(tx)
        rows = await tx.fetch(SQL["hold_offsets" if hold else "offsets"], self.told.consumer)
        taken = {_key(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        places = await tx.fetch(SQL["left_out"], self.told.consumer)
        left_out = (f"{_key(row['topic'], row['partition'])}/{row['record_offset']}" for row in places)
        return Standing(taken=taken, left_out=frozenset(left_out))

    async def standing_of(self, tx: Tx, model: Model, version: int, standing: Standing) -> Standing:
        """A consumer follows the version its code folds: how far another one was followed is not known."""
        return standing if version == model.version else Standing(taken={}, left_out=frozenset())

    async def fold(self, connection: Tx, fold: Fold, tenant: TenantId | None, tell: Tell) -> Standing:
        self._versions.clear()
        self._skipped.clear()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            until = await self.standing(connection, fold.models, hold=False)
            gone = await self._without_beginning(until)
            versions = await self._versions_of(connection, gone) if gone else {}
        since = {key: until.taken[key] for key in until.taken if _topic(key) in gone}
        if gone:
            await self._fold_feeds(connection, fold, gone, versions, tenant)
        async for records, done in self._chunks(since, until.taken):
            events = self._fresh(records, until, fold.kinds, tenant)
            for whose, mine in by_tenant(events).items():
                for model in fold.models:
                    fold.take(model, whose, mine)
            tell(done, behind(since, until.taken))
        return until

    async def resume(self, copies: Sequence[Copy], tell: Tell) -> None:
        """The versions are read again from the headers of what the copies hold."""
        until = copies[0].standing
        if any(copy.standing != until for copy in copies):
            raise RebuildRefused("these were not built together: one at a time")
        if gone := await self._without_beginning(until):
            raise RebuildRefused(f"Kafka no longer has the beginning of {', '.join(sorted(gone))}: build it anew")
        async for records, done in self._chunks({}, until.taken):
            self._fresh(records, until, frozenset(), None)
            tell(done, behind({}, until.taken))

    async def follow(
        self, tx: Tx, place: Place, copies: Sequence[tuple[Model, Copy]], until: Standing, tenant: TenantId | None
    ) -> None:
        since = copies[0][1].standing.taken
        models = [model for model, _ in copies]
        kinds = Fold(models, self.kinds).kinds
        async for records, _ in self._chunks(since, until.taken):
            for whose, mine in by_tenant(self._fresh(records, until, kinds, tenant)).items():
                await set_tenant(tx, whose)
                for model in models:
                    await model.in_schema(place).apply(tx, whose, mine)
        for model in models:
            await note(tx, place, model, until.at(until.taken))

    async def settle(self, tx: Tx, models: Sequence[Model], until: Standing) -> None:
        """The consumer goes on where it is: the copies were brought there."""

    async def tenants(self, connection: Tx) -> list[TenantId]:
        return sorted({TenantId(tenant.decode()) for _, tenant, _ in self._versions})

    async def _begin_partitions(self, tx: Tx) -> None:
        """A partition nobody has taken from has no row to hold yet."""
        async with _reader(self.told.kafka) as reader:
            await reader.topics()
            there = [
                (topic, number) for topic in self.told.topics for number in reader.partitions_for_topic(topic) or ()
            ]
        topics, numbers = [topic for topic, _ in there], [number for _, number in there]
        await tx.execute(SQL["begin_partitions"], self.told.consumer, topics, numbers)

    async def _without_beginning(self, until: Standing) -> frozenset[str]:
        """The topics of which records were taken that Kafka has no longer."""
        partitions = [_partition(key) for key, offset in until.taken.items() if offset]
        if not partitions:
            return frozenset()
        async with _reader(self.told.kafka) as reader:
            begins = await reader.beginning_offsets(partitions)
        return frozenset(partition.topic for partition, begin in begins.items() if begin)

    async def _versions_of(self, tx: Tx, topics: frozenset[str]) -> dict[Stream, int]:
        """What the consumer has taken of these topics, in the same snapshot as its offsets."""
        if not self.feeds:
            raise RebuildRefused(f"Kafka no longer has the beginning of {', '.join(sorted(topics))}")
        versions: dict[Stream, int] = {}
        for tenant in sorted({tenant for feed in self.feeds for tenant in await feed.tenants()}):
            await set_tenant(tx, tenant)
            for row in await tx.fetch(SQL["versions"], tenant, self.told.consumer, list(topics)):
                versions[row["topic"], tenant.encode(), row["stream"].encode()] = row["version"]
        return versions

    async def _fold_feeds(
        self, tx: Tx, fold: Fold, topics: frozenset[str], versions: dict[Stream, int], tenant: TenantId | None
    ) -> None:
        """What Kafka no longer has, as its owners publish it; as far as the consumer has taken it."""
        passed_over = {
            (row["topic"], row["tenant"].encode(), row["stream"].encode(), row["sequence"])
            for row in await tx.fetch(SQL["passed_over"], self.told.consumer)
        }
        for feed in self.feeds:
            async for whose, messages in feed.chunks(topics, tenant):
                events = [
                    recorded
                    for stream, recorded in messages
                    if recorded.version <= versions.get(stream, 0)
                    and (*stream, recorded.version) not in passed_over
                    and self.told.kinds.get(recorded.type) in fold.kinds
                ]
                opened = [self._opened(recorded, f"{recorded.stream}/{recorded.version}") for recorded in events]
                for model in fold.models:
                    fold.take(model, whose, opened)
        self._versions.update(versions)

    def _fresh(
        self, records: Iterable[Record], until: Standing, kinds: frozenset[type], tenant: TenantId | None
    ) -> list[Recorded[Any]]:
        """The events that are next in their stream; those of other kinds are only counted. Raises StreamGap, CannotRead."""
        fresh = []
        for record in records:
            headers = dict(record.headers)
            left_out = until.left_out and _place(record) in until.left_out
            if not self._is_next(record, headers, left_out=bool(left_out)):
                continue
            if self.told.kinds.get(headers["ce_type"].decode(), object) not in kinds:
                continue
            envelope = read(record.value or b"", headers.items())
            if tenant is None or envelope.tenant == tenant:
                fresh.append(self._opened(envelope, _place(record)))
        return fresh

    def _is_next(self, record: Record, headers: Mapping[str, bytes], *, left_out: bool) -> bool:
        """As the live guard has it: what came before is dropped, and so is what was left out, again and again."""
        try:
            stream = (record.topic, headers["ce_tenant"], headers["ce_subject"])
            version, previous = int(headers["ce_sequence"]), int(headers["ce_prevsequence"])
        except (KeyError, ValueError) as error:
            if left_out:
                return False
            raise CannotRead(_place(record)) from error
        skipped = self._skipped.get(stream, set())
        known = self._versions.get(stream, 0)
        if left_out:
            self._skipped[stream] = skipped | {version}
        if left_out or version <= known or version in skipped:
            return False
        if previous > known and not skipped:
            raise StreamGap(f"{record.topic}: a version is missing before {_place(record)}")
        self._versions[stream] = version
        return True

    def _opened(self, envelope: Recorded[bytes], place: str) -> Recorded[Any]:
        try:
            return replace(envelope, event=self.told.parse(envelope.type, envelope.event))
        except Exception as error:  # noqa: BLE001 - a value can be wrong in any way
            # The error itself may quote what the event holds.
            raise CannotRead(f"{place}: {type(error).__name__}") from None

    async def _chunks(self, since: Taken, until: Taken) -> AsyncIterator[tuple[list[Record], int]]:
        """(records, how many so far), each partition in order."""
        ends = {_partition(key): end for key, end in until.items() if end > since.get(key, 0)}
        if not ends:
            return
        async with _reader(self.told.kafka) as reader:
            reader.assign(list(ends))
            for partition in ends:
                reader.seek(partition, since.get(_key(*partition), 0))
            done = 0
            while ends:
                async with asyncio.timeout(_SILENT_SECONDS):
                    found = await _some(reader, ends)
                records = [
                    record for partition, mine in found.items() for record in mine if record.offset < ends[partition]
                ]
                done += len(records)
                yield records, done
                ends = {p: end for p, end in ends.items() if await reader.position(p) < end}


@asynccontextmanager
async def _reader(kafka: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader in no group: nobody's offsets are touched. It stops at what is not there rather than to go on elsewhere."""
    reader = AIOKafkaConsumer(
        **to(kafka), enable_auto_commit=False, auto_offset_reset="none", max_partition_fetch_bytes=_FETCH_BYTES
    )
    try:
        await reader.start()
        yield reader
    finally:
        await reader.stop()


async def _some(reader: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, list[Record]]:
    """The next records, once there are any."""
    while True:
        found: dict[TopicPartition, list[Record]] = await reader.getmany(
            *partitions, timeout_ms=500, max_records=_CHUNK
        )
        if found:
            return found


def _key(topic: str, partition: int) -> str:
    return f"{topic}/{partition}"


def _place(record: Record) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"


def _partition(key: str) -> TopicPartition:
    topic, _, partition = key.rpartition("/")
    return TopicPartition(topic, int(partition))


def _topic(key: str) -> str:
    return key.rpartition("/")[0]
