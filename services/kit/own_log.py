"""The service's own log an event at a time, for what cannot be read as a batch."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from services.kit.event_store import EventStore
from services.kit.parking import OWN_LOG, Arrived, Failure, Pointer, pointer_of
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.systemic import Systemic, is_systemic
from services.kit.tenancy import TenantId, TenantPool

E = TypeVar("E")

SQL = queries("own_log")


class PositionLost(Systemic):
    """The log does not hold the event this position had."""


class OwnLog(Generic[E]):
    def __init__(self, pool: TenantPool, store: EventStore[E]) -> None:
        self._pool = pool
        self._store = store

    async def after(self, position: int, limit: int) -> list[Arrived]:
        """The next events of every tenant, in order, readable or not."""
        async with self._pool.single() as tx:
            places = await tx.fetch(SQL["places"], position, limit)
        return [
            await self._arrived(
                TenantId(place["tenant"]),
                place["stream"],
                Pointer(
                    sequence=place["version"],
                    partition=0,
                    offset=place["position"],
                    type=place["type"],
                    event_id=place["id"],
                ),
            )
            for place in places
        ]

    async def read(self, tenant: TenantId, topic: str, stream: str, pointers: Sequence[Pointer]) -> list[Arrived]:
        """The events parked at these positions. Raises PositionLost."""
        return [await self._arrived(tenant, stream, pointer) for pointer in pointers]

    async def _arrived(self, tenant: TenantId, stream: str, pointer: Pointer) -> Arrived:
        try:
            found = await self._store.read_after(pointer.offset - 1, 1)
        except Exception as error:
            if is_systemic(error):
                raise
            trouble = Failure(reason="cannot-be-decoded", error_type=type(error).__name__)
            return Arrived(tenant=tenant, topic=OWN_LOG, stream=stream, pointer=pointer, trouble=trouble)
        if not found or found[0].event_id != pointer.event_id:
            raise PositionLost(f"position {pointer.offset} does not hold the event that was parked")
        return from_log(found[0])


def from_log(recorded: Recorded[E]) -> Arrived:
    """An event of the own log, as what it is to parking."""
    return Arrived(
        tenant=recorded.tenant,
        topic=OWN_LOG,
        stream=recorded.stream,
        pointer=pointer_of(recorded, partition=0, offset=recorded.position),
        recorded=recorded,
    )
