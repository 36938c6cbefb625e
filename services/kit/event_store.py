"""The log of one service: load a stream, append to it, follow it.

`append` ends as stored, as a duplicate with the first answer, or in an error that says what became of it; never in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from asyncpg.pgproto import pgproto

from services.kit.appender import Appender, Request
from services.kit.codec import Codec
from services.kit.errors import IdReused
from services.kit.gathering import Gathering
from services.kit.privacy import Privacy
from services.kit.record import Answer, Recorded
from services.kit.sql import queries
from services.kit.tenancy import TenantId, TenantPool, Tx, set_tenant
from services.kit.tracing import current_traceparent

E = TypeVar("E")

SQL = queries("event_store")


@dataclass(frozen=True, slots=True)
class _Sought:
    """A stream, and a command that may have been done before."""

    tenant: TenantId
    stream: str
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """The stored rows of a stream, oldest first, and that of the command."""

    rows: Sequence[Any]
    answer: Any | None


class EventStore(Generic[E]):
    def __init__(self, pool: TenantPool, appender: Appender, codec: Codec[E], privacy: Privacy) -> None:
        self._pool = pool
        self._appender = appender
        self._codec = codec
        self._privacy = privacy
        self._reads: Gathering[_Sought, _Found] = Gathering(self._find)

    @property
    def codec(self) -> Codec[E]:
        return self._codec

    async def load(self, tenant: TenantId, stream: str) -> list[Recorded[E]]:
        """Every event of a stream, oldest first; empty when there is none."""
        found = await self._reads.get(_Sought(tenant, stream))
        return await self._decode(tenant, found.rows)

    async def recall(self, tenant: TenantId, stream: str, command_id: UUID) -> tuple[list[Recorded[E]], Answer | None]:
        """Every event of a stream, and the answer if this command was done before: what a decision needs."""
        found = await self._reads.get(_Sought(tenant, stream, command_id))
        return await self._decode(tenant, found.rows), _known(found.answer)

    async def answer_to(self, tenant: TenantId, command_id: UUID) -> Answer | None:
        """The stored answer of a command that was done before."""
        async with self._pool.scope(tenant) as tx:
            return _known(await tx.fetchrow(SQL["answer_to"], tenant, command_id))

    async def append(
        self,
        tenant: TenantId,
        stream: str,
        *,
        expected: int | None,
        events: Sequence[E],
        command_id: UUID,
        actor: str,
        occurred_at: datetime,
        causation_id: UUID | None = None,
    ) -> Answer:
        """Store events at the end of a stream; `expected` is the version they were decided on (None: whatever it is).

        Raises Conflict, Busy, StoreHeld, IdReused, Erased, TextRefused.
        """
        meta = {"actor": actor, "command_id": str(command_id), "traceparent": current_traceparent()}
        if causation_id is not None:
            meta["causation_id"] = str(causation_id)
        encoded = [self._codec.encode(event) for event in events]
        request = Request(
            tenant=tenant,
            stream=stream,
            expected=expected,
            command_id=command_id,
            types=[e.type for e in encoded],
            data=[orjson.dumps(e.data).decode() for e in encoded],
            sealed=[await self._privacy.seal(tenant, stream, e.subject, e.personal) for e in encoded],
            meta=[orjson.dumps(meta).decode()] * len(encoded),
            occurred=[getattr(event, "occurred_at", occurred_at) for event in events],
        )
        answer = await self._appender.append(request)
        if answer.stream != stream:
            raise IdReused
        return answer

    async def read_sealed_after(self, position: int, limit: int, published: Sequence[str]) -> list[Recorded[E]]:
        """The next events of every tenant in commit order, personal fields left sealed (None).

        `published` names the stored types whose `previous` is wanted.
        """
        return [self._record(TenantId(row["tenant"]), row, {}) for row in await self._feed(position, limit, published)]

    async def read_after(self, position: int, limit: int) -> list[Recorded[E]]:
        """The next events of every tenant in commit order, personal fields opened."""
        rows = await self._feed(position, limit, ())
        by_tenant: dict[str, list[Any]] = {}
        for row in rows:
            by_tenant.setdefault(row["tenant"], []).append(row)
        decoded = [event for tenant, mine in by_tenant.items() for event in await self._decode(TenantId(tenant), mine)]
        return sorted(decoded, key=lambda recorded: recorded.position)

    async def head(self) -> int:
        """The position of the newest event; 0 for an empty log."""
        async with self._pool.single() as tx:
            head: int = await tx.fetchval("select feed_head()")
        return head

    async def erase(self, tenant: TenantId, subject: str) -> bool:
        """Destroy the key of a person: their events stay, and their sealed fields read as None. False: it was done before."""
        return await self._privacy.erase(tenant, subject)

    def forget(self, tenant: TenantId, subject: str) -> None:
        """The person was erased by another process: forget their key here too."""
        self._privacy.forget(tenant, subject)

    async def close(self) -> None:
        await self._appender.close()

    async def _find(self, sought: Sequence[_Sought]) -> Sequence[_Found]:
        found: dict[_Sought, _Found] = {}
        async with self._pool.unscoped() as tx:
            for tenant, theirs in _by_tenant(sought).items():
                await set_tenant(tx, tenant)
                found.update(await (_find_one(tx, theirs[0]) if len(theirs) == 1 else _find_many(tx, tenant, theirs)))
        return [found[one] for one in sought]

    async def _feed(self, position: int, limit: int, published: Sequence[str]) -> Sequence[Any]:
        async with self._pool.single() as tx:
            rows: Sequence[Any] = await tx.fetch(SQL["read_feed"], position, limit, list(published))
        return rows

    async def _decode(self, tenant: TenantId, rows: Sequence[Any]) -> list[Recorded[E]]:
        opened = await self._privacy.open_all(tenant, rows)
        return [self._record(tenant, row, personal) for row, personal in zip(rows, opened, strict=True)]

    def _record(self, tenant: TenantId, row: Any, personal: dict[str, Any]) -> Recorded[E]:
        return recorded(self._codec.decode(row["type"], row["data"], personal), tenant, row)


def recorded(event: E, tenant: TenantId, row: Any) -> Recorded[E]:
    """An event in the place its stored row gives it."""
    meta = row["meta"]
    return Recorded(
        event=event,
        tenant=tenant,
        stream=row["stream"],
        version=row["version"],
        position=row["position"],
        type=row["type"],
        event_id=row["id"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        actor=meta["actor"],
        # What a uuid column is read as. It is made in a tenth of the time, and every follower of the log makes two an event.
        command_id=pgproto.UUID(meta["command_id"]),
        causation_id=pgproto.UUID(meta["causation_id"]) if "causation_id" in meta else None,
        previous=row["previous"],
        traceparent=meta.get("traceparent"),
    )


def _by_tenant(sought: Sequence[_Sought]) -> dict[TenantId, list[_Sought]]:
    grouped: dict[TenantId, list[_Sought]] = {}
    for one in sought:
        grouped.setdefault(one.tenant, []).append(one)
    return grouped


async def _find_one(tx: Tx, one: _Sought) -> dict[_Sought, _Found]:
    rows = await tx.fetch(SQL["load_stream"], one.tenant, one.stream)
    answer = await tx.fetchrow(SQL["answer_to"], one.tenant, one.command_id) if one.command_id else None
    return {one: _Found(rows, answer)}


async def _find_many(tx: Tx, tenant: TenantId, sought: Sequence[_Sought]) -> dict[_Sought, _Found]:
    rows: dict[str, list[Any]] = {one.stream: [] for one in sought}
    for row in await tx.fetch(SQL["load_streams"], tenant, list(rows)):
        rows[row["stream"]].append(row)
    commands = [one.command_id for one in sought if one.command_id]
    answers = {row["id"]: row for row in await tx.fetch(SQL["answers_to"], tenant, commands)} if commands else {}
    return {one: _Found(rows[one.stream], answers.get(one.command_id)) for one in sought}


def _known(row: Any) -> Answer | None:
    if row is None:
        return None
    return Answer(stream=row["stream"], version=row["version"], position=row["position"], duplicate=True)
