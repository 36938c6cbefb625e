"""What was published of a log, compared with the log; and publishing a part of it again."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
from aiokafka import AIOKafkaProducer

from deploy.operations.findings import AT_MOST, Finding
from deploy.operations.publication import Publication
from deploy.operations.topic import Record, batches, headers_of, reading
from deploy.operations.verify import FOLDER
from services.kit.cloud_events import REPUBLISHED, Message, headers, source_of
from services.kit.kafka import connection as kafka_connection
from services.kit.published import newest_of
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.tenancy import TenantId, use_json

SQL = queries("relay", FOLDER)
Told = Callable[[int], None]
"""Called with the number of records or events done since the last call."""

_CHUNK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`head` is where the log ends, `published` how far its publisher is, `newest` the last position Kafka holds at its end."""

    service: str
    incarnation: str
    head: int
    published: int
    newest: int
    holder: str
    epoch: int
    leads: bool
    open: bool

    @property
    def lag(self) -> int:
        return self.head - self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`records` of this store in Kafka, `again` of them repeats; `older` lack fields that today's translation gives."""

    service: str
    events: int
    records: int
    again: int
    older: int
    foreign: int
    findings: Sequence[Finding]


async def relay_status(admin: str, kafka: str, publication: Publication) -> Status:
    """Of one service. `admin` is the administrator's DSN of its database."""
    async with connected(admin) as connection:
        row = await connection.fetchrow(SQL["status"])
    newest = await newest_of(kafka, publication.topics, source_of(publication.service, row["incarnation"]))
    return Status(
        service=publication.service,
        incarnation=str(row["incarnation"]),
        newest=max(newest, default=0),
        **{name: row[name] for name in ("head", "published", "holder", "epoch", "leads", "open")},
    )


def connected(admin: str) -> "_Connected":
    return _Connected(admin)


