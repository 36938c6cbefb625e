"""A read model built anew by several processes: the same rows as by one, the same errors, and none of them is left behind."""

import os
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.kit.projector import Gap
from services.kit.rebuild import run
from services.kit.rebuild.copies import CannotRead, RebuildRefused
from services.kit.rebuild.crew import Crew, Members
from services.kit.rebuild.frames import MemberFailed
from services.kit.rebuild.part import Part
from tests.conftest import MakeDatabase
from tests.integration.kit import taking_part
from tests.integration.kit.accounts import (
    ACCOUNTS,
    ACCOUNTS_TABLE,
    NOW,
    TENANTS,
    administrator,
    append,
    fill,
    left_over,
    log_of,
    project,
    rebuilding,
    rows_of,
)
from tests.integration.kit.conftest import STORE, Counted, Parts, open_parts
from tests.support import Database

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]

NOTHING: list[str] = []


@pytest.fixture
async def parts(new_database: MakeDatabase, keyring: Database, tmp_path: Path) -> AsyncIterator[Parts]:
    (tmp_path / "0001_accounts.sql").write_text(ACCOUNTS_TABLE)
    parts = await open_parts(await new_database([*STORE, ("toy", tmp_path)]), keyring)
    yield parts
    await parts.close()


@pytest.fixture(autouse=True)
def _worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were many events."""
    monkeypatch.setattr(run, "_WORTH", 0)


async def test_the_same_rows_byte_for_byte_and_every_event_is_counted(parts: Parts, keyring: Database) -> None:
    await fill(parts.store, 10, 12)
    await project(parts)
    live = await rows_of(parts.database)
    told: list[tuple[int, int]] = []
    crew = members(parts, keyring)
    async with rebuilding(
        parts.database, log_of(parts), members=crew, tell=lambda *numbers: told.append(numbers)
    ) as rebuild:
        await rebuild.build()
        assert await rows_of(parts.database, "shadow.accounts") == live
        compared = await rebuild.swap()
    assert [(each.live_rows, each.equal) for each in compared] == [(10, True)] * 3
    assert await left_over(parts.database) == ["kept toy.accounts", "kept.accounts"]
    assert told == sorted(told)
    assert told[-1] == (10 * 13 * 3, 10 * 13 * 3)
    assert taking_part.helping(os.getpid()) == []


async def test_with_one_tenant(parts: Parts, keyring: Database) -> None:
    await fill(parts.store, 5, 4, tenants=TENANTS[:1])
    await project(parts)
    assert all(each.equal for each in await rebuilt(parts, members(parts, keyring)))


async def test_an_empty_log(parts: Parts, keyring: Database) -> None:
    async with rebuilding(parts.database, log_of(parts), members=members(parts, keyring)) as rebuild:
        await rebuild.build()
    assert await rows_of(parts.database, "shadow.accounts") == NOTHING


async def test_what_is_parked_is_left_out_even_if_nobody_can_read_it(parts: Parts, keyring: Database) -> None:
    await fill(parts.store, 3, 3)
    await changed(parts, "alter table events disable trigger all")
    await changed(
        parts, "update events set data = '{}' where tenant = 'U00002' and stream = 'account-1' and version = 4"
    )
    await project(parts)
    assert await counted(parts, "parked_events") == 1
    assert all(each.equal for each in await rebuilt(parts, members(parts, keyring)))
    assert all(each.equal for each in await rebuilt(parts, None))
    await changed(parts, "delete from parked_events")
    for crew in (members(parts, keyring), None):
        with pytest.raises(CannotRead, match=r"^position \d+: ValidationError(\n|$)"):
            await rebuilt(parts, crew)


async def test_a_missing_event_is_seen_before_anybody_folds(parts: Parts, keyring: Database) -> None:
    await fill(parts.store, 3, 3)
    await project(parts)
    await changed(parts, "alter table events disable trigger all")
    await changed(parts, "delete from events where position = 7")
    with pytest.raises(Gap):
        await rebuilt(parts, members(parts, keyring))


async def test_a_bug_in_one_process_is_raised_here(parts: Parts, keyring: Database) -> None:
    live = await filled_with(parts, taking_part.BUG)
    with pytest.raises(ValueError, match=r"^a bug") as raised:
        await rebuilt(parts, members(parts, keyring, taking_part.stumbling_accounts))
    assert "in stumble" in raised.value.__notes__[0]
    assert await rows_of(parts.database) == live
    assert taking_part.helping(os.getpid()) == []


async def test_a_process_that_is_killed_ends_the_rebuild_and_the_next_one_succeeds(
    parts: Parts, keyring: Database
) -> None:
    live = await filled_with(parts, taking_part.FATAL)
    with pytest.raises(MemberFailed, match="has ended, with -9"):
        await rebuilt(parts, members(parts, keyring, taking_part.stumbling_accounts))
    assert await rows_of(parts.database) == live
    assert taking_part.helping(os.getpid()) == []
    assert all(each.equal for each in await rebuilt(parts, members(parts, keyring)))


async def test_one_that_cannot_begin_says_why(parts: Parts, keyring: Database) -> None:
    await fill(parts.store, 2, 2)
    crew = Members(count=2, dsn=parts.database.owner, opened=partial(taking_part.accounts, "nowhere://"))
    with pytest.raises(Exception, match="nowhere"):
        await rebuilt(parts, crew)
    assert taking_part.helping(os.getpid()) == []


async def test_one_that_outlives_its_build_writes_nothing_into_the_next(parts: Parts, keyring: Database) -> None:
    await fill(parts.store, 2, 2)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        late = Part(connection=rebuild.connection, source=log_of(parts), models=[ACCOUNTS], done=lambda more: None)
        with pytest.raises(RebuildRefused, match="another rebuild has begun"):
            await late.copy({ACCOUNTS.name: 1})


@pytest.mark.parametrize(("tenants", "started"), [(TENANTS[:1], 0), (TENANTS[:2], 1), (TENANTS, 1)])
async def test_a_process_is_started_when_there_is_something_for_it(
    parts: Parts, keyring: Database, tenants: tuple[Any, ...], started: int
) -> None:
    await fill(parts.store, 2, 2, tenants=tenants)
    source, crew = log_of(parts), members(parts, keyring)
    async with rebuilding(parts.database, source, members=crew) as rebuild:
        until = await source.until(rebuild.connection, [ACCOUNTS])
        own = Part(connection=rebuild.connection, source=source, models=[ACCOUNTS], done=lambda more: None)
        async with Crew(own, crew) as at_work:
            async for number, order in source.orders(rebuild.connection, frozenset(), until, None, 2):
                await at_work.give(number, order)
            assert len(taking_part.helping(os.getpid())) == started
    assert taking_part.helping(os.getpid()) == []


def members(parts: Parts, keyring: Database, opened: Any = taking_part.accounts) -> Members:
    return Members(count=2, dsn=parts.database.owner, opened=partial(opened, keyring.app))


async def filled_with(parts: Parts, amount: int) -> list[str]:
    """The live rows of a log with such an event of a tenant that another process folds: this one takes the biggest."""
    await fill(parts.store, 3, 3)
    await fill(parts.store, 5, 3, tenants=TENANTS[1:2])
    await append(parts.store, TENANTS[0], "account-1", Counted(account_id="account-1", amount=amount, occurred_at=NOW))
    await project(parts)
    return await rows_of(parts.database)


async def rebuilt(parts: Parts, crew: Members | None) -> Any:
    async with rebuilding(parts.database, log_of(parts), members=crew) as rebuild:
        await rebuild.build()
        return await rebuild.swap()


async def changed(parts: Parts, statement: str) -> None:
    async with administrator(parts.database) as connection:
        await connection.execute(statement)


async def counted(parts: Parts, table: str) -> int:
    async with administrator(parts.database) as connection:
        return int(await connection.fetchval(f"select count(*) from {table}"))
