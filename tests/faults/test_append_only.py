"""Invariant 1: what is stored is never changed or deleted. Twice over: the role may not, and the table does not let anybody."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults import oracle
from tests.faults.chain import TENANTS, send
from tests.integration.kit.toy_log import STORE, open_parts

pytestmark = pytest.mark.faults

CHANGES = [
    "update events set data = '{}'",
    "update events set position = position + 1000",
    "update events set sealed = null where false",
    "delete from events",
    "truncate events",
    "update commands set version = 99",
    "delete from commands",
    "truncate commands",
    "truncate events, commands",
    "insert into commands select * from commands on conflict (tenant, id) do update set version = 99",
]
WAYS_ROUND = [
    "alter table events disable trigger append_only",
    "drop trigger append_only on events",
    "alter table events disable row level security",
    "alter table events no force row level security",
    "create policy mine on events using (true)",
    "drop table events",
    "create or replace function refuse_change() returns trigger language plpgsql as 'begin return new; end'",
    "set session_replication_role = replica",
    "create table public.mine ()",
    (
        "insert into events (position, tenant, stream, version, type, data, meta, occurred_at)"
        " values (999, 'U00001', 's', 1, 't', '{}', '{}', now())"
    ),
    "insert into commands (tenant, id, stream, version, position) values ('U00001', uuidv7(), 's', 1, 1)",
    "update store set incarnation = gen_random_uuid()",
]


@pytest.fixture(scope="module")
async def database(new_database: MakeDatabase, keyring: Database) -> AsyncIterator[Database]:
    """A log with something in it."""
    database = await new_database(STORE)
    parts = await open_parts(database, keyring)
    for number in range(3):
        await send(parts.store, TENANTS[0], f"account-{number}", (1, 2), uuid4())
    await parts.close()
    yield database
    await oracle.verify_store(database)


async def refused(dsn: str, statement: str) -> str:
    """The message with which PostgreSQL refuses it."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select set_config('app.tenant', $1, false)", TENANTS[0])
        with pytest.raises(asyncpg.InsufficientPrivilegeError) as refusal:
            await connection.execute(statement)
        return str(refusal.value)
    finally:
        await connection.close()


@pytest.mark.parametrize("statement", CHANGES)
async def test_the_application_role_has_no_right_to(database: Database, statement: str) -> None:
    assert "permission denied" in await refused(database.app, statement)


@pytest.mark.parametrize("statement", CHANGES)
async def test_the_table_does_not_let_even_a_superuser(database: Database, statement: str) -> None:
    assert "append-only" in await refused(database.admin, statement)


@pytest.mark.parametrize("statement", CHANGES)
async def test_nor_its_owner(database: Database, statement: str) -> None:
    assert "append-only" in await refused(database.owner, statement)


@pytest.mark.parametrize("statement", WAYS_ROUND)
async def test_the_application_role_finds_no_way_round(database: Database, statement: str) -> None:
    await refused(database.app, statement)


async def test_the_application_role_owns_nothing_and_is_nobody(database: Database) -> None:
    async with oracle.administrator(database) as connection:
        role = await connection.fetchrow("select * from pg_roles where rolname = $1", f"{database.name}_app")
        owned = await connection.fetch(
            "select classid::regclass, objid from pg_shdepend where refobjid = $1 and deptype = 'o'", role["oid"]
        )
        groups = await connection.fetch("select roleid::regrole from pg_auth_members where member = $1", role["oid"])
    powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    assert not any(role[power] for power in powers)
    assert (owned, groups) == ([], [])
