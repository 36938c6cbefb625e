"""Connections are few: who finds none free in time is told so."""

import time

import pytest

from services.kit.tenancy import TenantPool
from tests.databases import Database
from tests.integration.kit.test_event_store import A


async def test_who_finds_no_connection_free_does_not_wait_for_ever(database: Database) -> None:
    pool = await TenantPool.open(database.app, size=1, patience=0.3)
    async with pool.scope(A):
        began = time.monotonic()
        for one in (pool.scope(A), pool.unscoped(), pool.single()):
            with pytest.raises(TimeoutError):
                await one.__aenter__()
        assert time.monotonic() - began < 5
    async with pool.scope(A) as tx:
        assert await tx.fetchval("select current_setting('app.tenant')") == A
    await pool.close()
