"""A relay, a consumer or a projector in a process of its own, with places where it waits to be killed or frozen.

    python -m tests.faults.worker relay | consumer | projector | replay POINT PLACE

It says `at POINT` on standard output the first time it comes there with work in its hands, and goes on when it reads a line.

relay      read          the batch is read, nothing is sent
           acknowledged  the broker has everything, the checkpoint has not moved
consumer   received      the batch is in hand, no transaction has begun
           applied       the rows are written, the transaction is not committed
           committed     the transaction is committed, Kafka does not know
projector  applied       the rows are written, the transaction is not committed
replay     applied       the rows of a parked stream are written, the transaction is not committed
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from services.kit import logs
from services.kit.consumer import Consumer
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.registry import into
from services.kit.relay import Relay
from services.kit.tenancy import TenantId, TenantPool, Tx
from tests.faults import poison
from tests.faults.chain import Chain, Place, consumer_of, relay_of
from tests.integration.kit.toy import TOTALS, Total
from tests.integration.kit.toy_log import Toy

LEASE_SECONDS = 1.0
IDLE_SECONDS = 3.0


class Gate:
    """Holds whoever comes to its point, once."""

    def __init__(self, point: str) -> None:
        self._point = point

    async def __call__(self, point: str) -> None:
        if point == self._point:
            self._point = ""
            _say(f"at {point}")
            if not await asyncio.to_thread(sys.stdin.readline):
                sys.exit("whoever started this is gone")


class GatedRelay(Relay[Toy]):
    gate: Gate

    async def _send(self, events: Sequence[Recorded[Toy]]) -> None:
        await self.gate("read")
        await super()._send(events)
        await self.gate("acknowledged")


class GatedConsumer(Consumer):
    gate: Gate

    async def take(self, consumer: Any, records: Sequence[Any]) -> None:
        await self.gate("received")
        await super().take(GatedOffsets(consumer, self.gate), records)


class GatedOffsets:
    """Kafka's consumer, with a gate before its commit."""

    def __init__(self, consumer: Any, gate: Gate) -> None:
        self._consumer = consumer
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._consumer, name)

    async def commit(self, offsets: Any) -> None:
        await self._gate("committed")
        await self._consumer.commit(offsets)


class GatedModel:
    """A read model with a gate behind its rows."""

    def __init__(self, model: ReadModel[Total, Toy], gate: Gate) -> None:
        self._model = model
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    async def apply(self, tx: Tx, tenant: TenantId, events: Sequence[Recorded[Toy]]) -> None:
        await self._model.apply(tx, tenant, events)
        await self._gate("applied")


async def run_projector(place: Place, gate: Gate) -> None:
    projector = (await Chain.open(place)).projector()
    projector._model = GatedModel(TOTALS, gate)
    await projector.run()


async def run_relay(place: Place, gate: Gate) -> None:
    chain = await Chain.open(place)
    relay = relay_of(place, chain.source, GatedRelay, lease_seconds=LEASE_SECONDS)
    relay.gate = gate
    await relay.run()


async def run_consumer(place: Place, gate: Gate) -> None:
    fold = into([TOTALS])

    async def work(tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        await fold(tx, events)
        await gate("applied")

    pool = await TenantPool.open(place.target.app, idle_seconds=IDLE_SECONDS)
    consumer = consumer_of(place, pool, GatedConsumer, work=work)
    consumer.gate = gate
    await consumer.run()


async def run_replay(place: Place, gate: Gate) -> None:
    """Every parked stream of the consumer once more, with the reader as it is after the fix."""
    fold = into([TOTALS])

    async def work(tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        await fold(tx, events)
        await gate("applied")

    pool = await TenantPool.open(place.target.app, idle_seconds=IDLE_SECONDS)
    replay = consumer_of(place, pool, parse=poison.parse_after, work=work).replay()
    for parked in await poison.standing(pool):
        await replay.run(parked)


ROLES = {"relay": run_relay, "consumer": run_consumer, "projector": run_projector, "replay": run_replay}


def _say(line: str) -> None:
    """On the real standard output; the log has been sent elsewhere."""
    assert sys.__stdout__ is not None
    sys.__stdout__.write(f"{line}\n")
    sys.__stdout__.flush()


if __name__ == "__main__":
    role, point, told = sys.argv[1:]
    sys.stdout = sys.stderr
    logs.set_up(role)
    asyncio.run(ROLES[role](Place.from_json(told), Gate(point)))
