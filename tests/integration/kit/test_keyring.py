"""Keys: one a person, the same for every process, destroyed for good."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag

from services.kit.keyring import Erased, Keyring, unwrap, wrap
from services.kit.tenancy import TenantId, TenantPool
from tests.support import Database

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


async def test_another_master_key_opens_nothing(ring: Keyring, keyring: Database) -> None:
    subject = str(uuid4())
    await ring.key(A, subject)
    stranger = Keyring(await TenantPool.open(keyring.app), bytes(32))
    with pytest.raises(InvalidTag):
        await stranger.key(A, subject)
    await stranger.close()


def test_what_was_sealed_for_one_place_does_not_open_in_another() -> None:
    key = bytes(range(32))
    sealed = wrap(key, b"secret", "U00001/person-1")
    assert unwrap(key, sealed, "U00001/person-1") == b"secret"
    with pytest.raises(InvalidTag):
        unwrap(key, sealed, "U00001/person-2")
