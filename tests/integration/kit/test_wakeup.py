"""Somebody who begins to listen is rung once: what came before was not heard."""

import asyncio

import pytest

from services.kit.testing import eventually
from services.kit.wakeup import Wakeup
from tests.conftest import MakeDatabase

pytestmark = pytest.mark.postgres


async def test_who_begins_to_listen_looks_once(new_database: MakeDatabase) -> None:
    wakeup = Wakeup((await new_database([])).app)
    waiting = asyncio.create_task(wakeup.wait(0))
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(wakeup.run())
        await eventually(lambda: heard(wakeup), within=10, what="being rung without a hint")
        await waiting
        listening.cancel()


async def heard(wakeup: Wakeup) -> bool:
    return wakeup.count == 1
