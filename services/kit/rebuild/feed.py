"""What a service has published, from its own log: for readers who come after Kafka has let it go."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import asyncpg

from services.kit.cloud_events import Message, headers, source_of
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.tenancy import TenantId, Tx, use_json

SQL = queries("feed")

_CHUNK = 10_000

Stream: TypeAlias = tuple[str, bytes, bytes]
"""Topic, tenant and stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A record as Kafka had it."""

    stream: Stream
    version: int
    value: bytes
    headers: Mapping[str, bytes]

    @property
    def place(self) -> str:
        return f"{self.stream[2].decode()}/{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One service's log as its owner reads it. `publish` gives a stored row's event and the message it was sent as, if any;
    `published` are the stored names that have one.
    """

    service: str
    owner: str
    published: Sequence[str]
    publish: Callable[[Mapping[str, Any]], tuple[Recorded[Any], Message | None]]

    async def tenants(self) -> list[TenantId]:
        """Everybody there are events of."""
        async with self._connected() as connection:
            return [TenantId(row["tenant"]) for row in await connection.fetch(SQL["tenants"])]

    async def chunks(
        self, topics: frozenset[str], tenant: TenantId | None
    ) -> AsyncIterator[tuple[TenantId, list[Sent]]]:
        """The messages sent to these topics, each stream in order, as a reader of Kafka gets them."""
        last: dict[Stream, int] = {}
        async with self._connected() as connection:
            source = source_of(self.service, await connection.fetchval(SQL["incarnation"]))
            head = await connection.fetchval(SQL["head"])
            for start in range(0, head, _CHUNK):
                rows = await connection.fetch(SQL["chunk"], start, start + _CHUNK, self.published, tenant)
                for whose, mine in self._by_tenant(rows, source, last, topics).items():
                    yield whose, mine

    def _by_tenant(
        self, rows: Sequence[Mapping[str, Any]], source: str, last: dict[Stream, int], topics: frozenset[str]
    ) -> dict[TenantId, list[Sent]]:
        """What went to these topics, each tenant's in order; `last` is moved on."""
        found: dict[TenantId, list[Sent]] = {}
        for row in rows:
            sent = self._sent(row, source, last)
            if sent.stream[0] in topics:
                found.setdefault(TenantId(row["tenant"]), []).append(sent)
        return found

    def _sent(self, row: Mapping[str, Any], source: str, last: dict[Stream, int]) -> Sent:
        recorded, message = self.publish(row)
        if message is None:
            raise LookupError(f"{row['type']} is published, but has no message")
        stream = (message.topic, recorded.tenant.encode(), recorded.stream.encode())
        previous = last.get(stream, 0)
        last[stream] = recorded.version
        as_sent = headers(replace(recorded, previous=previous), message, source=source)
        return Sent(stream=stream, version=recorded.version, value=message.data, headers=dict(as_sent))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Tx]:
        connection = await asyncpg.connect(self.owner)
        try:
            await use_json(connection)
            yield connection
        finally:
            await connection.close()
