"""What cannot be handled parks its stream: that stream alone, from the event that fails on, in order, until somebody saw to it.

Kept are pointers (where an event lies) and slugs (what kind of failure), never what an event says: it is read again when it is
tried again. All others go on. What is not an event's fault parks nothing (kit/systemic.py), nor does a failure of everything.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog

from services.kit import metrics
from services.kit.errors import DomainError
from services.kit.guard import StreamGap
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.systemic import Systemic, is_systemic
from services.kit.tenancy import TenantId, TenantPool, Tx, set_tenant

SQL = queries("parking")
log = structlog.get_logger(__name__)

UNKNOWN = TenantId("unknown")
"""Whose a record is that does not say it."""
OWN_LOG = ""
"""The topic of events read from the service's own log; their offset is the position."""

_IN_A_ROW = 10
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_HIGHEST = 2**31 - 1


class EveryStreamFails(Systemic):
    """More than ten streams in a row failed and none worked: it is not the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What kind of failure, of what error's name, in which field. Nothing of what the event says."""

    reason: str
    error_type: str
    field: str | None = None


class Unreadable(Exception):
    """An event that cannot be read as what it says it is."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Where an event lies. `type` and `event_id` are as far as they could be read."""

    sequence: int
    partition: int
    offset: int
    type: str
    event_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An event on its way in. `recorded` is None, and `trouble` says why, when it cannot be told what it is."""

    tenant: TenantId
    topic: str
    stream: str
    pointer: Pointer
    recorded: Recorded[Any] | None = None
    trouble: Failure | None = None

    @property
    def place(self) -> tuple[TenantId, str, str]:
        return self.tenant, self.topic, self.stream

    def known(self) -> Recorded[Any]:
        """Raises Unreadable."""
        if self.recorded is None:
            raise Unreadable(self.trouble or Failure(reason="unreadable", error_type=""))
        return self.recorded


Take = Callable[[Tx, Sequence[Arrived]], Awaitable[int]]
"""Apply events of one stream, in order; how many of them meant something. Raises what they raise."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """How far a stream came: events done with, how many of these meant something, and what the next one failed with."""

    done: int
    fresh: int
    error: Exception | None = None


def pointer_of(recorded: Recorded[Any], *, partition: int, offset: int) -> Pointer:
    """Where an event lies whose headers could be read."""
    return Pointer(
        sequence=min(recorded.version, _HIGHEST),
        partition=partition,
        offset=offset,
        type=recorded.type if _SLUG.fullmatch(recorded.type) else "unreadable",
        event_id=recorded.event_id,
    )


def failure_of(error: Exception) -> Failure:
    """What may be kept of an error: slugs and the names of classes and fields."""
    match error:
        case Unreadable():
            return error.failure
        case DomainError():
            return Failure(reason="refused", error_type=type(error).__name__, field=error.field)
        case StreamGap():
            return Failure(reason="event-missing", error_type=type(error).__name__)
        case _:
            return Failure(reason="handler-failed", error_type=type(error).__name__)


async def as_far_as_it_goes(tx: Tx, arrived: Sequence[Arrived], take: Take) -> Prefix:
    """Events of one stream up to the first that fails, or has a gap before it. Raises what else is systemic."""
    try:
        async with tx.transaction():
            return Prefix(len(arrived), await take(tx, arrived))
    except Exception as error:
        if _ends_it(error):
            raise
    fresh = 0
    for done, each in enumerate(arrived):
        try:
            async with tx.transaction():
                fresh += await take(tx, [each])
        except Exception as error:
            if _ends_it(error):
                raise
            return Prefix(done, fresh, error)
    return Prefix(len(arrived), fresh)


def _ends_it(error: Exception) -> bool:
    return is_systemic(error) and not isinstance(error, StreamGap)


async def park(tx: Tx, consumer: str, failure: Failure, arrived: Sequence[Arrived]) -> None:
    """From its first event here on this stream stands still."""
    tenant, topic, stream = arrived[0].place
    await set_tenant(tx, tenant)
    told = (failure.reason, failure.error_type, failure.field)
    await tx.execute(SQL["park"], tenant, consumer, topic, stream, *told)
    await park_behind(tx, consumer, arrived)


async def park_behind(tx: Tx, consumer: str, arrived: Sequence[Arrived]) -> None:
    """Events of streams that stand still wait their turn, untried."""
    for (tenant, topic), group in groupby(sorted(arrived, key=_whose), key=_whose):
        waiting = [(each.stream, each.pointer) for each in group]
        await set_tenant(tx, tenant)
        await tx.execute(
            SQL["put"],
            *(tenant, consumer, topic, [stream for stream, _ in waiting]),
            [pointer.sequence for _, pointer in waiting],
            [pointer.partition for _, pointer in waiting],
            [pointer.offset for _, pointer in waiting],
            [pointer.type for _, pointer in waiting],
            [pointer.event_id for _, pointer in waiting],
        )


async def parked_among(tx: Tx, consumer: str, arrived: Sequence[Arrived]) -> set[tuple[TenantId, str, str]]:
    """The places among these that stand still."""
    found: set[tuple[TenantId, str, str]] = set()
    for (tenant, topic), group in groupby(sorted(arrived, key=_whose), key=_whose):
        await set_tenant(tx, tenant)
        rows = await tx.fetch(SQL["parked"], tenant, consumer, topic, list({each.stream for each in group}))
        found |= {(tenant, topic, row["stream"]) for row in rows}
    return found


async def count(pool: TenantPool, consumer: str) -> int:
    """How many streams stand still for a consumer now; shown as a metric."""
    async with pool.single() as tx:
        row = await tx.fetchrow(SQL["counts"], consumer)
    streams, events = (row["streams"], row["events"]) if row else (0, 0)
    metrics.PARKED_STREAMS.labels(consumer).set(streams)
    metrics.PARKED_RECORDS.labels(consumer).set(events)
    return int(streams)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: how many events meant something, and the streams that were parked, each with its failing event."""

    fresh: int
    parked: Sequence[tuple[Arrived, Failure]] = ()


