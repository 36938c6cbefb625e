"""One key a person, wrapped by one key a tenant, wrapped by the installation's master key.

`python -m services.kit.keyring migrate` brings the keyring database up to date.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kit.errors import Erased
from services.kit.migrate import migrate
from services.kit.settings import KeyringMigration, read_settings
from services.kit.tenancy import TenantId, TenantPool, Tx

MIGRATIONS = Path(__file__).parent / "migrations"
_KEEP_SECONDS = 30.0
_KEEP_AT_MOST = 50_000


def wrap(key: bytes, secret: bytes, context: str) -> bytes:
    """AES-256-GCM with a random 96-bit nonce in front; `context` is authenticated, not stored."""
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, secret, context.encode())


def unwrap(key: bytes, sealed: bytes, context: str) -> bytes:
    """Raises cryptography.exceptions.InvalidTag when the bytes or the context were changed."""
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], context.encode())


class Keyring:
    """The keys of data subjects. Opened keys are kept in memory for half a minute.

    So a key destroyed by another process may still open what it sealed here for that long, unless this process hears of it
    and forgets the key at once (`forget`).
    """

    def __init__(self, pool: TenantPool, master_key: bytes) -> None:
        self._pool = pool
        self._master = master_key
        self._opened: dict[tuple[TenantId, str], tuple[float, bytes | None]] = {}
        self._forgotten: set[tuple[TenantId, str]] = set()

    async def key(self, tenant: TenantId, subject: str) -> bytes:
        """The subject's key, made at first use. Raises Erased."""
        found = self._remembered(tenant, subject)
        if found is None:
            async with self._pool.scope(tenant) as tx:
                found = self._remember(tenant, subject, await self._get_or_make(tx, tenant, subject))
        if found is None:
            raise Erased
        return found

    async def keys(self, tenant: TenantId, subjects: Iterable[str]) -> dict[str, bytes | None]:
        """The keys there are; None for a subject whose key was destroyed or never made."""
        wanted = set(subjects)
        known: dict[str, bytes | None] = {
            subject: key for subject in wanted if (key := self._remembered(tenant, subject)) is not None
        }
        missing = wanted - known.keys()
        if missing:
            async with self._pool.scope(tenant) as tx:
                known.update(await self._fetch(tx, tenant, missing))
        return {subject: known.get(subject) for subject in wanted}

    async def destroy(self, tenant: TenantId, subject: str) -> bool:
        """Destroy the key for good; False when it had been destroyed before.

        A subject without a key gets a destroyed one, so that none can be made later.
        """
        async with self._pool.scope(tenant) as tx:
            row = await tx.fetchrow(
                "insert into subject_keys (tenant, subject, wrapped, destroyed_at) values ($1, $2, null, now())"
                " on conflict (tenant, subject) do update set wrapped = null, destroyed_at = now()"
                " where subject_keys.wrapped is not null returning subject",
                tenant,
                subject,
            )
        self.forget(tenant, subject)
        return row is not None

    def forget(self, tenant: TenantId, subject: str) -> None:
        """Keep this subject's key in memory no longer, not even one that is being fetched right now."""
        self._forgotten.add((tenant, subject))
        self._opened.pop((tenant, subject), None)

    async def close(self) -> None:
        await self._pool.close()

    def _remembered(self, tenant: TenantId, subject: str) -> bytes | None:
        until, key = self._opened.get((tenant, subject), (0.0, None))
        return key if until > time.monotonic() else None

    def _remember(self, tenant: TenantId, subject: str, key: bytes | None) -> bytes | None:
        if (tenant, subject) in self._forgotten:
            return key
        if len(self._opened) >= _KEEP_AT_MOST:
            self._opened.clear()
        self._opened[tenant, subject] = (time.monotonic() + _KEEP_SECONDS, key)
        return key

    async def _fetch(self, tx: Tx, tenant: TenantId, subjects: set[str]) -> dict[str, bytes | None]:
        rows = await tx.fetch(
            "select subject, wrapped from subject_keys where tenant = $1 and subject = any($2) and wrapped is not null",
            tenant,
            list(subjects),
        )
        if not rows:
            return {}
        outer = await self._tenant_key(tx, tenant)
        return {
            row["subject"]: self._remember(
                tenant, row["subject"], unwrap(outer, row["wrapped"], f"{tenant}/{row['subject']}")
            )
            for row in rows
        }

    async def _get_or_make(self, tx: Tx, tenant: TenantId, subject: str) -> bytes | None:
        outer = await self._tenant_key(tx, tenant)
        context = f"{tenant}/{subject}"
        wrapped = await tx.fetchval(
            "insert into subject_keys (tenant, subject, wrapped) values ($1, $2, $3)"
            " on conflict (tenant, subject) do update set wrapped = subject_keys.wrapped returning wrapped",
            tenant,
            subject,
            wrap(outer, AESGCM.generate_key(256), context),
        )
        return None if wrapped is None else unwrap(outer, wrapped, context)

    async def _tenant_key(self, tx: Tx, tenant: TenantId) -> bytes:
        wrapped = await tx.fetchval(
            "insert into tenant_keys (tenant, wrapped) values ($1, $2)"
            " on conflict (tenant) do update set wrapped = tenant_keys.wrapped returning wrapped",
            tenant,
            wrap(self._master, AESGCM.generate_key(256), tenant),
        )
        return unwrap(self._master, wrapped, tenant)


async def _migrate() -> None:
    settings = read_settings(KeyringMigration)
    await migrate(
        settings.keyring_owner, "keyring_app", [("base", MIGRATIONS / "base"), ("keyring", MIGRATIONS / "keyring")]
    )


if __name__ == "__main__":
    if sys.argv[1:] != ["migrate"]:
        sys.exit("use: python -m services.kit.keyring migrate")
    asyncio.run(_migrate())
