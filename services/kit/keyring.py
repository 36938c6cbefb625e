"""One key a person, wrapped by one key a tenant, wrapped by the installation's master keys.

Either of the outer keys may be turned over while this is at work (docs/adr/0019): a tenant's key and those of its people are read
in one statement, so that they fit; and whoever makes a person's key holds the tenant's still until it is stored.

`python -m services.kit.keyring migrate` brings the keyring database up to date.
"""

import asyncio
import sys
import time
from collections.abc import Iterable

from services.kit import metrics
from services.kit.errors import Erased
from services.kit.migrate import KEYRING_MIGRATIONS, migrate
from services.kit.settings import KeyringMigration, read_settings
from services.kit.tenancy import TenantId, TenantPool, Tx
from services.kit.wrapping import MasterKeys, fresh_key, unwrap_with_any, wrap

_KEEP_SECONDS = 30.0
_KEEP_AT_MOST = 50_000


class Keyring:
    """The keys of data subjects. Opened keys are kept in memory for half a minute.

    So a key destroyed by another process may still open what it sealed here for that long, unless this process hears of it
    and forgets the key at once (`forget`).
    """

    def __init__(self, pool: TenantPool, *master_keys: bytes) -> None:
        self._pool = pool
        self._masters = MasterKeys(*master_keys)
        for each in self._masters.fingerprints:
            metrics.KEYRING_MASTER_KEYS.labels(each).set(1)
        self._opened: dict[tuple[TenantId, str], tuple[float, bytes]] = {}
        self._forgotten: set[tuple[TenantId, str]] = set()

    async def key(self, tenant: TenantId, subject: str) -> bytes:
        """The subject's key, made at first use. Raises Erased."""
        known = self._remembered(tenant, subject)
        if known is not None:
            return known
        async with self._pool.scope(tenant) as tx:
            found = await self._get_or_make(tx, tenant, subject)
        if found is None:
            raise Erased
        # Not before it is stored: what is sealed under a key that was not, nobody opens again.
        return self._remember(tenant, subject, found)

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

    def _remember(self, tenant: TenantId, subject: str, key: bytes) -> bytes:
        if (tenant, subject) in self._forgotten:
            return key
        if len(self._opened) >= _KEEP_AT_MOST:
            self._opened.clear()
        self._opened[tenant, subject] = (time.monotonic() + _KEEP_SECONDS, key)
        return key

    async def _fetch(self, tx: Tx, tenant: TenantId, subjects: set[str]) -> dict[str, bytes | None]:
        """Those that were ever made; None for one that was destroyed."""
        rows = await tx.fetch(
            "select s.subject, s.wrapped, t.wrapped as outside"
            " from subject_keys s left join tenant_keys t on t.tenant = s.tenant"
            " where s.tenant = $1 and s.subject = any($2)",
            tenant,
            list(subjects),
        )
        found: dict[str, bytes | None] = dict.fromkeys(row["subject"] for row in rows)
        sealed = [row for row in rows if row["wrapped"] is not None]
        outer = self._masters.open(tenant, sealed[0]["outside"]) if sealed else ()
        for subject, wrapped, _ in sealed:
            key = unwrap_with_any(outer, wrapped, f"{tenant}/{subject}")
            found[subject] = self._remember(tenant, subject, key)
        return found

    async def _get_or_make(self, tx: Tx, tenant: TenantId, subject: str) -> bytes | None:
        found = await self._fetch(tx, tenant, {subject})
        if subject in found:
            return found[subject]
        outer = await self._hold_tenant_key(tx, tenant)
        context = f"{tenant}/{subject}"
        wrapped = await tx.fetchval(
            "insert into subject_keys (tenant, subject, wrapped) values ($1, $2, $3)"
            " on conflict (tenant, subject) do update set wrapped = subject_keys.wrapped returning wrapped",
            tenant,
            subject,
            wrap(outer[0], fresh_key(), context),
        )
        return None if wrapped is None else unwrap_with_any(outer, wrapped, context)

    async def _hold_tenant_key(self, tx: Tx, tenant: TenantId) -> tuple[bytes, ...]:
        """The tenant's keys, made at first use. Nobody turns them over before this transaction is at its end."""
        stored = await tx.fetchval("select wrapped from tenant_keys where tenant = $1 for share", tenant)
        if stored is None:
            stored = await tx.fetchval(
                "insert into tenant_keys (tenant, wrapped) values ($1, $2)"
                " on conflict (tenant) do update set wrapped = tenant_keys.wrapped returning wrapped",
                tenant,
                self._masters.close(tenant, fresh_key()),
            )
        return self._masters.open(tenant, stored)


async def _migrate() -> None:
    await migrate(read_settings(KeyringMigration).keyring_owner, "keyring_app", KEYRING_MIGRATIONS)


if __name__ == "__main__":
    if sys.argv[1:] != ["migrate"]:
        sys.exit("use: python -m services.kit.keyring migrate")
    asyncio.run(_migrate())
