"""A rebuild in a process of its own that says where it is and waits there, to be killed.

    python -m tests.faults.rebuilder log | topics alone | crew POINT PLACE

It says `at POINT` on standard output when it comes there. The points: begun (the tables are there, nothing is in them), read
(half the events are folded), filled (the rows are in, not committed), built, caught-up (what came since is in), held (the live
ones are held still), compared, locked (nobody reads), swapped (in place, not committed), done.
"""

import asyncio
import json
import sys
from dataclasses import replace
from functools import partial
from typing import Any

from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.rebuild import copies, run
from services.kit.rebuild.copies import owner
from services.kit.rebuild.crew import Crew, Members
from services.kit.rebuild.log import Log
from services.kit.rebuild.run import Rebuild
from services.kit.rebuild.topics import Topics
from services.kit.tenancy import TenantPool
from tests.faults.chain import Place
from tests.faults.worker import Gate
from tests.integration.kit import taking_part
from tests.integration.kit.conftest import CODEC
from tests.integration.kit.toy import TOTALS

POINTS = ("begun", "read", "filled", "built", "caught-up", "held", "compared", "locked", "swapped", "done")
POINTS_OF_A_CREW = ("read", "copying", "built")


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
complete = Crew.complete


def told(done: int, total: int) -> None:
    """In the middle of reading: no coroutine, so it waits without the loop."""
    if GATE._point == "read" and done * 2 >= total:
        GATE._point = ""
        sys.__stdout__.write("at read\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]
        sys.stdin.readline()


async def while_copying(crew: Any, *given: Any) -> None:
    """All are asked for their rows, and before anybody has answered it waits."""
    working = asyncio.create_task(complete(crew, *given))
    await asyncio.sleep(0)
    await GATE("copying")
    await working


def members(kind: str, place: Place, owner: str) -> Members:
    """Those who take part, however few events there are."""
    run._WORTH = 0
    opened = {
        "log": partial(taking_part.totals_of_log, place.keyring.app),
        "topics": partial(taking_part.totals_of_topic, place.kafka, place.topic),
    }
    return Members(count=2, dsn=owner, opened=opened[kind])


async def main(kind: str, crew: str, place: Place, owners: dict[str, str]) -> None:
    Crew.complete = while_copying
    for name, point in (("begin", "begun"), ("finish", "filled"), ("lock", "locked")):
        await gated(name, point)
    keyring = Keyring(await TenantPool.open(place.keyring.app), bytes(range(32)))
    sources = {
        "log": lambda: Log(CODEC, Privacy(keyring, subject_field="account_id")),
        "topics": lambda: Topics(taking_part.told(place.kafka, place.topic)),
    }
    async with owner(owners[kind]) as connection:
        rebuild = GatedRebuild(
            connection=connection,
            source=sources[kind](),
            models=[replace(TOTALS)],
            tell=told,
            members=members(kind, place, owners[kind]) if crew == "crew" else None,
        )
        await rebuild.build()
        await GATE("built")
        await rebuild.swap()
        await GATE("done")


if __name__ == "__main__":
    kind, crew, point, text = sys.argv[1:]
    given = json.loads(text)
    GATE = Gate(point)
    asyncio.run(main(kind, crew, Place.from_json(json.dumps(given["place"])), given["owners"]))
