"""Whether a network that was named is one: a mistyped code must not look like a network with nothing in it."""

import asyncio
from collections.abc import Collection

import asyncpg
import typer

from deploy.operations.installation import Installation
from services.kit.tenancy import TenantId


def require_network(installation: Installation, pcn: TenantId | None) -> None:
    """Raises typer.BadParameter for one that was not brought on. None is every network."""
    if pcn is not None:
        require_known(pcn, asyncio.run(_networks(installation)))


def require_known(pcn: str, known: Collection[str]) -> None:
    """Raises typer.BadParameter."""
    if pcn not in known:
        there = ", ".join(sorted(known)) or "none yet"
        raise typer.BadParameter(
            f"pcn-unknown: {pcn} is not set up here; there are: {there}. `perinatal pcn add FILE` brings one on",
            param_hint="--pcn",
        )


async def _networks(installation: Installation) -> set[str]:
    connection = await asyncpg.connect(installation.database("referral"))
    try:
        return {row["tenant"] for row in await connection.fetch("select tenant from pcn_directory(null)")}
    finally:
        await connection.close()
