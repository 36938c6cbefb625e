"""Tables beside the live ones. `shadow` is being built, `kept` was replaced; the application's role sees neither.

Everything here runs as the owner of the database.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import asyncpg

from services.kit.rebuild.fold import Model
from services.kit.rebuild.standing import Standing
from services.kit.sql import queries
from services.kit.tenancy import TenantId, Tx, set_tenant, use_json

SQL = queries("rebuild")

Place = Literal["shadow", "kept"]
_ALONE_SECONDS = 10.0
_LOCK_MILLISECONDS = 300
_LOCK_TRIES = 60
_SETTINGS = {
    "application_name": "rebuild",
    # A rebuild that freezes while it holds the live checkpoints must let them go.
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}


class RebuildRefused(Exception):
    """It cannot be done; the text says why and what can."""


class CannotRead(RebuildRefused):
    """An event that is neither parked nor done without cannot be read; the text says where it lies and never what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A table beside a live one, folded by `version` up to there."""

    place: Place
    name: str
    version: int
    target: str
    standing: Standing
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One tenant's rows in the live table and in the one that was built: how many, and a checksum over them."""

    name: str
    tenant: TenantId
    live_rows: int
    built_rows: int
    equal: bool


@asynccontextmanager
async def owner(dsn: str) -> AsyncIterator[Tx]:
    """The owner's connection, and the only one that rebuilds. Raises RebuildRefused when another is at work."""
    connection = await asyncpg.connect(dsn, server_settings=_SETTINGS)
    try:
        await use_json(connection)
        await _be_alone(connection)
        yield connection
    finally:
        await connection.close()


async def _be_alone(connection: Tx) -> None:
    """A rebuild that was killed a moment ago may not be gone yet for the server."""
    async with asyncio.timeout(_ALONE_SECONDS) as limit:
        while not await connection.fetchval(SQL["alone"]):
            when = limit.when()
            if when is not None and asyncio.get_running_loop().time() > when - 1:
                raise RebuildRefused("another rebuild of this service is at work: wait until it is over")
            await asyncio.sleep(0.2)


async def copies(connection: Tx) -> dict[tuple[Place, str], Copy]:
    """Every copy there is, by place and read model."""
    rows = await connection.fetch(SQL["copies"])
    return {
        (row["place"], row["name"]): Copy(
            place=row["place"],
            name=row["name"],
            version=row["version"],
            target=row["target"],
            standing=Standing(taken=row["taken"], left_out=frozenset(row["left_out"])),
            made_at=row["made_at"],
        )
        for row in rows
    }


async def has_changed(connection: Tx, copy: Copy) -> bool:
    """Whether the live table has got other columns since the copy was made, as by a migration."""
    changed: bool = await connection.fetchval(SQL["changed"], copy.place, copy.target)
    return changed


async def clear(connection: Tx, models: Iterable[Model]) -> None:
    """Nothing is left of an earlier build, however it ended."""
    async with connection.transaction():
        for model in models:
            await discard(connection, "shadow", model)


async def discard(tx: Tx, place: Place, model: Model) -> None:
    await tx.execute(SQL["discard"], place, model.table)
    await tx.execute(SQL["forget"], place, model.name)


async def begin(connection: Tx, models: Iterable[Model]) -> None:
    """Empty tables to build in."""
    async with connection.transaction():
        for model in models:
            await connection.execute(SQL["begin"], model.table)


async def finish(connection: Tx, model: Model) -> None:
    """The built table gets all the live one has but its rows."""
    await connection.execute(SQL["finish"], model.table)


async def note(tx: Tx, place: Place, model: Model, standing: Standing, *, version: int = 0) -> None:
    """What a copy holds, in the transaction that makes it so."""
    told = (dict(standing.taken), sorted(standing.left_out))
    await tx.execute(SQL["note"], place, model.name, version or model.version, model.table, *told)


async def lock(tx: Tx, models: Iterable[Model]) -> None:
    """Take the live tables from their readers for the moment of the swap. Raises RebuildRefused.

    One at a time and shortly: readers that hold one and wait for another would else wait for us and we for them.
    """
    tables = [model.table for model in models]
    await tx.execute("select set_config('lock_timeout', $1, true)", str(_LOCK_MILLISECONDS))
    for _ in range(_LOCK_TRIES):
        try:
            async with tx.transaction():
                await tx.execute(SQL["lock"], tables)
            # Nobody reads a copy but the server itself, as when it tidies up, and it gives way.
            await tx.execute("select set_config('lock_timeout', '0', true)")
            return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            await asyncio.sleep(0.1)
    raise RebuildRefused("somebody reads the live tables without a pause; nothing was changed, try again later")


async def exchange(tx: Tx, place: Place, model: Model) -> None:
    """The table of that place goes live, the live one is kept."""
    await tx.execute(SQL["swap" if place == "shadow" else "swap_back"], model.table)
    await tx.execute(SQL["forget"], place, model.name)
    await tx.execute(SQL["go_live"], model.name, model.version)


async def replace_tenant(tx: Tx, model: Model, tenant: TenantId) -> None:
    """The rows of one tenant as they were built take the place of the live ones; nobody else's are touched."""
    await set_tenant(tx, tenant)
    await tx.execute(SQL["replace"], model.table, tenant)


async def compare(tx: Tx, model: Model, tenants: Sequence[TenantId]) -> list[Compared]:
    """Live and built rows of these tenants. The live ones must stand still meanwhile."""
    return [await _compare(tx, model, tenant) for tenant in tenants]


async def _compare(tx: Tx, model: Model, tenant: TenantId) -> Compared:
    await set_tenant(tx, tenant)
    live = await tx.fetchrow(SQL["checksum"], "public", model.table, tenant)
    built = await tx.fetchrow(SQL["checksum"], "shadow", model.table, tenant)
    return Compared(
        name=model.name,
        tenant=tenant,
        live_rows=live["row_count"],
        built_rows=built["row_count"],
        equal=tuple(live) == tuple(built),
    )
