"""Invariant 8: with forty-two tenants in every table, each sees its own rows and no tenant sees none, whatever is asked."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.databases import Databases
from services.kit.access_log import note_read
from services.kit.auth import Principal
from services.kit.migrate import plain_migrations, store_migrations
from services.kit.parking import Arrived, Failure, Pointer, park
from services.kit.replay import Place as Parked
from services.kit.replay import discard
from services.kit.tenancy import TenantId, TenantPool
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults import oracle
from tests.faults.chain import NOW, Chain, at_work, make_place
from tests.integration.kit.toy_log import Opened

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

TENANTS = [TenantId(f"U{number:05}") for number in range(42)]
STRANGER = "U99999"
SERVICES = {path.parent.name: path for path in sorted(Path(__file__).parents[2].glob("services/*/migrations"))}
SERVICES.pop("kit")

BOOK_KEEPING = {
    *("schema_migrations", "store", "relay", "projection_checkpoints", "consumer_checkpoints"),
    *("read_models", "read_model_copies", "erasures"),
}
"""Tables that hold nothing of any tenant."""

KIT = {"parked_streams", "parked_events", "discarded_events", "access_log"}
"""Tables with a tenant that every database has."""

ACROSS = {
    *("append_one", "append_many", "read_feed", "feed_head"),
    *("store_is_open", "store_hold", "store_open", "event_ids"),
    *("parked_overview", "parked_counts", "has_parked"),
    *("discard_kept", "drop_copies", "pcn_directory"),
}
"""What the application role may call that acts for every tenant.

The appender's and the followers' own four; whether the log may be added to, and the publisher's comparison of ids; what stands
still, names of streams and slugs; dropping what a rebuild built or replaced; and the list of networks, which is public.
"""


@pytest.fixture(scope="module")
async def filled(
    databases: Databases, keyring: Database, kafka: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Chain]:
    """Every table of a store, a read model's database and the keyring, with rows of every tenant."""
    chain = await Chain.open(await make_place(databases, keyring, kafka, tmp_path_factory.mktemp("tenants")))
    async with at_work(chain.relay(), chain.consumer(), chain.projector()):
        await asyncio.gather(*(chain.append("account-same", 1, 2, tenant=tenant) for tenant in TENANTS))
        await asyncio.gather(*(chain.append(f"account-{tenant}", 1, tenant=tenant) for tenant in TENANTS))
        await chain.arrived()
        await chain.projected()
    await asyncio.gather(*(open_account(chain, tenant) for tenant in TENANTS))
    await asyncio.gather(*(stand_still(pool, tenant) for tenant in TENANTS for pool in (chain.source.pool, chain.pool)))
    await asyncio.gather(*(look(pool, tenant) for tenant in TENANTS for pool in (chain.source.pool, chain.pool)))
    yield chain
    await chain.close()


async def open_account(chain: Chain, tenant: TenantId) -> None:
    """Makes the tenant's key and a person's."""
    event = Opened(account_id="person-same", owner="Marker Surname", occurred_at=NOW)
    await chain.source.store.append(
        tenant, "person-same", expected=0, events=[event], command_id=uuid4(), actor="test", occurred_at=NOW
    )


async def stand_still(pool: TenantPool, tenant: TenantId) -> None:
    """A stream with two parked events, of which one is done without."""
    place = Parked(tenant=tenant, consumer="toy", topic="toy", stream="account-parked")
    pointers = [Pointer(sequence=n, partition=0, offset=n, type="toy", event_id=uuid4()) for n in (1, 2)]
    arrived = [Arrived(tenant=tenant, topic=place.topic, stream=place.stream, pointer=each) for each in pointers]
    async with pool.scope(tenant) as tx:
        await park(tx, place.consumer, Failure(reason="handler-failed", error_type="KeyError"), arrived)
    await discard(pool, place, reason="sent twice", by="test")


async def look(pool: TenantPool, tenant: TenantId) -> None:
    """Somebody reads a person's record."""
    reader = Principal(user="test", roles=frozenset({"clinician"}), tenants=frozenset({tenant}), token="")
    async with pool.scope(tenant) as tx:
        await note_read(tx, tenant, reader, what="record", subject="person-same")


async def tables_of_tenants(database: Database) -> list[str]:
    async with oracle.administrator(database) as connection:
        rows = await connection.fetch(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')"
            " and a.attname = 'tenant' and not a.attisdropped order by 1"
        )
    return [row["relname"] for row in rows]


async def counts(database: Database, table: str) -> dict[str, int]:
    async with oracle.administrator(database) as connection:
        return dict(await connection.fetch(f"select tenant, count(*) from {table} group by tenant"))


async def test_every_table_has_rows_of_every_tenant(filled: Chain) -> None:
    """Else the tests below would prove nothing."""
    place = filled.place
    full = {
        place.source: ["commands", "events", "totals", *KIT],
        place.target: ["stream_versions", "totals", *KIT],
        place.keyring: ["subject_keys", "tenant_keys"],
    }
    for database, tables in full.items():
        assert set(await tables_of_tenants(database)) == {*tables, *KIT, "stream_versions"}
        for table in tables:
            assert set(await counts(database, table)) >= set(TENANTS), table


async def test_random_questions_of_random_tenants(filled: Chain, chance: random.Random) -> None:
    """On few connections used in turn, so that what one leaves behind is there for the next to trip over."""
    for database in (filled.place.source, filled.place.target, filled.place.keyring):
        pool = await asyncpg.create_pool(database.app, min_size=2, max_size=4)
        async with pool:
            for table in await tables_of_tenants(database):
                own = await counts(database, table)
                asked = [*TENANTS, *chance.choices(TENANTS, k=20), STRANGER, "", "%", "U0000", None]
                chance.shuffle(asked)
                await asyncio.gather(*(ask(pool, table, tenant, own) for tenant in asked))


