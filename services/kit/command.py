"""Load, fold, decide, append; again when somebody else was quicker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from services.kit.errors import Conflict, IdReused
from services.kit.event_store import EventStore
from services.kit.record import Answer, Recorded
from services.kit.tenancy import TenantId

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

_ATTEMPTS = 5


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
    clock: Callable[[], datetime] = utc_now

    async def state(self, tenant: TenantId, stream: str) -> tuple[S, int]:
        """The folded state of a stream and its version; the initial state and 0 when nothing happened yet."""
        return self._fold(await self.store.load(tenant, stream))

    async def handle(
        self, tenant: TenantId, command: C, *, command_id: UUID, actor: str, causation_id: UUID | None = None
    ) -> Answer:
        """Carry out a command once, however often it is sent. Raises the domain's refusals, Conflict, Busy, IdReused."""
        stream = self.stream_of(command)
        for attempt in range(1, _ATTEMPTS + 1):
            events, known = await self.store.recall(tenant, stream, command_id)
            if known is not None:
                return _same_stream(known, stream)
            state, version = self._fold(events)
            now = self.clock()
            decided = self.decide(command, state, now=now)
            try:
                return await self.store.append(
                    tenant,
                    stream,
                    expected=version,
                    events=decided,
                    command_id=command_id,
                    actor=actor,
                    occurred_at=now,
                    causation_id=causation_id,
                )
            except Conflict:
                if attempt == _ATTEMPTS:
                    raise
        raise Conflict

    def _fold(self, events: Sequence[Recorded[E]]) -> tuple[S, int]:
        state = self.initial()
        for recorded in events:
            state = self.evolve(state, recorded.event)
        return state, events[-1].version if events else 0


def _same_stream(known: Answer, stream: str) -> Answer:
    if known.stream != stream:
        raise IdReused
    return known
