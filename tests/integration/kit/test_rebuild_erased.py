"""Somebody is erased: what a rebuild built or replaced names them nowhere, whenever it was at work. On real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.kit.registry import drop_copies, note_erasure
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.kit.accounts import (
    NOW,
    TENANTS,
    account_parts,
    append,
    fill,
    left_over,
    log_of,
    project,
    rebuilding,
    rows_of,
)
from tests.integration.kit.toy_log import Counted, Opened, Parts

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]

NOTHING: list[str] = []
KEPT = ["kept toy.accounts", "kept.accounts"]
BUILT = ["shadow toy.accounts", "shadow.accounts"]


@pytest.fixture
async def parts(new_database: MakeDatabase, keyring: Database, tmp_path: Path) -> AsyncIterator[Parts]:
    async with account_parts(new_database, keyring, tmp_path) as parts:
        yield parts


async def test_somebody_erased_is_built_as_redacted_and_leaves_what_is_kept(parts: Parts) -> None:
    gone = f"account-{uuid4()}"
    await fill(parts.store, 2, 2)
    await append(parts.store, TENANTS[0], gone, Opened(account_id=gone, owner="Ann Example", occurred_at=NOW))
    await project(parts)
    await rebuilt(parts)
    await parts.keyring.destroy(TENANTS[0], gone)
    assert sum("Ann Example" in row for row in await rows_of(parts.database, "kept.accounts")) == 1
    assert await erased(parts)
    assert await left_over(parts.database) == NOTHING
    await rebuilt(parts)
    rows = await rows_of(parts.database)
    assert [len(rows), sum(gone in row for row in rows), sum("Owner" in row for row in rows)] == [7, 1, 6]
    assert not any("Ann Example" in row for row in rows)


async def test_what_is_built_while_somebody_is_erased_is_gone_too_once_nobody_is_at_it(parts: Parts) -> None:
    await fill(parts.store, 2, 2)
    await project(parts)
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        assert not await erased(parts)
        assert await left_over(parts.database) == BUILT
    assert await copies_dropped(parts)
    assert await left_over(parts.database) == NOTHING
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
    assert await copies_dropped(parts), "nothing is due"
    assert await left_over(parts.database) == BUILT


async def test_what_is_replaced_before_it_has_heard_of_an_erasure_is_not_kept(parts: Parts) -> None:
    await fill(parts.store, 2, 2)
    await project(parts)
    await append(parts.store, TENANTS[0], "account-0", Counted(account_id="account-0", amount=1, occurred_at=NOW))
    assert await erased(parts)
    await rebuilt(parts)
    assert await left_over(parts.database) == NOTHING
    await project(parts)
    await rebuilt(parts)
    assert await left_over(parts.database) == KEPT


async def erased(parts: Parts) -> bool:
    """The newest event was somebody's erasure; whether the copies could be dropped."""
    async with parts.pool.unscoped() as tx:
        await note_erasure(tx, await parts.store.head())
    return await copies_dropped(parts)


async def copies_dropped(parts: Parts) -> bool:
    async with parts.pool.unscoped() as tx:
        return await drop_copies(tx)


async def rebuilt(parts: Parts) -> None:
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
        await rebuild.swap()
