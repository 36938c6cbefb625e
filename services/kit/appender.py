"""Group commit: many concurrent appends, one statement, an outcome for each.

A process has two lanes, a connection each. While one lane's batch is in the database, the other's is made ready, so that neither
side waits for the other. What is in flight on one lane keeps requests of the same stream or command id back, so that each is
judged on what went before it. Whatever breaks on the way, the same batch is tried again with the same command ids: what had been
committed answers as a duplicate of itself.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from services.kit import metrics
from services.kit.errors import Busy, Conflict, StoreHeld
from services.kit.record import Answer
from services.kit.sql import queries
from services.kit.tenancy import TenantId

SQL = queries("event_store")
log = structlog.get_logger(__name__)

_THE_REQUEST_IS_WRONG = ("22", "23", "42")
"""SQLSTATE classes that trying again cannot mend: bad data, broken constraint, missing table or right."""
_LANES = 2
_BATCH = 500
_WORTH_SHARING = 16
"""Fewer than this go together: a batch of their own for each half would cost more than it saves."""

_HELD = "KT001"
"""SQLSTATE of migration store/0004: the log takes nothing before it was compared with Kafka."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Events for the end of one stream; the lists run in step, one entry an event. No events: only the answer is kept."""

    tenant: TenantId
    stream: str
    expected: int | None
    command_id: UUID
    types: list[str]
    data: list[str]
    sealed: list[bytes | None]
    meta: list[str]
    occurred: list[datetime]


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: Request
    answer: asyncio.Future[Answer]
    keys: frozenset[object] = field(default_factory=frozenset)


