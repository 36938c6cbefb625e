"""The idempotent producer goes fatal: the broker refuses what does not follow on what it has (F13)."""

import random

import pytest
from aiokafka import TopicPartition

from services.kit import metrics
from services.kit.relay import Relay
from services.kit.testing import eventually
from tests.faults.chain import PATIENCE, Chain, at_work
from tests.faults.load import append_for
from tests.integration.kit.toy_log import Toy

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

TIMES = 4


async def test_a_sequence_the_broker_did_not_expect(chain: Chain, chance: random.Random) -> None:
    """The producer's own count is moved on, as by a batch that was lost: what it sends next is refused for good."""
    relay = chain.relay()
    async with at_work(relay, chain.consumer()):
        await append_for(chain, 0.3)
        await chain.arrived()
        for _ in range(TIMES):
            before = metrics.RELAY_RETRIES._value.get()
            await eventually(lambda: has_producer(relay), within=PATIENCE, what="a producer at work")
            skip(relay, chain.place.topic, chance)
            await append_for(chain, 0.3)
            await eventually(
                lambda before=before: started_again(before), within=PATIENCE, what="the relay having begun again"
            )
            await chain.arrived()
    await chain.verify()


def skip(relay: Relay[Toy], topic: str, chance: random.Random) -> None:
    """In every partition, so that whatever comes next meets it."""
    assert relay._producer is not None
    for partition in range(3):
        relay._producer._txn_manager.increment_sequence_number(TopicPartition(topic, partition), chance.randint(3, 90))


async def has_producer(relay: Relay[Toy]) -> bool:
    return relay._producer is not None


async def started_again(before: float) -> bool:
    return metrics.RELAY_RETRIES._value.get() > before
