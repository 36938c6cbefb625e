"""Invariant 2: positions contiguous and in commit order. Nobody reads past a writer who has not committed."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.kit.errors import Busy
from services.kit.projector import Gap
from services.kit.relay import Lease
from services.kit.testing import eventually
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults import oracle
from tests.faults.chain import NOW, PATIENCE, TENANTS, Chain, at_work, send
from tests.faults.load import fill
from tests.integration.kit.toy_log import STORE, Counted, Parts, open_parts

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

WRITERS = 3
ROUNDS = 40


@pytest.fixture
async def database(new_database: MakeDatabase) -> Database:
    return await new_database(STORE)


@pytest.fixture
async def parts(database: Database, keyring: Database) -> AsyncIterator[Parts]:
    parts = await open_parts(database, keyring)
    yield parts
    await parts.close()


@contextlib.asynccontextmanager
async def paused_writer(database: Database, stream: str, *amounts: int) -> AsyncIterator[asyncpg.Connection]:
    """Another process's append, everything written and nothing committed; rolled back at the end if it still is not."""
    connection = await asyncpg.connect(database.app)
    try:
        await connection.execute("begin")
        stored = await connection.fetchrow(
            "select * from append_one($1, $2, null, $3, $4, $5, $6, $7, $8)", *one_request(stream, amounts)
        )
        assert stored["outcome"] == "stored"
        yield connection
    finally:
        await connection.close()


def one_request(stream: str, amounts: Sequence[int]) -> tuple[Any, ...]:
    """What the appender would say."""
    count, command_id = len(amounts), uuid4()
    data = [f'{{"account_id": "{stream}", "amount": {amount}, "occurred_at": "{NOW:%FT%TZ}"}}' for amount in amounts]
    meta = f'{{"actor": "paused", "command_id": "{command_id}"}}'
    return (TENANTS[0], stream, command_id, ["counted.v1"] * count, data, [None] * count, [meta] * count, [NOW] * count)


async def feed(parts: Parts) -> list[int]:
    return [recorded.position for recorded in await parts.store.read_after(0, 10_000)]


async def waits_for_a_lock(database: Database) -> bool:
    async with oracle.administrator(database) as connection:
        waiting = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
        return bool(await connection.fetchval(waiting))


async def test_nobody_reads_past_a_writer_paused_before_commit(parts: Parts, database: Database) -> None:
    await send(parts.store, TENANTS[0], "account-1", (1,), uuid4())
    async with paused_writer(database, "account-2", 2, 3) as paused:
        later = asyncio.create_task(send(parts.store, TENANTS[1], "account-3", (4,), uuid4()))
        await eventually(lambda: waits_for_a_lock(database), within=PATIENCE, what="the later writer waiting")
        assert await feed(parts) == [1]
        assert await parts.store.head() == 1
        await paused.execute("commit")
        assert (await later).position == 4
    assert await feed(parts) == [1, 2, 3, 4]
    await oracle.verify_store(database)


@pytest.mark.parametrize("end", ["rollback", "terminated"])
async def test_a_writer_that_dies_before_commit_leaves_no_hole(parts: Parts, database: Database, end: str) -> None:
    await send(parts.store, TENANTS[0], "account-1", (1,), uuid4())
    async with paused_writer(database, "account-2", 2, 3) as dying:
        later = asyncio.create_task(send(parts.store, TENANTS[1], "account-3", (4,), uuid4()))
        await eventually(lambda: waits_for_a_lock(database), within=PATIENCE, what="the later writer waiting")
        if end == "rollback":
            await dying.execute("rollback")
        else:
            async with oracle.administrator(database) as connection:
                await connection.execute("select pg_terminate_backend($1)", dying.get_server_pid())
        assert (await later).position == 2
    assert await feed(parts) == [1, 2]
    await oracle.verify_store(database)


