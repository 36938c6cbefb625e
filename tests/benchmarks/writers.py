"""Commands on their way into a store: as fast as a number of writers go, or so many a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from services.kit.errors import Conflict
from services.kit.event_store import EventStore
from services.kit.record import Answer
from services.kit.tenancy import TenantId
from tests.benchmarks.figures import Sample, sample
from tests.benchmarks.toy import NOW, Taken, taken, tenant

STREAMS = 2_000
_STALE, _AGAIN = 33, 66
"""Which command of a hundred expects a version that has gone by, and which is sent a second time."""


class Wrong(Exception):
    """The store gave another answer than the one it owed."""


@dataclass(slots=True)
class Stream:
    """A stream as its only writer knows it."""

    tenant: TenantId
    name: str
    version: int = 0
    last_command: UUID | None = None


class Writers:
    """Each stream has one writer, so that a conflict happens where it is meant to and nowhere else."""

    def __init__(self, store: EventStore[Taken], run: str, streams: int = STREAMS) -> None:
        self._store = store
        names = (uuid5(NAMESPACE_URL, f"{run}-{number}") for number in range(streams))
        self._streams = [Stream(tenant(number), f"account-{name}") for number, name in enumerate(names)]
        self._taken: list[int] = []

    async def prepare(self, events: int) -> None:
        """Give every stream `events` events, many in one request."""
        for start in range(0, len(self._streams), 100):
            await asyncio.gather(*(self._begin(stream, events) for stream in self._streams[start : start + 100]))

    async def rush(self, writers: int, seconds: float) -> Sample:
        """So many writers, each sending its next command when the last one is answered."""
        self._taken = []
        begun = time.monotonic()
        shares = [self._streams[number::writers] for number in range(writers)]
        await asyncio.gather(*(self._write(share, begun + seconds) for share in shares))
        return sample(self._taken, time.monotonic() - begun)

    async def pace(self, rate: int, seconds: float) -> Sample:
        """`rate` commands a second, on time whether or not the earlier ones are answered; times count from when each was due."""
        self._taken = []
        tasks = [
            asyncio.create_task(self._blind(self._streams[number % len(self._streams)], due))
            async for number, due in on_time(rate, seconds)
        ]
        await asyncio.gather(*tasks)
        return sample(self._taken, seconds)

    async def _begin(self, stream: Stream, events: int) -> None:
        answer = await self._send(stream, 0, [taken(stream.name, 0)] * events, uuid4())
        stream.version = answer.version

    async def _write(self, share: Sequence[Stream], until: float) -> None:
        for number, stream in _rounds(share):
            if time.monotonic() >= until:
                return
            begun = time.monotonic_ns()
            await self._one(stream, number % 100, begun)
            self._taken.append(time.monotonic_ns() - begun)

    async def _one(self, stream: Stream, kind: int, sent: int) -> None:
        event = taken(stream.name, sent)
        if kind == _STALE:
            await self._must_conflict(stream, event)
        elif kind == _AGAIN and stream.last_command is not None:
            answer = await self._send(stream, stream.version, [event], stream.last_command)
            _require(answer.duplicate, answer.version == stream.version)
        else:
            command = uuid4()
            answer = await self._send(stream, stream.version, [event], command)
            _require(not answer.duplicate, answer.version == stream.version + 1)
            stream.version, stream.last_command = answer.version, command

    async def _must_conflict(self, stream: Stream, event: Taken) -> None:
        try:
            await self._send(stream, stream.version - 1, [event], uuid4())
        except Conflict:
            return
        raise Wrong("a stale version was taken")

    async def _blind(self, stream: Stream, due: int) -> None:
        await self._send(stream, None, [taken(stream.name, due)], uuid4())
        self._taken.append(time.monotonic_ns() - due)

    async def _send(self, stream: Stream, expected: int | None, events: Sequence[Taken], command: UUID) -> Answer:
        return await self._store.append(
            stream.tenant,
            stream.name,
            expected=expected,
            events=events,
            command_id=command,
            actor="benchmark",
            occurred_at=NOW,
        )


async def on_time(rate: int, seconds: float) -> AsyncIterator[tuple[int, int]]:
    """(number, when it was due on the monotonic clock, in nanoseconds), each at its time or as soon after as may be."""
    step = 1_000_000_000 // rate
    begun = time.monotonic_ns() + 1_000_000
    for number in range(int(rate * seconds)):
        due = begun + number * step
        if (early := due - time.monotonic_ns()) > 0:
            await asyncio.sleep(early / 1e9)
        yield number, due


def _rounds(share: Sequence[Stream]) -> Iterator[tuple[int, Stream]]:
    number = 0
    while True:
        for stream in share:
            yield number, stream
            number += 1


def _require(*conditions: bool) -> None:
    if not all(conditions):
        raise Wrong("another answer than the one owed")
