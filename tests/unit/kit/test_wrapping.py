"""A tenant's key under several master keys: any of them opens it, and none of them is told from its fingerprint."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.kit.tenancy import TenantId
from services.kit.wrapping import (
    MasterKeyMissing,
    MasterKeys,
    fingerprint,
    fresh_key,
    unwrap,
    unwrap_with_any,
    wrap,
)

A, B = TenantId("U00001"), TenantId("U00002")
FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in range(3))
KEYS = st.binary(min_size=32, max_size=32)
SOME = st.lists(KEYS, min_size=1, max_size=3, unique=True)


def test_what_was_sealed_for_one_place_does_not_open_in_another() -> None:
    sealed = wrap(FIRST, b"secret", "U00001/person-1")
    assert unwrap(FIRST, sealed, "U00001/person-1") == b"secret"
    with pytest.raises(InvalidTag):
        unwrap(FIRST, sealed, "U00001/person-2")


def test_the_key_that_opens_it_is_found_among_others() -> None:
    sealed = wrap(SECOND, b"secret", "place")
    assert unwrap_with_any([FIRST, SECOND, THIRD], sealed, "place") == b"secret"
    with pytest.raises(InvalidTag):
        unwrap_with_any([FIRST, THIRD], sealed, "place")


@settings(max_examples=50, deadline=None)
@given(masters=SOME, tenant_keys=SOME)
def test_whoever_has_one_of_the_master_keys_opens_all_the_tenants_keys_in_order(
    masters: list[bytes], tenant_keys: list[bytes]
) -> None:
    stored = MasterKeys(*masters).close(A, *tenant_keys)
    for master in masters:
        assert MasterKeys(master).open(A, stored) == tuple(tenant_keys)
    assert MasterKeys(*reversed(masters)).open(A, stored) == tuple(tenant_keys)


@settings(max_examples=50, deadline=None)
@given(masters=SOME, other=KEYS)
def test_another_master_key_opens_none(masters: list[bytes], other: bytes) -> None:
    assume(other not in masters)
    with pytest.raises(MasterKeyMissing):
        MasterKeys(other).open(A, MasterKeys(*masters).close(A, FIRST))


def test_a_key_of_one_tenant_is_none_of_anothers() -> None:
    stored = MasterKeys(FIRST).close(A, SECOND)
    with pytest.raises(MasterKeyMissing):
        MasterKeys(FIRST).open(B, stored)


def test_what_an_earlier_release_stored_opens() -> None:
    assert MasterKeys(SECOND, FIRST).open(A, wrap(FIRST, THIRD, A)) == (THIRD,)


def test_each_piece_says_which_master_key_it_lies_under() -> None:
    stored = MasterKeys(FIRST, SECOND).close(A, THIRD)
    assert MasterKeys(SECOND).look(A, stored) == [("", None), (fingerprint(SECOND), THIRD)]
    assert MasterKeys(FIRST, SECOND).newest().fingerprints == (fingerprint(FIRST),)


@pytest.mark.parametrize("stored", [b"", b"short", bytes(60), bytes(61)])
def test_what_is_no_key_opens_with_none(stored: bytes) -> None:
    with pytest.raises(MasterKeyMissing):
        MasterKeys(FIRST).open(A, stored)


@settings(max_examples=50, deadline=None)
@given(key=KEYS)
def test_a_fingerprint_is_short_and_has_nothing_of_the_key(key: bytes) -> None:
    assert len(fingerprint(key)) == 8
    assert fingerprint(key) not in key.hex()
    assert fingerprint(key) == fingerprint(bytes(key))


def test_no_two_keys_are_alike() -> None:
    assert len({fresh_key() for _ in range(100)}) == 100