async def test_a_writer_paused_for_too_long_makes_the_others_busy_and_harms_nothing(
    database: Database, keyring: Database
) -> None:
    hurried = await open_parts(database, keyring, deadline=0.5)
    event, command_id = Counted(account_id="account-2", amount=1, occurred_at=NOW), uuid4()
    async with paused_writer(database, "account-1", 1):
        with pytest.raises(Busy):
            await hurried.store.append(
                TENANTS[0],
                "account-2",
                expected=0,
                events=[event],
                command_id=command_id,
                actor="test",
                occurred_at=NOW,
            )
    answer = await send(hurried.store, TENANTS[0], "account-2", (1,), command_id)
    assert answer.version == 1
    await hurried.close()
    await oracle.verify_store(database, {(TENANTS[0], command_id): answer})


async def test_a_reader_following_many_writers_sees_every_position_in_turn(
    parts: Parts, database: Database, keyring: Database, chance: random.Random
) -> None:
    """Three processes' appenders on the same streams, and a reader who asks all the time."""
    writers = [await open_parts(database, keyring) for _ in range(WRITERS)]
    finished = asyncio.Event()
    reading = asyncio.create_task(follow(parts, finished))

    async def write(writer: Parts) -> None:
        for _ in range(ROUNDS):
            batch = [(chance.randrange(10), chance.randrange(1, 4)) for _ in range(chance.randrange(1, 8))]
            await asyncio.gather(
                *(send(writer.store, TENANTS[n % 3], f"account-{n}", range(count), uuid4()) for n, count in batch)
            )

    await asyncio.gather(*(write(writer) for writer in writers))
    finished.set()
    seen = await reading
    assert [recorded.position for recorded in seen] == list(range(1, len(seen) + 1))
    stored = await oracle.verify_store(database)
    assert [recorded.event_id for recorded in seen] == [event["id"] for event in stored]
    for writer in writers:
        await writer.close()


async def follow(parts: Parts, finished: asyncio.Event) -> Sequence[Any]:
    """What a reader gets who goes on from the last position he was given."""
    seen: list[Any] = []
    while True:
        last = finished.is_set()
        fresh = await parts.store.read_after(len(seen) and seen[-1].position, 50)
        seen += fresh
        if last and not fresh:
            return seen


async def test_nobody_follows_the_log_over_a_hole(chain: Chain) -> None:
    """There is none; this one is made with a superuser's saw. Both followers stop before it and go on once it is filled."""
    await fill(chain)
    async with oracle.administrator(chain.place.source) as connection:
        await connection.execute("alter table events disable trigger append_only")
        await connection.execute("create temporary table kept as select * from events where position = 10")
        await connection.execute("delete from events where position = 10")
        hole = [chain.projector().step(), chain.relay().step(Lease(epoch=1, position=0))]
        for stopped in await asyncio.gather(*hole, return_exceptions=True):
            assert isinstance(stopped, Gap), stopped
        await connection.execute("insert into events select * from kept")
        await connection.execute("alter table events enable trigger append_only")
    async with at_work(chain.relay(), chain.consumer(), chain.projector()):
        await chain.arrived()
        await chain.projected()
    await chain.verify(sent_again=False)


async def test_long_transactions_elsewhere_do_not_stall_the_feed(chain: Chain) -> None:
    """A writer in another database of the same server, and a snapshot held in this one, as a backup would."""
    async with contextlib.AsyncExitStack() as stack:
        for database, mode in ((chain.place.target, "read committed"), (chain.place.source, "repeatable read")):
            connection = await asyncpg.connect(database.admin)
            stack.push_async_callback(connection.close)
            await connection.execute(f"begin isolation level {mode}")
            await connection.execute("select pg_current_xact_id()")
            await connection.fetchval("select count(*) from schema_migrations")
        async with at_work(chain.relay(), chain.consumer(), chain.projector()):
            await fill(chain)
            await chain.arrived()
            await chain.projected()
    await chain.verify(sent_again=False)
