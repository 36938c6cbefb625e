"""A rebuild from a log that is empty, lacks an event or holds one nobody can read; and with a fold that has a bug."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.kit.projector import Gap
from services.kit.rebuild.copies import CannotRead
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.kit.accounts import ACCOUNTS, account_parts, fill, log_of, project, rebuilding, rows_of
from tests.integration.kit.test_rebuild import NOTHING, changed, looked_up, rebuilt
from tests.integration.kit.toy_log import Parts

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]


@pytest.fixture
async def parts(new_database: MakeDatabase, keyring: Database, tmp_path: Path) -> AsyncIterator[Parts]:
    async with account_parts(new_database, keyring, tmp_path) as parts:
        yield parts


async def test_an_empty_log(parts: Parts) -> None:
    async with rebuilding(parts.database, log_of(parts)) as rebuild:
        await rebuild.build()
    assert await rows_of(parts.database, "shadow.accounts") == NOTHING


async def test_what_is_parked_is_left_out_even_if_nobody_can_read_it(parts: Parts) -> None:
    await fill(parts.store, 3, 3)
    await changed(parts, "alter table events disable trigger all")
    await changed(
        parts, "update events set data = '{}' where tenant = 'U00002' and stream = 'account-1' and version = 4"
    )
    await project(parts)
    assert await looked_up(parts, "select count(*) from parked_events") == [1]
    assert all(each.equal for each in await rebuilt(parts))
    await changed(parts, "delete from parked_events")
    with pytest.raises(CannotRead, match=r"^position \d+: ValidationError$"):
        await rebuilt(parts)


async def test_a_missing_event_is_seen_before_anything_is_folded(parts: Parts) -> None:
    await fill(parts.store, 3, 3)
    await project(parts)
    await changed(parts, "alter table events disable trigger all")
    await changed(parts, "delete from events where position = 7")
    with pytest.raises(Gap):
        await rebuilt(parts)


async def test_a_bug_in_the_fold_leaves_the_live_rows_and_the_next_one_succeeds(parts: Parts) -> None:
    await fill(parts.store, 2, 2)
    await project(parts)
    live = await rows_of(parts.database)
    with pytest.raises(TypeError):
        await rebuilt(parts, replace(ACCOUNTS, evolve=lambda row: row))
    assert await rows_of(parts.database) == live
    assert all(each.equal for each in await rebuilt(parts))
