"""One partition of several: it stands still, or its records fail, while the others go on (F17, F18)."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition

from services.kit import lag
from services.kit.consumer import Consumer
from services.kit.lag import taken_by
from services.kit.record import Recorded
from services.kit.registry import into
from services.kit.tenancy import Tx
from services.kit.testing import eventually
from tests.faults.chain import PATIENCE, Chain, at_work
from tests.faults.load import STREAMS, append_for, fill
from tests.faults.test_consumer import committed
from tests.integration.kit.toy import TOTALS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


class Deaf(Consumer):
    """Stops asking for one partition, once, as a client does whose fetches for it are lost."""

    partition: int
    went_deaf = False

    async def take(self, consumer: Any, records: Sequence[Any]) -> None:
        await super().take(consumer, records)
        if not self.went_deaf:
            consumer.pause(TopicPartition(records[0].topic, self.partition))
            self.went_deaf = True


async def test_one_that_stands_still_while_the_others_move(
    chain: Chain, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lag, "_STANDING_SECONDS", 4.0)
    consumer = chain.consumer(kind=Deaf)
    consumer.partition = chance.randrange(3)
    await fill(chain, 1)
    async with at_work(chain.relay(), consumer):
        await eventually(lambda: is_deaf(consumer), within=PATIENCE, what="a partition nobody asks for")
        await append_for(chain, 8.0)
        await chain.arrived()
    await chain.verify(sent_again=False)


async def test_one_that_fails_while_the_others_succeed(chain: Chain, chance: random.Random) -> None:
    """The database is said to be gone whenever this stream is in the batch. Kafka is told of nothing that is not in the rows."""
    broken = {chance.choice(STREAMS)}
    fold = into([TOTALS])
    failed = asyncio.Event()

    async def work(tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        await fold(tx, events)
        if broken & {recorded.stream for recorded in events}:
            failed.set()
            raise ConnectionError("gone")

    await fill(chain, 2)
    async with at_work(chain.relay()):
        async with at_work(chain.consumer(work=work)):
            await asyncio.gather(append_for(chain, 1.0), failed.wait())
            await nothing_is_told_that_is_not_taken(chain)
        async with at_work(chain.consumer(work=work)):
            await append_for(chain, 0.5)
            await nothing_is_told_that_is_not_taken(chain)
            broken.clear()
            await chain.arrived()
            await nothing_is_told_that_is_not_taken(chain)
    await chain.verify(sent_again=False)


async def nothing_is_told_that_is_not_taken(chain: Chain) -> None:
    told = await committed(chain)
    taken = {
        partition.partition: offset for partition, offset in (await taken_by(chain.pool, chain.place.group)).items()
    }
    ahead = {partition for partition, offset in told.items() if offset > taken.get(partition, 0)}
    assert not ahead, f"Kafka was told of more than there is: {ahead}"


async def is_deaf(consumer: Deaf) -> bool:
    return consumer.went_deaf
