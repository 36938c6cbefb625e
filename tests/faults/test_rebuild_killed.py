"""F21: a rebuild killed at any point leaves the live rows as they were, and the next one succeeds and leaves nothing of it."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest

from services.kit.testing import eventually
from tests.databases import Database
from tests.faults.chain import PATIENCE, TENANTS, Chain, at_work
from tests.faults.child import Child, started
from tests.faults.load import fill
from tests.faults.rebuilder import POINTS, topics_of
from tests.integration.kit.accounts import left_over, log_of, rebuilding, rows_of
from tests.integration.kit.toy import TOTALS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]

NOBODY_READS = ("locked", "swapped")
IN_PLACE = ("done",)


@pytest.mark.parametrize("kind", ["log", "topics"])
async def test_killed_at_every_point_while_live(chain: Chain, tmp_path: Path, kind: str) -> None:
    database = chain.place.source if kind == "log" else chain.place.target
    follower = (chain.projector(),) if kind == "log" else (chain.relay(), chain.consumer())
    await fill(chain, 4)
    async with at_work(*follower):
        await followed(chain, kind)
        for point in POINTS:
            await killed_at(point, chain, kind, tmp_path)
            await fill(chain, 1)
            await followed(chain, kind)
            await the_next_one_succeeds(chain, kind, database)
    if kind == "topics":
        await chain.verify()


async def killed_at(point: str, chain: Chain, kind: str, folder: Path) -> None:
    """The live rows are there and right before and after; while nobody may read, nobody is told that there is nothing."""
    database = chain.place.source if kind == "log" else chain.place.target
    live = await rows_of(database, "public.totals")
    async with rebuilder(kind, point, chain, folder / "rebuild.log") as child:
        await child.at(point)
        if point not in NOBODY_READS:
            assert await rows_of(database, "public.totals") == live
        await child.kill()
    await eventually(lambda: let_go(chain, kind), within=PATIENCE, what="the dead one's locks being gone")
    assert await rows_of(database, "public.totals") == live
    assert ("kept.totals" in await left_over(database)) or point not in IN_PLACE


async def the_next_one_succeeds(chain: Chain, kind: str, database: Database) -> None:
    source = log_of(chain.source) if kind == "log" else topics_of(chain.place)
    live = await rows_of(database, "public.totals")
    async with rebuilding(database, source, TOTALS) as rebuild:
        await rebuild.build()
        assert all(each.equal for each in await rebuild.swap())
    assert await rows_of(database, "public.totals") == live
    assert await left_over(database) == ["kept toy.totals", "kept.totals"]


async def followed(chain: Chain, kind: str) -> None:
    await (chain.projected() if kind == "log" else chain.arrived())


async def let_go(chain: Chain, kind: str) -> bool:
    """Whether an ordinary reader is answered."""
    pool = chain.source.pool if kind == "log" else chain.pool
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2), pool.scope(TENANTS[0]) as tx:
            return await tx.fetchval("select count(*) from totals where tenant = $1", TENANTS[0]) == 4
    return False


def rebuilder(kind: str, point: str, chain: Chain, log: Path) -> contextlib.AbstractAsyncContextManager[Child]:
    """`tests.faults.rebuilder` in a process of its own."""
    owners = {"log": chain.place.source.owner, "topics": chain.place.target.owner}
    place = {"place": json.loads(chain.place.as_json()), "owners": owners}
    return started("tests.faults.rebuilder", kind, point, json.dumps(place), log=log)
