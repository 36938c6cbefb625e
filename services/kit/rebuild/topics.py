"""Rebuild what a consumer made of its topics: read anew from the first record, without a group, up to where the consumer is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from services.kit.cloud_events import Header, read
from services.kit.guard import StreamGap
from services.kit.rebuild.copies import SQL, CannotRead, Copy, Place, RebuildRefused, note
from services.kit.rebuild.feed import Feed, Stream
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.late import Late
from services.kit.rebuild.records import Record, chunks, key_of, partition_of, place_of, reader_of, topic_of
from services.kit.rebuild.source import Tell
from services.kit.rebuild.standing import Standing, behind
from services.kit.tenancy import TenantId, Tx, set_tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the consumer is told about: its permanent name, its topics, the form of what comes."""

    consumer: str
    kafka: str
    topics: Sequence[str]
    parse: Callable[[str, bytes], Any]
    kinds: Mapping[str, type]
    """{ce_type: event class}"""


Raw: TypeAlias = tuple[str, bytes, Iterable[Header]]
"""Where a record lies, its value and its headers."""


@dataclass(slots=True)
class Topics:
    """`feeds` are the logs of those who publish, for what Kafka no longer has."""

    told: Told
    feeds: Sequence[Feed] = ()
    _versions: dict[Stream, int] = field(default_factory=dict)
    """The guard: the newest version of each stream that was read."""
    _skipped: dict[Stream, set[int]] = field(default_factory=dict)
    """Versions that were left out."""
    _fed: dict[Stream, int] = field(default_factory=dict)
    """What the consumer has taken of the topics whose beginning Kafka no longer has."""
    _gone: frozenset[str] = frozenset()
    """These topics."""

    @property
    def kinds(self) -> Iterable[type]:
        return self.told.kinds.values()

    async def standing(self, tx: Tx, models: Sequence[Model], *, hold: bool) -> Standing:
        if hold:
            await self._begin_partitions(tx)
        rows = await tx.fetch(SQL["hold_offsets" if hold else "offsets"], self.told.consumer)
        taken = {key_of(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        places = await tx.fetch(SQL["left_out"], self.told.consumer)
        left_out = (f"{key_of(row['topic'], row['partition'])}/{row['record_offset']}" for row in places)
        return Standing(taken=taken, left_out=frozenset(left_out))

    async def standing_of(self, tx: Tx, model: Model, version: int, standing: Standing) -> Standing:
        """A consumer follows the version its code folds: how far another one was followed is not known."""
        return standing if version == model.version else Standing(taken={}, left_out=frozenset())

    async def until(self, connection: Tx, models: Sequence[Model]) -> Standing:
        """Raises RebuildRefused when Kafka no longer has the beginning, and nobody else is there to ask."""
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            until = await self.standing(connection, models, hold=False)
            self._gone = await self._without_beginning(until)
            self._fed = await self._versions_of(connection, self._gone) if self._gone else {}
        return until

    async def fill(self, connection: Tx, fold: Fold, until: Standing, tenant: TenantId | None, tell: Tell) -> None:
        """Raises StreamGap, CannotRead."""
        self._versions.clear()
        self._skipped.clear()
        if self._gone:
            await self._fill_from_feeds(connection, fold, tenant)
        since = {key: end for key, end in until.taken.items() if topic_of(key) in self._gone}
        async with aclosing(chunks(self.told.kafka, since, until.taken)) as found:
            async for records, done in found:
                for whose, mine in self._fresh(records, until, fold.kinds, tenant).items():
                    fold.take(whose, mine)
                tell(done, behind(since, until.taken))

    async def resume(self, copies: Sequence[Copy], tell: Tell) -> None:
        """The versions are read again from the headers of what the copies hold."""
        until = copies[0].standing
        if any(copy.standing != until for copy in copies):
            raise RebuildRefused("these were not built together: one at a time")
        if gone := await self._without_beginning(until):
            raise RebuildRefused(f"Kafka no longer has the beginning of {', '.join(sorted(gone))}: build it anew")
        async for records, done in chunks(self.told.kafka, {}, until.taken):
            self._fresh(records, until, frozenset(), None)
            tell(done, behind({}, until.taken))

    async def follow(
        self, tx: Tx, place: Place, copies: Sequence[tuple[Model, Copy]], until: Standing, tenant: TenantId | None
    ) -> None:
        since = copies[0][1].standing.taken
        models = [model for model, _ in copies]
        kinds = Fold(models, self.kinds).kinds
        async for records, _ in chunks(self.told.kafka, since, until.taken):
            for whose, mine in self._fresh(records, until, kinds, tenant).items():
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
        async with reader_of(self.told.kafka) as reader:
            await reader.topics()
            there = [
                (topic, number) for topic in self.told.topics for number in reader.partitions_for_topic(topic) or ()
            ]
        topics, numbers = [topic for topic, _ in there], [number for _, number in there]
        await tx.execute(SQL["begin_partitions"], self.told.consumer, topics, numbers)

    async def _without_beginning(self, until: Standing) -> frozenset[str]:
        """The topics of which records were taken that Kafka has no longer."""
        partitions = [partition_of(key) for key, offset in until.taken.items() if offset]
        if not partitions:
            return frozenset()
        async with reader_of(self.told.kafka) as reader:
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

    async def _fill_from_feeds(self, tx: Tx, fold: Fold, tenant: TenantId | None) -> None:
        """What Kafka no longer has, as its owners publish it; as far as the consumer has taken it."""
        passed_over = {
            (row["topic"], row["tenant"].encode(), row["stream"].encode(), row["sequence"])
            for row in await tx.fetch(SQL["passed_over"], self.told.consumer)
        }
        heeded = self._named(fold.kinds)
        for feed in self.feeds:
            async for whose, sent in feed.chunks(self._gone, tenant):
                due = (
                    self._opened(whose, (one.place, one.value, one.headers.items()))
                    for one in sent
                    if one.version <= self._fed.get(one.stream, 0)
                    and (*one.stream, one.version) not in passed_over
                    and one.headers["ce_type"] in heeded
                )
                fold.take(whose, due)
        self._versions.update(self._fed)

    def _fresh(
        self, records: Iterable[Record], until: Standing, kinds: frozenset[type], tenant: TenantId | None
    ) -> dict[TenantId, list[Any]]:
        """The events that are next in their stream, by tenant; of those of other kinds only the version is noted.

        Raises StreamGap, CannotRead.
        """
        heeded = self._named(kinds)
        fresh: dict[bytes, list[Raw]] = {}
        for record in records:
            headers, place = dict(record.headers), place_of(record)
            if self._is_next(record, headers, left_out=place in until.left_out) and headers["ce_type"] in heeded:
                fresh.setdefault(headers["ce_tenant"], []).append((place, record.value or b"", record.headers))
        named = {TenantId.parse(name.decode()): raws for name, raws in fresh.items()}
        return {
            whose: [self._opened(whose, raw) for raw in raws]
            for whose, raws in named.items()
            if tenant in (None, whose)
        }

    def _named(self, kinds: frozenset[type]) -> frozenset[bytes]:
        """What these kinds are called in a record's headers."""
        return frozenset(name.encode() for name, kind in self.told.kinds.items() if kind in kinds)

    def _is_next(self, record: Record, headers: Mapping[str, bytes], *, left_out: bool) -> bool:
        """As the live guard has it: what came before is dropped, and so is what was left out, again and again."""
        try:
            stream = (record.topic, headers["ce_tenant"], headers["ce_subject"])
            version, previous = int(headers["ce_sequence"]), int(headers["ce_prevsequence"])
        except (KeyError, TypeError, ValueError) as error:
            if left_out:
                return False
            raise CannotRead(place_of(record)) from error
        skipped = self._skipped.get(stream, ())
        known = self._versions.get(stream, 0)
        if left_out:
            self._skipped[stream] = {*skipped, version}
        if left_out or version <= known or version in skipped:
            return False
        if previous > known and not skipped:
            raise StreamGap(f"{record.topic}: a version is missing before {place_of(record)}")
        self._versions[stream] = version
        return True

    def _opened(self, tenant: TenantId, raw: Raw) -> Any:
        """A `Late`. Raises CannotRead."""
        place, value, pairs = raw
        headers = dict(pairs)
        try:
            event = self.told.parse(headers["ce_type"].decode(), value)
            return Late(
                event=event,
                tenant=tenant,
                stream=headers["ce_subject"].decode(),
                version=int(headers["ce_sequence"]),
                position=int(headers.get("ce_position", 0)),
                occurred_at=datetime.fromisoformat(headers["ce_time"].decode()),
                recorded_at=datetime.fromisoformat(headers["ce_recordedtime"].decode()),
                whole=partial(read, event, pairs),
            )
        except Exception as error:  # noqa: BLE001 - a value can be wrong in any way
            # The error itself may quote what the event holds.
            raise CannotRead(f"{place}: {type(error).__name__}") from None
