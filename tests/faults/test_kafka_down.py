"""Invariant 5 while there is no Kafka: appends go on, the relay waits, and afterwards everything arrives once, by itself.

PERINATAL_FAULTS=long takes the full minute.
"""

import asyncio
import os

import pytest

from deploy.local.stack import Stack
from services.kit.testing import eventually
from tests.faults.chain import PATIENCE, Chain, at_work
from tests.faults.load import append_for
from tests.faults.outage import frozen, kill, start_again

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

DOWN_SECONDS = 60.0 if os.environ.get("PERINATAL_FAULTS") == "long" else 10.0


async def test_killed_under_load_and_started_again(own_stack: Stack, own_chains: list[Chain]) -> None:
    """One relay gives its batch up and builds a new producer; the other waits for the old one to get it through."""
    hasty, patient = own_chains
    consumers = [chain.consumer() for chain in own_chains]
    async with at_work(hasty.relay(send_seconds=2.0), patient.relay(send_seconds=600.0), *consumers):
        await both(append_for(chain, 1.0) for chain in own_chains)
        await both(chain.arrived() for chain in own_chains)
        under_load = asyncio.gather(*(append_for(chain, DOWN_SECONDS) for chain in own_chains))
        await kill(own_stack, "kafka")
        async with at_work(*(chain.consumer() for chain in own_chains)):
            before = [len(chain.answers) for chain in own_chains]
            await under_load
            assert all(len(c.answers) > count + 100 for c, count in zip(own_chains, before, strict=True))
            await start_again(own_stack, "kafka")
            await both(append_for(chain, 0.5) for chain in own_chains)
            await both(chain.arrived(within=2 * PATIENCE) for chain in own_chains)
            assert senders() == 2, "an abandoned producer is still at it"
    for chain in own_chains:
        await chain.verify()


async def test_a_producer_that_would_not_stop_is_ended(own_stack: Stack, own_chains: list[Chain]) -> None:
    """Kafka has frozen with a batch in its hands. What holds on to the producer here is what the event loop might hold on to."""
    chain, _ = own_chains
    await append_for(chain, 0.2)
    relay = chain.relay(send_seconds=1.0)
    lease = await relay._take()
    assert lease is not None
    producer = await relay._started_producer()
    sending = producer._sender.sender_task
    with frozen(own_stack, "kafka"):
        with pytest.raises(TimeoutError):
            await relay.step(lease)
        await relay._stop_producer()
        await eventually(lambda: has_ended(sending), within=PATIENCE, what="the sender of the old producer ending")
    await relay._release(lease)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    await chain.verify()


async def has_ended(task: "asyncio.Task[None]") -> bool:
    return task.done()


async def both(work) -> None:
    await asyncio.gather(*work)


def senders() -> int:
    """Producers at work in this process."""
    return sum("Sender._sender_routine" in repr(task.get_coro()) for task in asyncio.all_tasks())
