"""A read model built anew beside the live one, from the service's own log, on real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.kit.rebuild.copies import Compared, RebuildRefused, copies, has_changed
from services.kit.rebuild.run import Rebuild
from services.kit.registry import live_versions
from services.kit.tenancy import TenantPool
from services.kit.testing import eventually
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults.chain import at_work
from tests.integration.kit.accounts import (
    ACCOUNTS,
    NOW,
    TENANTS,
    account_parts,
    administrator,
    append,
    fill,
    left_over,
    log_of,
    project,
    projector_of,
    rebuilding,
    rows_of,
)
from tests.integration.kit.toy_log import Counted, Parts

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]

NOTHING: list[str] = []
KEPT = ["kept toy.accounts", "kept.accounts"]
DRESS = """
select 'index ' || indexname || ' ' || indexdef as part from pg_indexes where schemaname = 'public' and tablename = 'accounts'
union all
select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = 'public.accounts'::regclass
union all
select format('policy %s %s %s %s %s', policyname, roles, cmd, qual, with_check) from pg_policies
where schemaname = 'public' and tablename = 'accounts'
union all
select format('table %s %s %s', relacl, relrowsecurity, relforcerowsecurity) from pg_class
where oid = 'public.accounts'::regclass
order by 1
"""
"""Everything the table has besides its rows."""


@pytest.fixture
async def parts(new_database: MakeDatabase, keyring: Database, tmp_path: Path) -> AsyncIterator[Parts]:
    async with account_parts(new_database, keyring, tmp_path) as parts:
        yield parts


async def test_the_same_rows_byte_for_byte_in_a_table_that_is_the_same_in_all(parts: Parts) -> None:
    await fill(parts.store, 10, 12)
    await project(parts)
    live, dress = await rows_of(parts.database), await looked_up(parts, DRESS)
    told: list[tuple[int, int]] = []
    async with rebuilding(parts.database, log_of(parts), tell=lambda *numbers: told.append(numbers)) as rebuild:
        await rebuild.build()
        assert await rows_of(parts.database, "shadow.accounts") == live
        compared = await rebuild.swap()
    assert [(each.live_rows, each.equal) for each in compared] == [(10, True)] * 3
    assert await rows_of(parts.database) == live
    assert await looked_up(parts, DRESS) == dress
    assert await left_over(parts.database) == KEPT
    assert told == sorted(told)
    assert told[-1] == (10 * 13 * 3, 10 * 13 * 3)


async def test_under_live_writes_nobody_sees_it_empty_or_mixed_and_no_effect_is_fired(parts: Parts) -> None:
    await fill(parts.store, 8, 5)
    await project(parts)
    stop = asyncio.Event()
    writer = asyncio.create_task(keep_writing(parts, stop))
    reader = asyncio.create_task(keep_reading(parts.pool, stop))
    async with at_work(projector_of(parts)), rebuilding(parts.database, log_of(parts)) as rebuild:
        for _ in range(4):
            await rebuild.build()
            assert all(each.equal for each in await rebuild.swap())
        stop.set()
        written, seen = await writer, await reader
        await eventually(lambda: caught_up(parts), within=60, what="the projector having everything")
    assert written > 0
    assert min(seen) >= 8, "a reader saw fewer rows than there ever were"
    assert seen == sorted(seen), "a reader saw rows that had been there vanish"
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        assert all(each.equal for each in await rebuild.verify())
    # Opening and counting is all that was ever appended: a rebuild decides nothing.
    assert await looked_up(parts, "select count(*) from events") == [8 * 3 * 6 + written]


async def test_the_live_one_stands_still_while_it_is_compared_and_replaced(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(parts.store, 2, 2)
    await project(parts)
    put_live = Rebuild._put_live
    steps: list[asyncio.Task[int]] = []

    async def while_held(rebuild: Rebuild, *given: Any) -> None:
        await append(parts.store, TENANTS[0], "account-1", Counted(account_id="account-1", amount=5, occurred_at=NOW))
        steps.append(asyncio.create_task(projector_of(parts).step()))
        done, _ = await asyncio.wait(steps, timeout=1)
        assert not done, "the live one went on"
        await put_live(rebuild, *given)

    monkeypatch.setattr(Rebuild, "_put_live", while_held)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        assert all(each.equal for each in await rebuild.swap())
    assert await steps[0] == 1
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        assert all(each.equal for each in await rebuild.verify())


async def test_one_tenant_while_live_leaves_every_other_row_untouched(parts: Parts) -> None:
    await fill(parts.store, 5, 6)
    await project(parts)
    right = await rows_of(parts.database)
    await changed(parts, "update accounts set amount = 77 where account_id = 'account-1'")
    await changed(parts, f"delete from accounts where account_id = 'account-2' and tenant = '{TENANTS[0]}'")
    before = await looked_up(
        parts, f"select format('%s %s', ctid, xmin) from accounts where tenant <> '{TENANTS[0]}' order by 1"
    )
    async with at_work(projector_of(parts)), rebuilding(parts.database, log_of(parts), tenant=TENANTS[0]) as rebuild:
        await rebuild.build()
        compared = await rebuild.swap_tenant(TENANTS[0])
    assert [(each.tenant, each.live_rows, each.built_rows, each.equal) for each in compared] == [
        (TENANTS[0], 4, 5, False)
    ]
    after = await looked_up(
        parts, f"select format('%s %s', ctid, xmin) from accounts where tenant <> '{TENANTS[0]}' order by 1"
    )
    assert after == before
    mine = f"({TENANTS[0]},"
    assert [row for row in await rows_of(parts.database) if row.startswith(mine)] == [
        row for row in right if row.startswith(mine)
    ]
    assert await left_over(parts.database) == NOTHING


async def test_back_to_what_was_kept_with_what_came_since_and_forth_again(parts: Parts) -> None:
    await fill(parts.store, 3, 4)
    await project(parts)
    await changed(parts, "update accounts set owner = 'as it was' where account_id = 'account-1'")
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        assert not all(each.equal for each in await rebuild.swap())
    await append(parts.store, TENANTS[0], "account-1", Counted(account_id="account-1", amount=500, occurred_at=NOW))
    await project(parts)
    newer = await rows_of(parts.database)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.roll_back()
    older = await rows_of(parts.database)
    assert sum("as it was" in row for row in older) == 3
    assert [row.replace('"as it was"', "?") for row in older if "500" in row] != NOTHING
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.roll_back()
    assert await rows_of(parts.database) == newer
    await project(parts)
    assert await rows_of(parts.database) == newer


async def test_verify_names_the_tenant_that_differs_and_changes_nothing(parts: Parts) -> None:
    await fill(parts.store, 3, 3)
    await project(parts)
    await changed(
        parts, f"update accounts set mean = mean + 0.0000001 where tenant = '{TENANTS[1]}' and account_id = 'account-2'"
    )
    live = await rows_of(parts.database)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        compared = await rebuild.verify()
    assert [each.tenant for each in compared if not each.equal] == [TENANTS[1]]
    assert await rows_of(parts.database) == live
    assert await left_over(parts.database) == NOTHING


NEWER = replace(ACCOUNTS, version=2, evolve=lambda row, event: replace(ACCOUNTS.evolve(row, event), tags=("two",)))


async def test_a_new_version_waits_until_it_was_built_and_the_old_one_stops(parts: Parts) -> None:
    await fill(parts.store, 3, 3)
    old = projector_of(parts)
    while await old.step():
        pass
    old_rows = await rows_of(parts.database)
    assert await projector_of(parts, NEWER).step() == 0
    assert await rows_of(parts.database) == old_rows
    assert await rebuilt(parts, NEWER) == []
    new_rows = await rows_of(parts.database)
    await append(parts.store, TENANTS[0], "account-1", Counted(account_id="account-1", amount=1, occurred_at=NOW))
    for stopped in (old, projector_of(parts)):
        await stopped.step()
        assert await rows_of(parts.database) == new_rows
    assert await projector_of(parts, NEWER).step() == 1
    assert all("{two}" in row for row in await rows_of(parts.database))
    assert await rows_of(parts.database, "kept.accounts") == old_rows


async def test_back_to_the_old_version_with_the_release_that_folds_it(parts: Parts) -> None:
    await fill(parts.store, 3, 3)
    await project(parts)
    await rebuilt(parts, NEWER)
    await append(parts.store, TENANTS[0], "account-1", Counted(account_id="account-1", amount=1, occurred_at=NOW))
    await project(parts, NEWER)
    with pytest.raises(RebuildRefused, match="folded by version 1, this release folds 2"):
        await rolled_back(parts, NEWER)
    await rolled_back(parts, ACCOUNTS)
    assert await projector_of(parts, NEWER).step() == 0
    assert sum("{two}" in row for row in await rows_of(parts.database)) == 0
    await project(parts)
    assert all(each.equal for each in await rebuilt(parts))


async def test_a_new_read_model_begins_with_the_first_event_by_itself(parts: Parts) -> None:
    await fill(parts.store, 2, 3)
    assert await registered(parts) == {}
    await project(parts)
    assert await registered(parts) == {"toy.accounts": 1}
    assert len(await rows_of(parts.database)) == 6


async def test_a_table_changed_by_a_migration_is_not_replaced_by_one_built_before(parts: Parts) -> None:
    await fill(parts.store, 2, 2)
    await project(parts)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        await changed(parts, "alter table accounts add column later text")
        assert await has_changed(rebuild.connection, (await copies(rebuild.connection))["shadow", "toy.accounts"])
        with pytest.raises(RebuildRefused, match="a migration has changed the live table"):
            await rebuild.swap()


async def test_a_comparison_that_is_refused_leaves_nothing_behind(parts: Parts) -> None:
    await fill(parts.store, 2, 2)
    await project(parts)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        await changed(parts, "alter table accounts add column later text")
        with pytest.raises(RebuildRefused, match="a migration has changed the live table"):
            await rebuild.verify()
    assert await left_over(parts.database) == NOTHING


async def test_two_rebuilds_at_once_are_one_too_many(parts: Parts) -> None:
    async with rebuilding(parts.database, log_of(parts)):
        with pytest.raises(RebuildRefused, match="another rebuild"):
            async with rebuilding(parts.database, log_of(parts)):
                pass


async def test_a_reader_that_never_lets_go_is_not_cut_off(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kit.rebuild.copies._LOCK_TRIES", 2)
    await fill(parts.store, 2, 2)
    await project(parts)
    live = await rows_of(parts.database)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        async with parts.pool.scope(TENANTS[0]) as tx:
            await tx.fetch("select * from accounts")
            with pytest.raises(RebuildRefused, match="reads the live tables"):
                await rebuild.swap()
            assert len(await tx.fetch("select * from accounts")) == 2
        assert await rows_of(parts.database) == live
        await rebuild.swap()


async def test_while_the_server_tidies_up_what_was_kept_readers_go_on_and_the_swap_waits(parts: Parts) -> None:
    await fill(parts.store, 2, 2)
    await project(parts)
    await rebuilt(parts)
    async with rebuilding(parts.database, log_of(parts)) as rebuild, administrator(parts.database) as server:
        await rebuild.build()
        async with server.transaction():
            await server.execute("lock table kept.accounts in share update exclusive mode")
            swapping = asyncio.create_task(rebuild.swap())
            done, _ = await asyncio.wait([swapping], timeout=1)
            assert not done, "it did not wait for the server"
            async with parts.pool.scope(TENANTS[0]) as tx:
                assert len(await tx.fetch("select * from accounts")) == 2
        assert all(each.equal for each in await swapping)


async def test_the_application_sees_no_copy(parts: Parts) -> None:
    await fill(parts.store, 1, 1)
    await project(parts)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        await rebuild.swap()
        await rebuild.build()
    for place in ("shadow", "kept"):
        async with parts.pool.scope(TENANTS[0]) as tx:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.fetch(f"select * from {place}.accounts")


async def keep_writing(parts: Parts, stop: asyncio.Event) -> int:
    """Two events a command, until told to stop; how many events that were."""
    count = 0
    while not stop.is_set():
        stream, tenant = f"account-{count % 11}", TENANTS[count % 3]
        await append(
            parts.store, tenant, stream, *[Counted(account_id=stream, amount=n, occurred_at=NOW) for n in (1, 2)]
        )
        count += 2
    return count


async def keep_reading(pool: TenantPool, stop: asyncio.Event) -> list[int]:
    """How many rows there were, each time a reader looked."""
    seen = []
    while not stop.is_set():
        async with pool.scope(TENANTS[0]) as tx:
            seen.append(len(await tx.fetch("select * from accounts where tenant = $1", TENANTS[0])))
    return seen


async def caught_up(parts: Parts) -> bool:
    return bool(
        (await looked_up(parts, "select position = (select max(position) from events) from projection_checkpoints"))[0]
    )


async def registered(parts: Parts) -> dict[str, int]:
    async with parts.pool.unscoped() as tx:
        return await live_versions(tx)


async def rebuilt(parts: Parts, model: Any = ACCOUNTS) -> list[Compared]:
    async with rebuilding(parts.database, log_of(parts), model) as rebuild:
        await rebuild.build()
        return await rebuild.swap()


async def rolled_back(parts: Parts, model: Any) -> None:
    async with rebuilding(parts.database, log_of(parts), model) as rebuild:
        await rebuild.roll_back()


async def changed(parts: Parts, statement: str) -> None:
    async with administrator(parts.database) as connection:
        await connection.execute(statement)


async def looked_up(parts: Parts, query: str) -> list[Any]:
    async with administrator(parts.database) as connection:
        return [row[0] for row in await connection.fetch(query)]
