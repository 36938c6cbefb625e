"""Tests that read as given / when / then.

A decider case needs nothing to run. A projection case runs pure and, by itself, also delivers each event twice, cuts the batch at
every point and interleaves the streams at random: the rows must come out the same.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import NAMESPACE_URL, uuid5

from services.kit.errors import DomainError
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
    when = at or getattr(event, "occurred_at", NOW)
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
    """`ProjectionCase(MODEL).given(*recorded).then(*rows)`; with `.stored(pool)` also through a real database."""

    model: ReadModel[R, E]
    events: Sequence[Recorded[E]] = ()
    seed: int = field(default_factory=lambda: random.SystemRandom().randrange(2**32))

    def given(self, *events: Recorded[E]) -> "ProjectionCase[R, E]":
        return replace(self, events=events)

    def then(self, *rows: R) -> None:
        """Exactly these rows, in any order, however the same events arrive."""
        wanted = _sorted(rows)
        self._same("as given", wanted, [self.events])
        for cut in range(1, len(self.events)):
            self._same(f"cut after {cut}", wanted, [self.events[:cut], self.events[cut:]])
        for number in range(_SHUFFLES):
            shuffled = _interleave(self.events, random.Random(self.seed + number))
            self._same(f"interleaved with seed {self.seed + number}", wanted, [shuffled])
        for again in range(len(self.events)):
            self._same(f"event {again + 1} twice", wanted, [_once([*self.events[: again + 1], *self.events[again:]])])

    async def then_stored(self, pool: TenantPool, *rows: R) -> None:
        """The same, in PostgreSQL: in one batch, and one event at a time."""
        self.then(*rows)
        for batches in ([list(self.events)], [[recorded] for recorded in self.events]):
            for tenant in {recorded.tenant for recorded in self.events}:
                async with pool.scope(tenant) as tx:
                    await tx.execute(f"delete from {self.model.table} where tenant = $1", tenant)  # noqa: S608 - from code
            for batch in batches:
                for tenant, mine in by_tenant(batch).items():
                    async with pool.scope(tenant) as tx:
                        await self.model.apply(tx, tenant, mine)
            stored = [row for tenant in {e.tenant for e in self.events} for row in await self._stored(pool, tenant)]
            _compare("stored", _sorted(rows), _sorted(stored))

    async def _stored(self, pool: TenantPool, tenant: TenantId) -> list[R]:
        async with pool.scope(tenant) as tx:
            return [self.model.read(row) for row in await tx.fetch(f"select * from {self.model.table}")]  # noqa: S608

    def _same(self, how: str, wanted: list[Any], batches: Sequence[Sequence[Recorded[E]]]) -> None:
        rows: dict[str, dict[str, R | None]] = {}
        for batch in batches:
            for tenant, mine in by_tenant(batch).items():
                rows[tenant] = self.model.fold(rows.get(tenant, {}), mine)
        _compare(how, wanted, _sorted([row for kept in rows.values() for row in kept.values() if row is not None]))


def _once(events: Sequence[Recorded[E]]) -> list[Recorded[E]]:
    """What the version guard lets through: each version of a stream once."""
    last: dict[tuple[str, str], int] = {}
    through = []
    for recorded in events:
        if recorded.version > last.get((recorded.tenant, recorded.stream), 0):
            last[recorded.tenant, recorded.stream] = recorded.version
            through.append(recorded)
    return through


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


def _sorted(rows: Sequence[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: repr(asdict(row)))


def _compare(how: str, wanted: list[Any], got: list[Any]) -> None:
    if wanted != got:
        raise AssertionError(f"{how}:\nexpected {wanted}\n     got {got}")


async def eventually(
    probe: Callable[[], Awaitable[bool]], *, within: float = 15.0, every: float = 0.05, what: str = "the condition"
) -> None:
    """Wait until `probe` says yes; fail when it has not after `within` seconds."""
    until = time.monotonic() + within
    while not await probe():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not hold within {within} s")
        await asyncio.sleep(every)
