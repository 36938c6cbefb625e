"""What stands still is tried once more, in order, or done without. Its stream goes on when nothing of it waits any longer.

Meanwhile the consumer takes no batch: its checkpoints are held. So what arrives parks behind or comes after, and is never both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from services.kit.parking import (
    OWN_LOG,
    UNKNOWN,
    Arrived,
    Failure,
    Pointer,
    Prefix,
    Take,
    as_far_as_it_goes,
    failure_of,
)
from services.kit.sql import queries
from services.kit.tenancy import TenantId, TenantPool, Tx, set_tenant

SQL = queries("parking")
log = structlog.get_logger(__name__)

_BATCH = 200
_ALL = 1_000_000


class Source(Protocol):
    """Where parked events are read again."""

    async def read(self, tenant: TenantId, topic: str, stream: str, pointers: Sequence[Pointer]) -> list[Arrived]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stream that stands still: of which tenant, for which consumer, from which topic ('' for the own log)."""

    tenant: TenantId
    consumer: str
    topic: str
    stream: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.tenant, self.consumer, self.topic, self.stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many events went in, how many still wait, and what the next of them fails with. Nothing waits: the stream goes on."""

    applied: int
    left: int
    failure: Failure | None = None


class Replay:
    """Tries the parked streams of one consumer again."""

    def __init__(self, pool: TenantPool, source: Source, take: Take) -> None:
        self._pool = pool
        self._source = source
        self._take = take

    async def run(self, place: Place) -> Replayed:
        """As far as it goes; a crash leaves it where it was. Raises RecordsLost, PositionLost, and what else is systemic."""
        applied = 0
        while True:
            pointers = await waiting(self._pool, place, _BATCH)
            arrived = await self._source.read(place.tenant, place.topic, place.stream, pointers) if pointers else []
            done, left, error = await self._once(place, pointers, arrived)
            applied += done
            if left == 0 or error is not None:
                return Replayed(applied=applied, left=left, failure=failure_of(error) if error else None)

    async def _once(
        self, place: Place, pointers: Sequence[Pointer], arrived: Sequence[Arrived]
    ) -> tuple[int, int, Exception | None]:
        """Events done with, events left, and what the next one fails with."""
        async with self._pool.scope(place.tenant) as tx:
            await _hold(tx, place)
            if await _waiting(tx, place, len(pointers)) != pointers:
                return 0, await _left(tx, place), None
            came = await as_far_as_it_goes(tx, arrived, self._take) if arrived else Prefix(0, 0)
            await set_tenant(tx, place.tenant)
            await _take_out(tx, place, pointers[: came.done])
            if came.error is not None:
                told = failure_of(came.error)
                await tx.execute(SQL["blame"], *place.key, told.reason, told.error_type, told.field)
            await tx.fetchval(SQL["release"], *place.key)
            return came.done, await _left(tx, place), came.error


async def waiting(pool: TenantPool, place: Place, limit: int = _ALL) -> list[Pointer]:
    """What waits in a stream, in order."""
    async with pool.scope(place.tenant) as tx:
        return await _waiting(tx, place, limit)


async def discard(pool: TenantPool, place: Place, *, reason: str, by: str, everything: bool = False) -> list[Pointer]:
    """Do without the event a stream stands still at, or everything that waits in it. What was done without is kept on record.

    The version guard goes on after it, so that the next event is not taken for one with a gap before it; a read model that is
    built anew leaves out the same events. The stream goes on at once when nothing waits any longer; else by a replay.
    """
    async with pool.scope(place.tenant) as tx:
        await _hold(tx, place)
        gone = await _waiting(tx, place, _ALL if everything else 1)
        await tx.execute(SQL["record"], *place.key, *_columns(gone), reason, by)
        if gone and place.topic != OWN_LOG and place.tenant != UNKNOWN:
            await tx.execute(SQL["pass_over"], *place.key, gone[-1].sequence)
        await _take_out(tx, place, gone)
        await tx.fetchval(SQL["release"], *place.key)
    sequences = [pointer.sequence for pointer in gone]
    log.warning("events-discarded", consumer=place.consumer, stream=place.stream, sequences=sequences, by=by)
    return gone


async def _hold(tx: Tx, place: Place) -> None:
    await tx.fetchval(SQL["hold_consumer"], place.consumer)
    await tx.fetchval(SQL["hold_projection"], place.consumer)
    await tx.fetchval(SQL["lock"], *place.key)


async def _waiting(tx: Tx, place: Place, limit: int) -> list[Pointer]:
    rows = await tx.fetch(SQL["waiting"], *place.key, limit)
    return [
        Pointer(
            sequence=row["sequence"],
            partition=row["partition"],
            offset=row["record_offset"],
            type=row["ce_type"],
            event_id=row["event_id"],
        )
        for row in rows
    ]


async def _take_out(tx: Tx, place: Place, gone: Sequence[Pointer]) -> None:
    await tx.execute(SQL["take_out"], *place.key, *_columns(gone))


async def _left(tx: Tx, place: Place) -> int:
    return int(await tx.fetchval(SQL["left"], *place.key))


def _columns(pointers: Sequence[Pointer]) -> tuple[list[int], list[int]]:
    return [pointer.partition for pointer in pointers], [pointer.offset for pointer in pointers]