class Appender:
    def __init__(self, dsn: str, *, queue: int = 5_000, deadline: float = 10.0) -> None:
        self._limit = queue
        self._deadline = deadline
        self._queue: deque[_Waiting] = deque()
        self._in_flight: set[object] = set()
        """The streams and command ids of the batches the lanes have."""
        self._wake = asyncio.Event()
        self._lanes = [_Lane(dsn, deadline) for _ in range(_LANES)]
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    async def append(self, request: Request) -> Answer:
        """The outcome of one request. Raises Conflict, StoreHeld, or Busy: the queue is full, or no word came in time."""
        if self._closing or len(self._queue) >= self._limit:
            metrics.APPENDS.labels("busy").inc()
            raise Busy
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._run(lane), name="appender") for lane in self._lanes]
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        keys = frozenset(((request.tenant, request.stream), (request.tenant, request.command_id)))
        self._queue.append(_Waiting(request, answer, keys))
        self._wake.set()
        try:
            async with asyncio.timeout(self._deadline):
                return await answer
        except TimeoutError:
            metrics.APPENDS.labels("busy").inc()
            raise Busy from None

    async def close(self) -> None:
        """Answer what is queued, then stop."""
        self._closing = True
        self._wake.set()
        await asyncio.gather(*self._tasks)
        for lane in self._lanes:
            await lane.disconnect()

    async def _run(self, lane: "_Lane") -> None:
        while self._queue or not self._closing:
            batch = self._next_batch()
            if not batch:
                self._wake.clear()
                await self._wake.wait()
                continue
            taken = frozenset[object]().union(*(waiting.keys for waiting in batch))
            self._in_flight |= taken
            await lane.store(batch)
            self._in_flight -= taken
            self._wake.set()

    def _next_batch(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        kept_back: list[_Waiting] = []
        claimed = set(self._in_flight)
        most = self._fair_share()
        while self._queue and len(taken) < most:
            waiting = self._queue.popleft()
            if waiting.answer.done():
                continue
            if claimed.isdisjoint(waiting.keys):
                taken.append(waiting)
            else:
                kept_back.append(waiting)
            claimed.update(waiting.keys)
        self._queue.extendleft(reversed(kept_back))
        return taken

    def _fair_share(self) -> int:
        """A lane's part of all that waits or is in flight: took one lane everything, the other would have nothing to do."""
        everything = len(self._queue) + len(self._in_flight) // 2
        return min(_BATCH, everything if everything < _WORTH_SHARING else -(-everything // _LANES))


class _Lane:
    """One connection and what is tried on it."""

    def __init__(self, dsn: str, deadline: float) -> None:
        self._dsn = dsn
        self._deadline = deadline
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def store(self, batch: list[_Waiting]) -> None:
        """Try until every request of the batch has its outcome or its caller has gone."""
        pause = 0.01
        while batch:
            try:
                self._answer(batch, await self._execute([waiting.request for waiting in batch]))
                return
            except asyncpg.PostgresError as error:
                if error.sqlstate == _HELD:
                    _refuse(batch)
                    return
                if error.sqlstate and error.sqlstate[:2] in _THE_REQUEST_IS_WRONG:
                    await self._bisect(batch, error)
                    return
                await self._recover(error, pause)
            except Exception as error:  # noqa: BLE001 - every way a connection can break
                # Anything else (a cut connection, asyncpg's InternalClientError, …) leaves the outcome unknown: ask again.
                await self._recover(error, pause)
            pause = min(pause * 2, 1.0)
            batch = [waiting for waiting in batch if not waiting.answer.done()]

    async def _bisect(self, batch: list[_Waiting], error: Exception) -> None:
        if len(batch) == 1:
            if not batch[0].answer.done():
                batch[0].answer.set_exception(error)
            return
        middle = len(batch) // 2
        await self.store(batch[:middle])
        await self.store(batch[middle:])

    async def _recover(self, error: Exception, pause: float) -> None:
        log.warning("append-retried", error=type(error).__name__)
        metrics.APPEND_RETRIES.inc()
        await self.disconnect()
        await asyncio.sleep(pause)

    async def _execute(self, requests: Sequence[Request]) -> Sequence[Any]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._dsn, timeout=self._deadline, command_timeout=self._deadline)
        alone = len(requests) == 1
        statement, values = (SQL["append_one"], _one(requests[0])) if alone else (SQL["append_many"], _many(requests))
        with metrics.APPEND_SECONDS.time():
            rows: Sequence[Any] = await self._connection.fetch(statement, *values)
        return rows

    async def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.close(timeout=1)

    def _answer(self, batch: Sequence[_Waiting], rows: Sequence[Any]) -> None:
        metrics.APPEND_BATCH.observe(len(batch))
        for waiting, row in zip(batch, rows, strict=True):
            metrics.APPENDS.labels(row["outcome"]).inc()
            if waiting.answer.done():
                continue
            if row["outcome"] == "conflict":
                waiting.answer.set_exception(Conflict())
            else:
                waiting.answer.set_result(
                    Answer(
                        stream=row["answer_stream"],
                        version=row["answer_version"],
                        position=row["answer_position"],
                        duplicate=row["outcome"] == "duplicate",
                    )
                )


def _refuse(batch: Sequence[_Waiting]) -> None:
    for waiting in batch:
        metrics.APPENDS.labels("held").inc()
        if not waiting.answer.done():
            waiting.answer.set_exception(StoreHeld())


def _one(request: Request) -> tuple[Any, ...]:
    return (
        request.tenant,
        request.stream,
        request.expected,
        request.command_id,
        request.types,
        request.data,
        request.sealed,
        request.meta,
        request.occurred,
    )


def _many(requests: Sequence[Request]) -> tuple[Any, ...]:
    return (
        [request.tenant for request in requests],
        [request.stream for request in requests],
        [request.expected for request in requests],
        [request.command_id for request in requests],
        [number for number, request in enumerate(requests, 1) for _ in request.types],
        [value for request in requests for value in request.types],
        [value for request in requests for value in request.data],
        [value for request in requests for value in request.sealed],
        [value for request in requests for value in request.meta],
        [value for request in requests for value in request.occurred],
    )
