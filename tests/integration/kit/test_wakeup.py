"""Somebody who begins to listen is rung once: what came before was not heard. Who hears nothing any more notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest

from services.kit import wakeup as module
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


async def test_who_listens_to_a_server_that_is_gone_without_a_word_listens_anew(
    new_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ASK_SECONDS", 0.1)
    monkeypatch.setattr(module, "_ANSWER_SECONDS", 0.5)
    dsn = (await new_database([])).app
    async with a_way_to(dsn) as (through, lines), asyncio.TaskGroup() as group:
        wakeup = Wakeup(through)
        listening = group.create_task(wakeup.run())
        await eventually(lambda: heard(wakeup), within=10, what="somebody listening")
        lines[0].clear()
        await eventually(lambda: heard(wakeup, 2), within=10, what="somebody listening anew")
        connection = await asyncpg.connect(dsn)
        await connection.execute("notify events")
        await connection.close()
        await eventually(lambda: heard(wakeup, 3), within=10, what="being rung on the new line")
        listening.cancel()


async def heard(wakeup: Wakeup, times: int = 1) -> bool:
    return wakeup.count == times


@asynccontextmanager
async def a_way_to(dsn: str) -> AsyncIterator[tuple[str, list[asyncio.Event]]]:
    """The DSN of another way there, and an event for each connection on it: while it is not set, nothing moves on it."""
    place, lines = urlsplit(dsn), list[asyncio.Event]()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, moving: asyncio.Event) -> None:
        while piece := await reader.read(1 << 16):
            await moving.wait()
            writer.write(piece)
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(moving := asyncio.Event())
        moving.set()
        there = await asyncio.open_connection(place.hostname, place.port)
        await asyncio.gather(carry(reader, there[1], moving), carry(there[0], writer, moving))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        try:
            yield dsn.replace(f":{place.port}/", f":{port}/").replace(f"@{place.hostname}:", "@127.0.0.1:"), lines
        finally:
            for moving in lines:
                moving.set()
