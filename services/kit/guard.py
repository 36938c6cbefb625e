"""The version guard: of each stream the next event, once.

A relay that died sends again from its checkpoint: 5, 6, 7, 6, 7, 8. What was taken is dropped; what is missing stops the stream.
A stream that is parked is not moved on: what waits in it counts as not yet taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.kit import metrics
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.systemic import Systemic
from services.kit.tenancy import TenantId, Tx

E = TypeVar("E")

SQL = queries("guard")


class StreamGap(Systemic):
    """An event of this stream is missing before this one."""


@dataclass(frozen=True, slots=True)
class Judged(Generic[E]):
    """The events that are next in their stream, in order; and the streams that are parked, none of whose events is among them."""

    fresh: list[Recorded[E]]
    parked: frozenset[str]


async def judge(
    tx: Tx, tenant: TenantId, consumer: str, topic: str, events: Sequence[Recorded[E]], *, again: bool = False
) -> Judged[E]:
    """The events of one tenant this consumer has not taken before; remembered in the same transaction.

    `again`: their streams are parked, and are tried once more. Raises StreamGap.
    """
    newest: dict[str, int] = {}
    for recorded in events:
        newest[recorded.stream] = max(recorded.version, newest.get(recorded.stream, 0))
    rows = await tx.fetch(SQL["move_on"], tenant, consumer, topic, list(newest), list(newest.values()), again)
    last: dict[str, int] = {row["stream"]: row["before"] for row in rows}
    fresh = []
    for recorded in events:
        known = last.get(recorded.stream)
        if known is None:
            continue
        if recorded.version <= known:
            metrics.CONSUMER_RECORDS.labels("duplicate").inc()
            continue
        if recorded.previous > known:
            raise StreamGap(f"{recorded.stream}: version {recorded.previous} is missing, {known} is the last")
        last[recorded.stream] = recorded.version
        fresh.append(recorded)
    return Judged(fresh, frozenset(newest.keys() - last.keys()))


async def seen_version(tx: Tx, tenant: TenantId, stream: str) -> int:
    """The newest version of a stream that reached this database; 0 for none. For reading one's own write."""
    version: int = await tx.fetchval(SQL["seen"], tenant, stream)
    return version
