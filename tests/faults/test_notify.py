"""A NOTIFY is a hint: without one everything arrives all the same, and a storm of them does no harm (F14)."""

import asyncio
import random

import asyncpg
import pytest

from services.kit.testing import eventually
from services.kit.wakeup import Wakeup
from tests.faults.chain import PATIENCE, Chain, at_work
from tests.faults.load import append_for, fill
from tests.faults.oracle import administrator

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

LISTENERS = "select pid from pg_stat_activity where datname = current_database() and query ilike 'listen %'"
STORM = 10_000


async def test_the_line_that_listens_is_cut_again_and_again(chain: Chain, chance: random.Random) -> None:
    relay = chain.relay()
    wakeup: Wakeup = relay._wakeup
    async with at_work(wakeup, relay, chain.consumer()):
        for _ in range(3):
            await eventually(lambda: listening(chain), within=PATIENCE, what="somebody listening")
            await asyncio.gather(append_for(chain, 0.3 + chance.random() / 2), cut_every_listener(chain))
            await chain.arrived()
        await eventually(lambda: listening(chain), within=PATIENCE, what="somebody listening again")
        # The line rings by itself once, when it begins to listen: the second time it was rung.
        for _ in range(2):
            heard = wakeup.count
            await fill(chain, 1)
            await eventually(lambda: rung_since(wakeup, heard), within=PATIENCE, what="the new line being rung")  # noqa: B023
        await chain.arrived()
    await chain.verify(sent_again=False)


async def test_a_storm_of_hints(chain: Chain) -> None:
    relay = chain.relay()
    async with at_work(relay._wakeup, relay, chain.consumer()):
        await eventually(lambda: listening(chain), within=PATIENCE, what="somebody listening")
        await asyncio.gather(append_for(chain, 1.0), storm(chain))
        await chain.arrived()
    await chain.verify(sent_again=False)


async def listening(chain: Chain) -> bool:
    async with administrator(chain.place.source) as connection:
        return bool(await connection.fetch(LISTENERS))


async def cut_every_listener(chain: Chain) -> None:
    async with administrator(chain.place.source) as connection:
        cut = await connection.fetch(f"select pg_terminate_backend(pid) from ({LISTENERS}) listeners")
    assert cut, "nobody listened"


async def storm(chain: Chain) -> None:
    """Each in a transaction of its own: PostgreSQL makes one of those that are alike in a transaction."""
    connection = await asyncpg.connect(chain.place.source.app)
    try:
        for _ in range(STORM):
            await connection.execute("notify events")
    finally:
        await connection.close()


async def rung_since(wakeup: Wakeup, heard: int) -> bool:
    return wakeup.count > heard
