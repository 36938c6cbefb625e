"""Keys: one a person, the same for every process, destroyed for good."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from services.kit.errors import Erased
from services.kit.keyring import Keyring
from services.kit.systemic import is_systemic
from services.kit.tenancy import TenantId, TenantPool
from services.kit.wrapping import MasterKeyMissing
from tests.databases import Database
from tests.faults.proxy import Fate, proxied

A = TenantId("U00001")
B = TenantId("U00002")


@pytest.fixture
async def ring(keyring: Database) -> AsyncIterator[Keyring]:
    ring = Keyring(await TenantPool.open(keyring.app), bytes(range(32)))
    yield ring
    await ring.close()


async def test_two_processes_get_the_same_key(ring: Keyring, keyring: Database) -> None:
    other = Keyring(await TenantPool.open(keyring.app), bytes(range(32)))
    subject = str(uuid4())
    keys = await asyncio.gather(*(r.key(A, subject) for r in (ring, other) for _ in range(5)))
    await other.close()
    assert len(set(keys)) == 1
    assert await ring.keys(A, [subject, "never-seen"]) == {subject: keys[0], "never-seen": None}


async def test_the_same_person_has_another_key_for_another_tenant(ring: Keyring) -> None:
    subject = str(uuid4())
    assert await ring.key(A, subject) != await ring.key(B, subject)


async def test_a_destroyed_key_does_not_come_back(ring: Keyring) -> None:
    subject = str(uuid4())
    await ring.key(A, subject)
    assert await ring.destroy(A, subject)
    assert not await ring.destroy(A, subject)
    assert await ring.keys(A, [subject]) == {subject: None}
    with pytest.raises(Erased) as refusal:
        await ring.key(A, subject)
    assert refusal.value.slug == "erased"


async def test_who_never_had_a_key_gets_none_after_being_erased(ring: Keyring) -> None:
    subject = str(uuid4())
    assert await ring.destroy(A, subject)
    assert not await ring.destroy(A, subject)
    with pytest.raises(Erased):
        await ring.key(A, subject)


async def test_another_process_keeps_an_opened_key_until_it_hears_of_the_erasure(
    ring: Keyring, keyring: Database
) -> None:
    other = Keyring(await TenantPool.open(keyring.app), bytes(range(32)))
    subject = str(uuid4())
    key = await other.key(A, subject)
    await ring.destroy(A, subject)
    assert await other.key(A, subject) == key
    other.forget(A, subject)
    with pytest.raises(Erased):
        await other.key(A, subject)
    await other.close()


async def test_an_opened_key_is_kept_for_half_a_minute_at_most(
    ring: Keyring, keyring: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Keyring(await TenantPool.open(keyring.app), bytes(range(32)))
    subject = str(uuid4())
    await other.key(A, subject)
    await ring.destroy(A, subject)
    now = time.monotonic()
    monkeypatch.setattr("services.kit.keyring.time.monotonic", lambda: now + 30.5)
    with pytest.raises(Erased):
        await other.key(A, subject)
    await other.close()


async def test_a_key_that_was_on_its_way_when_it_was_destroyed_is_not_kept(ring: Keyring) -> None:
    subject = str(uuid4())
    fetched = await ring.key(A, subject)
    await ring.destroy(A, subject)
    ring._remember(A, subject, fetched)
    assert await ring.keys(A, [subject]) == {subject: None}


async def test_a_key_whose_commit_was_cut_is_not_used(ring: Keyring, keyring: Database) -> None:
    """What is sealed under a key that was never stored could not be opened by anybody."""
    fates = iter((Fate.BEFORE,))
    async with proxied(keyring.app, b"COMMIT", lambda: next(fates, Fate.PASS)) as (_, dsn):
        cut = Keyring(await TenantPool.open(dsn), bytes(range(32)))
        subject = str(uuid4())
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await cut.key(A, subject)
        assert await cut.key(A, subject) == await ring.key(A, subject)
        await cut.close()


async def test_another_master_key_opens_nothing_and_is_not_the_fault_of_what_is_to_be_opened(
    ring: Keyring, keyring: Database
) -> None:
    subject = str(uuid4())
    await ring.key(A, subject)
    stranger = Keyring(await TenantPool.open(keyring.app), bytes(32))
    for ask in (stranger.key(A, subject), stranger.keys(A, [subject]), stranger.key(A, str(uuid4()))):
        with pytest.raises(MasterKeyMissing) as refusal:
            await ask
        assert refusal.value.slug == "master-key-missing"
        assert is_systemic(refusal.value)
    await stranger.close()
