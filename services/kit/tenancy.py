"""One installation, many tenants: no connection without saying for whom.

PostgreSQL enforces it (forced row-level security on `app.tenant`); this module makes it impossible to forget.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import orjson

from services.kit.errors import InvalidTenant

Tx: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""A connection inside a transaction. It sees the rows of one tenant, or none."""

_PATTERN = re.compile(r"U[0-9]{5}\Z")


class TenantId(str):
    """The ODS code of a network: the letter U and five digits."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "TenantId":
        """Raises InvalidTenant."""
        if not _PATTERN.match(text):
            raise InvalidTenant
        return cls(text)


async def set_tenant(tx: Tx, tenant: TenantId) -> None:
    """Bind the running transaction to a tenant."""
    await tx.execute("select set_config('app.tenant', $1, true)", tenant)


async def use_json(connection: Tx) -> None:
    """Read and write jsonb as Python values."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda raw: orjson.loads(raw[1:]),
    )


async def _nothing_to_reset(connection: Tx) -> None:
    """Whatever a transaction set ended with it, so a connection goes back as it came: asyncpg's own reset is a round trip."""


class TenantPool:
    """A connection pool that cannot be used without naming a tenant. Who finds no connection free in time gets a TimeoutError."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", patience: float) -> None:
        self._pool = pool
        self._patience = patience

    @classmethod
    async def open(cls, dsn: str, *, size: int = 8, idle_seconds: float = 60.0, patience: float = 10.0) -> "TenantPool":
        """Open lazily: no connection is made before the first use.

        A transaction that says nothing for `idle_seconds` is ended by the server: a frozen process would hold its locks for ever.
        """
        options: dict[str, Any] = {"min_size": 0, "max_size": size, "command_timeout": 30}
        hooks: dict[str, Any] = {"init": use_json, "reset": _nothing_to_reset}
        limits = {"idle_in_transaction_session_timeout": str(int(idle_seconds * 1000))}
        return cls(await asyncpg.create_pool(dsn, server_settings=limits, **hooks, **options), patience)

    @asynccontextmanager
    async def scope(self, tenant: TenantId) -> AsyncIterator[Tx]:
        """A transaction that sees the rows of `tenant` and no others."""
        async with self.unscoped() as tx:
            await set_tenant(tx, tenant)
            yield tx

    @asynccontextmanager
    async def unscoped(self) -> AsyncIterator[Tx]:
        """A transaction that sees no tenant's rows until `set_tenant`; for workers that take many tenants in turn."""
        async with self.single() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Tx]:
        """For one statement that is a transaction by itself: two round trips less. It sees no tenant's rows."""
        async with self._pool.acquire(timeout=self._patience) as connection:
            yield connection

    async def close(self) -> None:
        await self._pool.close()