class _Connected:
    """An administrator's connection with jsonb as Python values, for `async with`."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def __aenter__(self) -> Any:
        self._connection = await asyncpg.connect(self._dsn)
        await use_json(self._connection)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()


async def verify_relay(
    admin: str, kafka: str, publication: Publication, *, up_to: int | None = None, told: Told = lambda _: None
) -> Compared:
    """Every published event is in Kafka at least once, with the same content, and in version order for who drops repeats.

    `up_to` is the position to which the log must have been published; None: as far as its publisher says.
    """
    async with connected(admin) as connection:
        status = await connection.fetchrow(SQL["status"])
        expected = status["published"] if up_to is None else up_to
        comparison = _Comparison(publication, connection, source_of(publication.service, status["incarnation"]))
        async with reading(kafka, publication.topics) as consumer:
            async for records in batches(consumer):
                await comparison.take(records)
                told(len(records))
        events = await comparison.look_for_missing(expected)
    return comparison.result(events)


async def republish(
    admin: str,
    kafka: str,
    publication: Publication,
    *,
    first: int,
    last: int,
    tenant: TenantId | None = None,
    dry_run: bool = False,
    told: Told = lambda _: None,
) -> int:
    """Send the public events from position `first` to `last` again, in order; the number of them. Who had them drops them."""
    sent = 0
    async with connected(admin) as connection:
        source = source_of(publication.service, (await connection.fetchrow(SQL["status"]))["incarnation"])
        async with _producing(kafka) as producer:
            async for positions in _public(connection, publication, first - 1, last, tenant):
                rows = await connection.fetch(SQL["at"], positions, publication.counted)
                await _send(producer, [] if dry_run else [publication.of(row) for row in rows], source)
                sent += len(rows)
                told(len(rows))
    return sent


@asynccontextmanager
async def _producing(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**kafka_connection(kafka), enable_idempotence=True, acks="all")
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _public(connection: Any, publication: Publication, after: int, last: int, tenant: TenantId | None) -> Any:
    """The positions of what leaves the service, in chunks."""
    while positions := [
        row["position"]
        for row in await connection.fetch(SQL["public"], after, last, publication.counted, tenant, _CHUNK)
    ]:
        yield positions
        after = positions[-1]


async def _send(
    producer: AIOKafkaProducer, events: Sequence[tuple[Recorded[Any], Message | None]], source: str
) -> None:
    waiting = [
        await producer.send(
            message.topic,
            message.data,
            key=recorded.stream.encode(),
            headers=[*headers(recorded, message, source=source), (REPUBLISHED, b"true")],
        )
        for recorded, message in events
        if message is not None
    ]
    for acknowledged in waiting:
        await acknowledged


@dataclass(slots=True)
class _Comparison:
    publication: Publication
    connection: Any
    source: str
    seen: set[int] = field(default_factory=set)
    last: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    partitions: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    records: int = 0
    foreign: int = 0
    older: int = 0

    async def take(self, records: Sequence[Record]) -> None:
        """Compare the next records of one partition with the events they were made of."""
        told = [(record, headers_of(record)) for record in records]
        mine = [(record, said) for record, said in told if said.get("ce_source") == self.source]
        self.foreign += len(told) - len(mine)
        self.records += len(mine)
        wanted = sorted({int(said["ce_position"]) for _, said in mine})
        rows = await self.connection.fetch(SQL["at"], wanted, self.publication.counted)
        stored = {row["position"]: self.publication.of(row) for row in rows}
        for record, said in mine:
            self._in_order(record, said)
            self._same(record, said, stored.get(int(said["ce_position"])))

    async def look_for_missing(self, expected: int) -> int:
        """How many public events there are up to `expected`; those Kafka does not hold are found."""
        count = 0
        async for positions in _public(self.connection, self.publication, 0, expected, None):
            count += len(positions)
            missing = [position for position in positions if position not in self.seen]
            for row in await self.connection.fetch(SQL["named"], missing) if missing else ():
                self._find("missing", row["place"])
        return count

    def result(self, events: int) -> Compared:
        return Compared(
            service=self.publication.service,
            events=events,
            records=self.records,
            again=self.records - len(self.seen),
            older=self.older,
            foreign=self.foreign,
            findings=self.findings,
        )

    def _in_order(self, record: Record, said: Mapping[str, str]) -> None:
        stream = (said["ce_tenant"], said["ce_subject"])
        place = (record.topic, record.partition)
        if record.key is None or record.key.decode() != said["ce_subject"]:
            self._find("key", f"{_at(record)}: the key is not the stream")
        if self.partitions.setdefault(stream, place) != place:
            self._find("partition", f"{_at(record)}: {stream[1]} is in partition {self.partitions[stream][1]} too")
        version, previous = int(said["ce_sequence"]), int(said["ce_prevsequence"])
        if version <= self.last[stream]:
            return
        if previous != self.last[stream]:
            self._find("order", f"{_at(record)}: {stream[1]} version {version} comes after {self.last[stream]}")
        self.last[stream] = version

    def _same(
        self, record: Record, said: Mapping[str, str], stored: tuple[Recorded[Any], Message | None] | None
    ) -> None:
        recorded, message = stored or (None, None)
        if recorded is None or message is None or str(recorded.event_id) != said["ce_id"]:
            self._find("unknown", f"{_at(record)}: the log has no such public event at position {said['ce_position']}")
            return
        self.seen.add(recorded.position)
        wanted = {name: value.decode() for name, value in headers(recorded, message, source=self.source)}
        had = {name: value for name, value in said.items() if name != REPUBLISHED}
        named = (record.topic, wanted) == (message.topic, had)
        if named and record.value == message.data:
            return
        if named and _is_older_form(record.value, message.data):
            self.older += 1
            return
        self._find("content", f"{_at(record)}: not what the log says of position {recorded.position}")

    def _find(self, check: str, place: str) -> None:
        if sum(finding.check == check for finding in self.findings) < AT_MOST:
            self.findings.append(Finding(check=check, place=place))


def _is_older_form(sent: bytes | None, today: bytes) -> bool:
    """What was sent then says the same, without optional fields that were added since."""
    if sent is None:
        return False
    after = orjson.loads(today)
    return all(name in after and after[name] == value for name, value in orjson.loads(sent).items())


def _at(record: Record) -> str:
    return f"{record.topic}[{record.partition}] offset {record.offset}"