async def ask(pool: Any, table: str, tenant: str | None, own: dict[str, int]) -> None:
    """As the application does; the rows seen are the tenant's, all of them, and none but them."""
    async with pool.acquire() as connection, connection.transaction():
        if tenant is not None:
            await connection.execute("select set_config('app.tenant', $1, true)", tenant)
        seen = dict(await connection.fetch(f"select tenant, count(*) from {table} group by tenant"))
        assert seen == ({tenant: own[tenant]} if tenant in own else {}), f"{tenant} in {table}"
        others = await connection.fetchval(f"select count(*) from {table} where tenant <> $1", tenant or "")
        assert others == 0, f"{tenant} in {table}"


async def test_a_connection_goes_back_as_it_came(filled: Chain, chance: random.Random) -> None:
    """Through the pool of the kit, with callers who are cancelled at any moment: the next one sees nothing of the last."""
    pool = await TenantPool.open(filled.place.target.app, size=2)
    own = await counts(filled.place.target, "totals")
    for _ in range(100):
        tenant = chance.choice(TENANTS)
        caller = asyncio.create_task(count_of(pool, tenant))
        await asyncio.wait([caller], timeout=chance.uniform(0, 0.003))
        caller.cancel()
        (seen,) = await asyncio.gather(caller, return_exceptions=True)
        assert seen == own[tenant] or isinstance(seen, asyncio.CancelledError)
        for unbound in (pool.unscoped, pool.single):
            async with unbound() as connection:
                assert await connection.fetchval("select count(*) from totals") == 0
    await pool.close()


async def count_of(pool: TenantPool, tenant: TenantId) -> int:
    async with pool.scope(tenant) as tx:
        return int(await tx.fetchval("select count(*) from totals"))


async def test_nobody_writes_into_another_tenant(filled: Chain, chance: random.Random) -> None:
    place = filled.place
    for database, table in (
        (place.target, "totals"),
        (place.target, "stream_versions"),
        (place.keyring, "tenant_keys"),
    ):
        mine, other = chance.sample(TENANTS, 2)
        before = await counts(database, table)
        connection = await asyncpg.connect(database.app)
        await connection.execute("select set_config('app.tenant', $1, false)", mine)
        assert await connection.execute(f"delete from {table} where tenant = $1", other) == "DELETE 0"
        assert await connection.execute(f"update {table} set tenant = $1 where tenant = $2", mine, other) == "UPDATE 0"
        for statement in (f"update {table} set tenant = $1", f"insert into {table} (tenant) values ($1)"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await connection.execute(statement, other)
        await connection.close()
        assert await counts(database, table) == before


async def test_a_stream_of_the_same_name_is_each_tenants_own(filled: Chain) -> None:
    for tenant in (*TENANTS, TenantId(STRANGER)):
        loaded = await filled.source.store.load(tenant, "account-same")
        assert {recorded.tenant for recorded in loaded} <= {tenant}
        assert len(loaded) == (2 if tenant in TENANTS else 0)
        keys = await filled.source.keyring.keys(tenant, ["person-same"])
        assert (keys["person-same"] is not None) == (tenant in TENANTS)
    command_id = next(key[1] for key in filled.answers if key[0] == TENANTS[0])
    assert await filled.source.store.answer_to(TENANTS[0], command_id) is not None
    assert await filled.source.store.answer_to(TENANTS[1], command_id) is None


@pytest.fixture(params=[*SERVICES, "keyring"])
async def shipped(request: pytest.FixtureRequest, new_database: MakeDatabase, keyring: Database) -> Database:
    """A database as a service's migrations make it."""
    if request.param == "keyring":
        return keyring
    own = SERVICES[request.param]
    migrations_of = store_migrations if (own.parent / "domain").exists() else plain_migrations
    return await new_database(migrations_of(request.param, own))


async def test_every_table_that_ships_is_protected(shipped: Database) -> None:
    async with oracle.administrator(shipped) as connection:
        tables = await connection.fetch(
            "select relname, relrowsecurity and relforcerowsecurity as forced, relowner::regrole::text as owner"
            " from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm', 'f')"
        )
        policies = await connection.fetch(
            "select tablename, roles::text[] as roles, qual from pg_policies where cmd in ('ALL', 'SELECT')"
        )
        loose = await connection.fetch(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'"
            " and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']"
        )
    with_tenant = set(await tables_of_tenants(shipped))
    assert {table["relname"] for table in tables} - with_tenant <= BOOK_KEEPING
    assert [table["relname"] for table in tables if table["relname"] in with_tenant and not table["forced"]] == []
    assert {table["owner"] for table in tables} == {f"{shipped.name}_owner"}
    assert [view["relname"] for view in loose] == []
    open_to_all = [p["tablename"] for p in policies if p["qual"] == "true" and p["roles"] != [f"{shipped.name}_owner"]]
    assert open_to_all == []


async def test_what_acts_across_tenants_is_a_short_list(shipped: Database) -> None:
    async with oracle.administrator(shipped) as connection:
        callable_by_app: Sequence[Any] = await connection.fetch(
            "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
            " and has_function_privilege($1, oid, 'execute')",
            f"{shipped.name}_app",
        )
    assert {function["proname"] for function in callable_by_app} <= ACROSS