class Apart:
    """Takes a batch apart that failed as a whole: stream by stream, each as far as it goes, parking the rest of those that fail."""

    def __init__(self, consumer: str) -> None:
        self._consumer = consumer
        self._failed_in_a_row = 0

    async def take(self, tx: Tx, arrived: Sequence[Arrived], take: Take) -> Outcome:
        """Raises EveryStreamFails, so that nothing is parked, and what else is systemic."""
        standing = await parked_among(tx, self._consumer, arrived)
        await park_behind(tx, self._consumer, [each for each in arrived if each.place in standing])
        streams: dict[tuple[TenantId, str, str], list[Arrived]] = {}
        # What nobody can read comes first: there may be a gap where it should have been.
        for each in sorted(arrived, key=lambda each: each.tenant != UNKNOWN):
            if each.place not in standing:
                streams.setdefault(each.place, []).append(each)
        fresh, parked = 0, []
        for mine in streams.values():
            came = await self._stream(tx, mine, take)
            fresh += came.fresh
            if came.error is not None:
                parked.append((mine[came.done], failure_of(came.error)))
        if not fresh and self._failed_in_a_row + len(parked) > _IN_A_ROW:
            raise EveryStreamFails(f"{self._failed_in_a_row + len(parked)} streams in a row")
        return Outcome(fresh, parked)

    def committed(self, outcome: Outcome) -> None:
        """What was taken is in the database: now it may be told, and it counts."""
        self._failed_in_a_row = 0 if outcome.fresh else self._failed_in_a_row + len(outcome.parked)
        for first, failure in outcome.parked:
            log.error(
                "stream-parked",
                consumer=self._consumer,
                stream=first.stream,
                sequence=first.pointer.sequence,
                type=first.pointer.type,
                reason=failure.reason,
                error=failure.error_type,
                field=failure.field,
            )

    async def _stream(self, tx: Tx, mine: Sequence[Arrived], take: Take) -> Prefix:
        came = await as_far_as_it_goes(tx, mine, take)
        if isinstance(came.error, StreamGap) and not await self._behind_what_nobody_could_read(tx, mine[0]):
            raise came.error
        if came.error is not None:
            await park(tx, self._consumer, failure_of(came.error), mine[came.done :])
        return came

    async def _behind_what_nobody_could_read(self, tx: Tx, first: Arrived) -> bool:
        """What is missing before this event may be a record of the same key whose headers were broken."""
        await set_tenant(tx, UNKNOWN)
        rows = await tx.fetch(SQL["parked"], UNKNOWN, self._consumer, first.topic, [first.stream])
        return bool(rows)


def _whose(arrived: Arrived) -> tuple[TenantId, str]:
    return arrived.tenant, arrived.topic
