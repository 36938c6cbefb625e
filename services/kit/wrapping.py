"""A key or a text under another key, and a tenant's key under the installation's master keys.

A stored tenant key is one or more pieces of 60 bytes, one after the other, each a tenant key wrapped by a master key. There is more
than one while a key takes the place of another: the same tenant key under each master key, so that a process that knows any of them
opens it; and, while a tenant's own key is turned over, the one before it as well. The newest tenant key comes first.
"""

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kit.errors import DomainError, Kind
from services.kit.tenancy import TenantId

_NONCE, _KEY, _TAG = 12, 32, 16
_PIECE = _NONCE + _KEY + _TAG


class MasterKeyMissing(DomainError):
    """The keys of this network do not open with what this process was told. Please try again later."""

    slug = "master-key-missing"
    kind = Kind.BUSY


def wrap(key: bytes, secret: bytes, context: str) -> bytes:
    """AES-256-GCM with a random 96-bit nonce in front; `context` is authenticated, not stored."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, secret, context.encode())


def unwrap(key: bytes, sealed: bytes, context: str) -> bytes:
    """Raises cryptography.exceptions.InvalidTag when the bytes or the context were changed, or some are missing."""
    if len(sealed) < _NONCE + _TAG:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())


def unwrap_with_any(keys: Sequence[bytes], sealed: bytes, context: str) -> bytes:
    """By the first of the keys that opens it. Raises InvalidTag when none does."""
    for key in keys:
        try:
            return unwrap(key, sealed, context)
        except InvalidTag:
            continue
    raise InvalidTag


def fresh_key() -> bytes:
    return AESGCM.generate_key(8 * _KEY)


def fingerprint(key: bytes) -> str:
    """Eight letters that tell one key from another and nothing about it."""
    return hashlib.sha256(b"fingerprint of a key " + key).hexdigest()[:8]


class MasterKeys:
    """The master keys there are, of 32 bytes each, the newest first: all of them wrap, any of them opens."""

    def __init__(self, *keys: bytes) -> None:
        self._keys = {fingerprint(key): key for key in keys}

    @property
    def fingerprints(self) -> tuple[str, ...]:
        return tuple(self._keys)

    def newest(self) -> "MasterKeys":
        """The first one alone."""
        return MasterKeys(*list(self._keys.values())[:1])

    def close(self, tenant: TenantId, *tenant_keys: bytes) -> bytes:
        """Each tenant key, the newest first, under each master key."""
        return b"".join(wrap(master, key, tenant) for key in tenant_keys for master in self._keys.values())

    def open(self, tenant: TenantId, stored: bytes) -> tuple[bytes, ...]:
        """The tenant's keys, the newest first. Raises MasterKeyMissing when none of these master keys opens any."""
        opened = tuple(dict.fromkeys(key for _, key in self.look(tenant, stored) if key is not None))
        if not opened:
            raise MasterKeyMissing
        return opened

    def look(self, tenant: TenantId, stored: bytes) -> list[tuple[str, bytes | None]]:
        """For each piece the fingerprint of its master key and the tenant key in it; ("", None) where none of these opens it."""
        pieces = [stored[start : start + _PIECE] for start in range(0, len(stored), _PIECE)]
        return [self._opened(tenant, piece) for piece in pieces]

    def _opened(self, tenant: TenantId, piece: bytes) -> tuple[str, bytes | None]:
        for name, key in self._keys.items():
            try:
                return name, unwrap(key, piece, tenant)
            except InvalidTag:
                continue
        return "", None
