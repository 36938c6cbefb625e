"""Tests that read as given / when / then.

A decider case needs nothing to run. A projection case runs pure (`then`) or in PostgreSQL (`then_stored`); by itself it also cuts
the batch at every point, interleaves the streams at random and, stored, sends every event again: the rows must be the same.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import NAMESPACE_URL, uuid4, uuid5

from services.kit.errors import DomainError
from services.kit.guard import judge
from services.kit.read_model import ReadModel, by_tenant
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, TenantPool

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")
R = TypeVar("R")

TENANT = TenantId("U99999")
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
_SHUFFLES = 20


@dataclass(frozen=True, kw_only=True)
class Decider(Generic[C, S, E]):
    """An aggregate's three functions: `Decider(...).given(*events).when(command).then(*events)`."""

    decide: Callable[..., list[E]]
    evolve: Callable[[S, E], S]
    initial: Callable[[], S]
    now: datetime = NOW

    def given(self, *events: E) -> "Given[C, S, E]":
        return Given(self, events)


@dataclass(frozen=True)
class Given(Generic[C, S, E]):
    decider: Decider[C, S, E]
    events: Sequence[E]

    def when(self, command: C) -> "Outcome[E]":
        state = self.decider.initial()
        for event in self.events:
            state = self.decider.evolve(state, event)
        try:
            return Outcome(list(self.decider.decide(command, state, now=self.decider.now)), None)
        except DomainError as refusal:
            return Outcome([], refusal)


@dataclass(frozen=True)
class Outcome(Generic[E]):
    events: list[E]
    refusal: DomainError | None

    def then(self, *expected: E) -> None:
        """Whole events, compared as they are."""
        if self.refusal is not None:
            raise AssertionError(f"refused with {self.refusal.slug}: {self.refusal}")
        if self.events != list(expected):
            raise AssertionError(f"expected {list(expected)}\n     got {self.events}")

    def refused_with(self, slug: str, field: str | None = None) -> None:
        if self.refusal is None:
            raise AssertionError(f"expected {slug}, but it happened: {self.events}")
        if self.refusal.slug != slug or (field is not None and self.refusal.field != field):
            raise AssertionError(f"expected {slug} ({field}), got {self.refusal.slug} ({self.refusal.field})")


def record(
    event: E,
    *,
    stream: str,
    version: int,
    tenant: TenantId = TENANT,
    position: int = 0,
    type: str = "",  # noqa: A002 - the name it has in Recorded
    at: datetime | None = None,
) -> Recorded[E]:
    """An event with its place in the log, for a test."""
    when: datetime = at or getattr(event, "occurred_at", None) or NOW
    return Recorded(
        event=event,
        tenant=tenant,
        stream=stream,
        version=version,
        previous=version - 1,
        position=position or version,
        type=type or getattr(event, "TYPE", ""),
        event_id=uuid5(NAMESPACE_URL, f"{tenant}/{stream}/{version}"),
        occurred_at=when,
        recorded_at=when,
        actor="test",
    )


@dataclass(frozen=True)
class ProjectionCase(Generic[R, E]):
    """`ProjectionCase(MODEL).given(*recorded).then(*rows)`; `.then_stored(pool, *rows)` goes through a real database too."""

    model: ReadModel[R, E]
    events: Sequence[Recorded[E]] = ()
    seed: int = field(default_factory=lambda: random.SystemRandom().randrange(2**32))

    def given(self, *events: Recorded[E]) -> "ProjectionCase[R, E]":
        return replace(self, events=events)

    def then(self, *rows: R) -> None:
        """Exactly these rows, in any order: as given, cut at every point, and with the streams interleaved at random."""
        for how, batches in self._deliveries():
            folded: dict[TenantId, dict[str, R | None]] = {}
            for batch in batches:
                for tenant, mine in by_tenant(batch).items():
                    folded[tenant] = self.model.fold(folded.get(tenant, {}), mine)
            kept = [row for mine in folded.values() for row in mine.values() if row is not None]
            _compare(how, rows, kept)

    async def then_stored(self, pool: TenantPool, *rows: R) -> None:
        """The same in PostgreSQL behind the version guard, and with each event delivered twice."""
        self.then(*rows)
        again = [
            (f"event {n + 1} sent again with what follows", [self.events, self.events[n:]])
            for n in range(len(self.events))
        ]
        for how, batches in [*self._deliveries(), *again]:
            consumer = uuid4().hex
            await self._clear(pool)
            for batch in batches:
                await self._deliver(pool, consumer, batch)
            _compare(how, rows, [row for tenant in self._tenants() for row in await self._stored(pool, tenant)])

    async def _deliver(self, pool: TenantPool, consumer: str, batch: Sequence[Recorded[E]]) -> None:
        for tenant, mine in by_tenant(batch).items():
            async with pool.scope(tenant) as tx:
                judged = await judge(tx, tenant, consumer, "test", mine)
                await self.model.apply(tx, tenant, judged.fresh)

    def _deliveries(self) -> Iterator[tuple[str, list[Sequence[Recorded[E]]]]]:
        yield "as given", [self.events]
        for cut in range(1, len(self.events)):
            yield f"cut after {cut}", [self.events[:cut], self.events[cut:]]
        for number in range(_SHUFFLES):
            chance = random.Random(self.seed + number)  # noqa: S311 - a seed to replay by
            yield f"interleaved with seed {self.seed + number}", [_interleave(self.events, chance)]

    def _tenants(self) -> set[TenantId]:
        return {recorded.tenant for recorded in self.events}

    async def _clear(self, pool: TenantPool) -> None:
        for tenant in self._tenants():
            async with pool.scope(tenant) as tx:
                await tx.execute(f"delete from {self.model.table} where tenant = $1", tenant)  # noqa: S608 - from code

    async def _stored(self, pool: TenantPool, tenant: TenantId) -> list[R]:
        async with pool.scope(tenant) as tx:
            return [self.model.read(row) for row in await tx.fetch(f"select * from {self.model.table}")]  # noqa: S608


def _interleave(events: Sequence[Recorded[E]], chance: random.Random) -> list[Recorded[E]]:
    """The events of each stream in order, the streams in any order against each other."""
    streams: dict[tuple[str, str], list[Recorded[E]]] = {}
    for recorded in events:
        streams.setdefault((recorded.tenant, recorded.stream), []).append(recorded)
    waiting = [list(mine) for mine in streams.values()]
    mixed = []
    while waiting:
        mine = chance.choice(waiting)
        mixed.append(mine.pop(0))
        if not mine:
            waiting.remove(mine)
    return mixed


def _compare(how: str, wanted: Sequence[Any], got: Sequence[Any]) -> None:
    ordered = [sorted(rows, key=lambda row: repr(asdict(row))) for rows in (wanted, got)]
    if ordered[0] != ordered[1]:
        raise AssertionError(f"{how}:\nexpected {ordered[0]}\n     got {ordered[1]}")


async def eventually(
    probe: Callable[[], Awaitable[bool]], *, within: float = 15.0, every: float = 0.05, what: str = "the condition"
) -> None:
    """Wait until `probe` says yes; fail when it has not after `within` seconds."""
    until = time.monotonic() + within
    while not await probe():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not hold within {within} s")
        await asyncio.sleep(every)
