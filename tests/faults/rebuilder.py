"""A rebuild in a process of its own that says where it is and waits there, to be killed.

    python -m tests.faults.rebuilder log | topics POINT PLACE

It says `at POINT` on standard output when it comes there. The points: begun (the tables are there, nothing is in them), read
(half the events are folded), filled (the rows are in, not committed), built, caught-up (what came since is in), held (the live
ones are held still), compared, locked (nobody reads), swapped (in place, not committed), done.
"""

import asyncio
import json
import sys
from dataclasses import replace
from typing import Any

from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.rebuild import copies, run
from services.kit.rebuild.copies import owner
from services.kit.rebuild.feed import Feed
from services.kit.rebuild.log import Log
from services.kit.rebuild.run import Rebuild
from services.kit.rebuild.topics import Told, Topics
from services.kit.tenancy import TenantPool
from tests.faults.chain import Place
from tests.faults.worker import Gate
from tests.integration.kit.toy import TOTALS, CountedFact, parse
from tests.integration.kit.toy_log import CODEC

POINTS = ("begun", "read", "filled", "built", "caught-up", "held", "compared", "locked", "swapped", "done")


class GatedRebuild(Rebuild):
    """Waits where it is told to."""

    gate: Any

    async def _catch_up(self, tx: Any, place: Any, *, hold: bool) -> Any:
        standing = await super()._catch_up(tx, place, hold=hold)
        await GATE("held" if hold else "caught-up")
        return standing

    async def _compare(self, tx: Any) -> Any:
        compared = await super()._compare(tx)
        await GATE("compared")
        return compared

    async def _put_live(self, tx: Any, place: Any, standing: Any) -> None:
        await super()._put_live(tx, place, standing)
        await GATE("swapped")


async def gated(name: str, point: str) -> None:
    """The function of `copies` and a gate behind it."""
    original = getattr(copies, name)

    async def then_wait(*args: Any, **options: Any) -> Any:
        answer = await original(*args, **options)
        await GATE(point)
        return answer

    setattr(run.tables, name, then_wait)


GATE: Gate


def told(done: int, total: int) -> None:
    """In the middle of reading: no coroutine, so it waits without the loop."""
    if GATE._point == "read" and done * 2 >= total:
        GATE._point = ""
        sys.__stdout__.write("at read\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]
        sys.stdin.readline()


def topics_of(place: Place, *feeds: Feed) -> Topics:
    """What the chain's consumer made of its topic, to be made anew."""
    kinds = {"toy-counted-1": CountedFact}
    return Topics(Told(consumer=place.group, kafka=place.kafka, topics=[place.topic], parse=parse, kinds=kinds), feeds)


async def main(kind: str, place: Place, owners: dict[str, str]) -> None:
    for name, point in (("begin", "begun"), ("finish", "filled"), ("lock", "locked")):
        await gated(name, point)
    keyring = Keyring(await TenantPool.open(place.keyring.app), bytes(range(32)))
    source = Log(CODEC, Privacy(keyring, subject_field="account_id")) if kind == "log" else topics_of(place)
    async with owner(owners[kind]) as connection:
        rebuild = GatedRebuild(connection=connection, source=source, models=[replace(TOTALS)], tell=told)
        await rebuild.build()
        await GATE("built")
        await rebuild.swap()
        await GATE("done")


if __name__ == "__main__":
    kind, point, text = sys.argv[1:]
    given = json.loads(text)
    GATE = Gate(point)
    asyncio.run(main(kind, Place.from_json(json.dumps(given["place"])), given["owners"]))
