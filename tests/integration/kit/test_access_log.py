"""Who read what is written down with the read itself, and nobody changes a line."""

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from services.kit.access_log import accesses_of, note_list, note_read
from services.kit.auth import Principal
from services.kit.migrate import MIGRATIONS
from services.kit.tenancy import TenantId, TenantPool
from services.kit.tracing import start_trace
from tests.conftest import MakeDatabase
from tests.databases import Database

A, B = TenantId("U00001"), TenantId("U00002")
READER = Principal(
    user="dr.grove", roles=frozenset({"clinician"}), tenants=frozenset({A}), token="t", purpose="direct-care"
)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
async def database(new_database: MakeDatabase) -> Database:
    return await new_database([("base", MIGRATIONS / "base")])


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[TenantPool]:
    pool = await TenantPool.open(database.app)
    yield pool
    await pool.close()


async def test_a_read_says_who_what_why_when_and_for_which_request(pool: TenantPool) -> None:
    start_trace(TRACE)
    async with pool.scope(A) as tx:
        began = await tx.fetchval("select now()")
        await note_read(tx, A, READER, what="details", subject="one")
        await note_read(tx, A, replace(READER, user="another"), what="measures", subject="one")
    async with pool.scope(A) as tx:
        newest, first = await accesses_of(tx, A, "one")
    assert (first.reader, first.roles, first.what, first.why) == ("dr.grove", ("clinician",), "details", "direct-care")
    assert (first.request, newest.reader) == ("0af7651916cd43dd8448eb211c80319c", "another")
    assert began <= first.at <= newest.at


async def test_a_list_is_one_line_and_nobodys_record(pool: TenantPool) -> None:
    async with pool.scope(A) as tx:
        await note_list(tx, A, READER, what="identities", rows=25)
        lines = await tx.fetch("select subject, what, rows_read from access_log where what = 'identities'")
    assert [tuple(line) for line in lines] == [(None, "identities", 25)]


async def test_another_network_sees_no_line(pool: TenantPool) -> None:
    async with pool.scope(A) as tx:
        await note_read(tx, A, READER, what="details", subject="two")
    async with pool.scope(B) as tx:
        assert await accesses_of(tx, B, "two") == []
        assert await tx.fetchval("select count(*) from access_log") == 0


@pytest.mark.parametrize(
    "change", ["update access_log set reader = 'somebody else'", "delete from access_log", "truncate access_log"]
)
async def test_no_line_is_changed_or_removed(pool: TenantPool, database: Database, change: str) -> None:
    async with pool.scope(A) as tx:
        await note_read(tx, A, READER, what="details", subject="three")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with pool.scope(A) as tx:
            await tx.execute(change)
    owner = await asyncpg.connect(database.owner)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(change)
    finally:
        await owner.close()


async def test_a_read_that_does_not_come_about_leaves_no_line(pool: TenantPool) -> None:
    async def read() -> None:
        async with pool.scope(A) as tx:
            await note_read(tx, A, READER, what="details", subject="four")
            await tx.fetch("select * from not_there")

    with pytest.raises(asyncpg.UndefinedTableError):
        await read()
    async with pool.scope(A) as tx:
        assert await accesses_of(tx, A, "four") == []
