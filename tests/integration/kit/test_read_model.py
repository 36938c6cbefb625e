"""The projection case itself: right folds pass, and each kind of wrong one is caught."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.kit.migrate import MIGRATIONS
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import ProjectionCase, record
from tests.conftest import MakeDatabase
from tests.integration.kit.toy import TOTALS, TOTALS_TABLE, CountedFact, Total, add

B = TenantId("U00002")


@pytest.fixture
async def pool(new_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[TenantPool]:
    (tmp_path / "0001_totals.sql").write_text(TOTALS_TABLE)
    database = await new_database([("base", MIGRATIONS / "base"), ("toy", tmp_path)])
    pool = await TenantPool.open(database.app)
    yield pool
    await pool.close()


def one(account: str, amount: int, version: int, **more: TenantId) -> Recorded[CountedFact]:
    return record(CountedFact(account, amount), stream=account, version=version, **more)


async def test_rows_are_the_same_however_the_events_arrive(pool: TenantPool) -> None:
    await (
        ProjectionCase(TOTALS)
        .given(one("a", 1, 1), one("b", 5, 1), one("a", 2, 2), one("a", 7, 1, tenant=B))
        .then_stored(
            pool,
            Total(account_id="a", amount=3, events=2, amounts=[1, 2]),
            Total(account_id="b", amount=5, events=1, amounts=[5]),
            Total(account_id="a", amount=7, events=1, amounts=[7]),
        )
    )


def test_a_fold_that_depends_on_the_order_of_streams_is_caught() -> None:
    together = replace(TOTALS, key_of=lambda recorded: "all")
    case = ProjectionCase(together).given(one("a", 1, 1), one("b", 2, 1))
    with pytest.raises(AssertionError, match="interleaved"):
        case.then(Total(account_id="a", amount=3, events=2, amounts=[1, 2]))


def test_wrong_rows_are_caught() -> None:
    with pytest.raises(AssertionError, match="as given"):
        ProjectionCase(TOTALS).given(one("a", 1, 1)).then(Total(account_id="a", amount=2, events=1, amounts=[2]))


async def test_a_fold_into_none_removes_the_row(pool: TenantPool) -> None:
    def until_zero(row: Total | None, recorded: Recorded[CountedFact]) -> Total | None:
        after = add(row, recorded)
        return None if after.amount == 0 else after

    case = ProjectionCase(replace(TOTALS, evolve=until_zero)).given(one("a", 1, 1), one("a", -1, 2), one("b", 1, 1))
    await case.then_stored(pool, Total(account_id="b", amount=1, events=1, amounts=[1]))
