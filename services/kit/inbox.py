"""Others' facts become our commands, once each."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.kit.intake import Work
from services.kit.record import Answer, Recorded
from services.kit.systemic import is_systemic
from services.kit.tenancy import TenantId, Tx
from services.kit.tracing import start_trace

React = Callable[[Recorded[Any]], Any | None]
Handle = Callable[..., Awaitable[Answer]]


def command_id_for(event_id: UUID, consumer: str) -> UUID:
    """The id of the command a consumer makes of an event: the same however often the event is delivered."""
    return uuid5(NAMESPACE_URL, f"{consumer}/{event_id}")


def commands(consumer: str, subscriptions: Mapping[type[Any], React], handle: Handle) -> Work:
    """Work that turns each event into at most one command; streams side by side, each in order.

    When one is refused the others come to their end all the same: nothing of this batch is under way when it is told.
    `handle(tenant, command, command_id=, actor=, causation_id=)` is the service's own.
    """

    async def one_stream(events: Sequence[Recorded[Any]]) -> None:
        for recorded in events:
            react = subscriptions.get(type(recorded.event))
            command = None if react is None else react(recorded)
            if command is not None:
                start_trace(recorded.traceparent)
                await handle(
                    recorded.tenant,
                    command,
                    command_id=command_id_for(recorded.event_id, consumer),
                    actor=f"system:{consumer}",
                    causation_id=recorded.event_id,
                )

    async def work(tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        streams: dict[tuple[TenantId, str], list[Recorded[Any]]] = {}
        for recorded in events:
            streams.setdefault((recorded.tenant, recorded.stream), []).append(recorded)
        ended = await asyncio.gather(*(one_stream(mine) for mine in streams.values()), return_exceptions=True)
        errors = [error for error in ended if error is not None]
        if errors:
            raise next(filter(is_systemic, errors), errors[0])

    return work
