"""A person is erased while something about them is on its way into the log."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag

from services.kit.errors import Erased
from services.kit.keyring import Keyring
from services.kit.record import Answer
from services.kit.tenancy import TenantId, TenantPool
from services.kit.wrapping import unwrap
from tests.databases import Database
from tests.integration.kit.toy_log import Opened, Parts, open_parts

A = TenantId("U00001")
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


async def open_account(parts: Parts, account: str, owner: str | None = "Synthia Testcase") -> Answer:
    return await parts.store.append(
        A,
        f"account-{account}",
        expected=None,
        events=[Opened(account_id=account, owner=owner, occurred_at=NOW)],
        command_id=uuid4(),
        actor="test",
        occurred_at=NOW,
    )


async def owners(parts: Parts, account: str) -> list[str | None]:
    return [recorded.event.owner for recorded in await parts.store.load(A, f"account-{account}")]  # type: ignore[union-attr]


async def test_what_is_sealed_after_the_key_is_gone_is_refused_and_not_stored(parts: Parts) -> None:
    account = str(uuid4())
    await open_account(parts, account)
    assert await parts.store.erase(A, account)
    with pytest.raises(Erased):
        await open_account(parts, account)
    assert await owners(parts, account) == [None]


async def test_what_is_not_personal_can_still_be_stored(parts: Parts) -> None:
    account = str(uuid4())
    await parts.store.erase(A, account)
    await open_account(parts, account, owner=None)
    assert await owners(parts, account) == [None]


async def test_what_another_process_had_sealed_a_moment_before_is_stored_and_nobody_can_read_it(
    parts: Parts, database: Database, keyring: Database
) -> None:
    account = str(uuid4())
    other = await open_parts(database, keyring)
    await open_account(other, account)
    await parts.store.erase(A, account)
    await open_account(other, account)  # its key is still in memory
    other.store.forget(A, account)
    assert await owners(other, account) == [None, None]
    assert await owners(parts, account) == [None, None]
    with pytest.raises(Erased):
        await open_account(other, account)
    await other.close()


async def test_no_key_there_is_opens_what_was_sealed(parts: Parts, keyring: Database) -> None:
    account, somebody_else = str(uuid4()), str(uuid4())
    await open_account(parts, account)
    async with parts.pool.scope(A) as tx:
        sealed = await tx.fetchval("select sealed from events where stream = $1", f"account-{account}")
    await parts.store.erase(A, account)
    fresh = Keyring(await TenantPool.open(keyring.app), bytes(range(32)))
    other_key = await fresh.key(A, somebody_else)
    assert await fresh.keys(A, [account]) == {account: None}
    await fresh.close()
    assert b"Synthia" not in sealed
    with pytest.raises(InvalidTag):
        unwrap(other_key, sealed, f"{A}/account-{account}")


async def test_erasing_twice_is_said_but_is_no_error(parts: Parts) -> None:
    account = str(uuid4())
    await open_account(parts, account)
    assert [await parts.store.erase(A, account) for _ in range(2)] == [True, False]
