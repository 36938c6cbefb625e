"""Read your own write: wait, a little, until what a command stored has reached the read models."""

import asyncio
import time

from services.kit.guard import seen_version
from services.kit.tenancy import TenantId, TenantPool

_BETWEEN_LOOKS = 0.03


async def version_seen(pool: TenantPool, tenant: TenantId, stream: str, version: int, *, within: float) -> int:
    """The newest version of `stream` here: as soon as it is `version` or later, at the latest after `within` seconds."""
    until = time.monotonic() + within
    while True:
        async with pool.scope(tenant) as tx:
            seen = await seen_version(tx, tenant, stream)
        if seen >= version or time.monotonic() >= until:
            return seen
        await asyncio.sleep(_BETWEEN_LOOKS)
