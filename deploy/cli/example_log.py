"""A service's log for the length of an example: what would be stored, at fixed times and under fixed ids."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kit.record import Recorded
from services.kit.tenancy import TenantId


@dataclass(kw_only=True)
class ExampleLog:
    """`names` is the service's table of stored names; `published` are those of them that leave the service."""

    service: str
    tenant: TenantId
    names: dict[str, type[Any]]
    published: Sequence[str]
    recorded: list[Recorded[Any]] = field(default_factory=list)

    def decide(self, stream: str, decider: Any, command: object, *, at: datetime) -> None:
        """Decide on what the stream holds so far, and add what happened. `decider` has initial, evolve and decide."""
        state = decider.initial()
        for earlier in self.of(stream):
            state = decider.evolve(state, earlier.event)
        for event in decider.decide(command, state, now=at):
            name = next(name for name, cls in self.names.items() if cls is type(event))
            self.add(stream, name, event, occurred_at=event.occurred_at, at=at)

    def add(self, stream: str, name: str, event: Any, *, occurred_at: datetime, at: datetime) -> Recorded[Any]:
        """Add one event, true from `occurred_at` and stored `at`."""
        before = self.of(stream)
        position = len(self.recorded) + 1
        command_id = uuid5(NAMESPACE_URL, f"perinatal/example/{stream}/{at.isoformat()}")
        recorded = Recorded(
            event=event,
            tenant=self.tenant,
            stream=stream,
            version=len(before) + 1,
            previous=max((earlier.version for earlier in before if earlier.type in self.published), default=0),
            position=position,
            type=name,
            event_id=_uuid7(at, position),
            occurred_at=occurred_at,
            recorded_at=at,
            actor="example",
            command_id=command_id,
            traceparent=f"00-{command_id.hex}-{command_id.hex[:16]}-01",
        )
        self.recorded.append(recorded)
        return recorded

    def of(self, stream: str) -> list[Recorded[Any]]:
        """The stream, oldest first."""
        return [recorded for recorded in self.recorded if recorded.stream == stream]


def _uuid7(at: datetime, number: int) -> UUID:
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62 | number)
