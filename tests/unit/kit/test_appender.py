"""What becomes of an append when nobody answers."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.kit.appender import Appender, Request
from services.kit.errors import Busy
from services.kit.tenancy import TenantId

REQUEST = Request(
    tenant=TenantId("U00001"),
    stream="account-1",
    expected=None,
    command_id=uuid4(),
    types=["counted.v1"],
    data=["{}"],
    sealed=[None],
    meta=["{}"],
    occurred=[datetime(2026, 6, 1, tzinfo=UTC)],
)


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_a_server_that_takes_a_connection_and_says_nothing_keeps_nobody_longer_than_the_deadline() -> None:
    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        appender = Appender(f"postgresql://nobody@127.0.0.1:{silent.sockets[0].getsockname()[1]}/none", deadline=0.2)
        with pytest.raises(Busy):
            await appender.append(REQUEST)
        async with asyncio.timeout(5):
            await appender.close()
