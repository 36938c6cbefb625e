"""PostgreSQL dies under load and comes back: what was answered is there, what was not has one effect, everybody goes on."""

import asyncio
import random

import pytest

from deploy.local.stack import Stack
from tests.faults.chain import Chain, at_work
from tests.faults.load import append_for
from tests.faults.outage import kill, start_again

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

DEATHS = 3


async def test_killed_under_load_and_started_again(
    own_stack: Stack, own_chains: list[Chain], chance: random.Random
) -> None:
    chain = own_chains[0]
    async with at_work(chain.relay(), chain.consumer(), chain.projector()):
        for _ in range(DEATHS):
            under_load = asyncio.create_task(append_for(chain, 2.0))
            await asyncio.wait([under_load], timeout=chance.uniform(0.5, 1.5))
            await kill(own_stack, "postgres")
            answered = len(chain.answers)
            await start_again(own_stack, "postgres")
            await under_load
            assert len(chain.answers) > answered
        await chain.arrived()
        await chain.projected()
    await chain.verify()
