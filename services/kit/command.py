"""Load, fold, decide, append; again when somebody else was quicker."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from services.kit import metrics
from services.kit.errors import Busy, Conflict, IdReused
from services.kit.event_store import EventStore
from services.kit.record import Answer, Recorded, Recovered
from services.kit.tenancy import TenantId

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandHandler(Generic[C, S, E]):
    """One aggregate: how its commands are decided on what happened before."""

    store: EventStore[E]
    decide: Callable[..., list[E]]
    """decide(command, state, *, now) -> events, pure."""
    evolve: Callable[[S, E], S]
    initial: Callable[[], S]
    stream_of: Callable[[C], str]
    pass_over: Callable[[S], S] = lambda state: state
    """What an event that was lost does to the state: nothing, but where the state counts its stream's events."""
    clock: Callable[[], datetime] = utc_now
    deadline: float = 10.0
    """Seconds a command may take, with its wait for those of its stream that came before it."""
    _turns: WeakValueDictionary[tuple[TenantId, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Within a process the commands of one stream take turns, so that they do not make each other decide again."""

    async def state(self, tenant: TenantId, stream: str) -> tuple[S, int]:
        """The folded state of a stream and its version; the initial state and 0 when nothing happened yet."""
        return self._fold(await self.store.load(tenant, stream))

    async def handle(
        self, tenant: TenantId, command: C, *, command_id: UUID, actor: str, causation_id: UUID | None = None
    ) -> Answer:
        """Carry out a command once, however often it is sent.

        Raises the domain's refusals, what `append` raises but for Conflict, and Busy when it was not done in time.
        """
        stream = self.stream_of(command)
        turn = self._turns.setdefault((tenant, stream), asyncio.Lock())

        async def decide_and_append() -> Answer:
            async with turn:
                events, known = await self.store.recall(tenant, stream, command_id)
                if known is not None:
                    return _same_stream(known, stream)
                state, version = self._fold(events)
                now = self.clock()
                return await self.store.append(
                    tenant,
                    stream,
                    expected=version,
                    events=self.decide(command, state, now=now),
                    command_id=command_id,
                    actor=actor,
                    occurred_at=now,
                    causation_id=causation_id,
                )

        try:
            async with asyncio.timeout(self.deadline):
                return await _until_nobody_is_quicker(decide_and_append)
        except TimeoutError:
            metrics.APPENDS.labels("busy").inc()
            raise Busy from None

    def _fold(self, events: Sequence[Recorded[E]]) -> tuple[S, int]:
        state = self.initial()
        for recorded in events:
            lost = isinstance(recorded.event, Recovered)
            state = self.pass_over(state) if lost else self.evolve(state, recorded.event)
        return state, events[-1].version if events else 0


async def _until_nobody_is_quicker(attempt: Callable[[], Awaitable[Answer]]) -> Answer:
    while True:
        with contextlib.suppress(Conflict):
            return await attempt()


def _same_stream(known: Answer, stream: str) -> Answer:
    if known.stream != stream:
        raise IdReused
    return known
