"""The log of a service, checked as it stands while the service runs: what eventsourcing promises, and who could break it.

One snapshot of one database, looked at by its administrator. The checks are in sql/verify.sql; `relay_verify` looks at Kafka.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from deploy.operations.findings import AT_MOST, Finding, found
from services.kit.record import LOST, RECOVERED
from services.kit.sql import queries
from services.kit.tenancy import use_json

FOLDER = Path(__file__).parent / "sql"
SQL = queries("verify", FOLDER)

LOG_CHECKS: Mapping[str, Sequence[Any]] = {
    "positions": (),
    "versions": (),
    "outcomes": ([RECOVERED, LOST],),
    "answers": (),
}
"""The checks of the log's rows, by the name of their query; what each is asked with besides the number of places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at in one database and what was wrong; `head` is the last position, 0 where there is no log."""

    database: str
    events: int = 0
    streams: int = 0
    commands: int = 0
    head: int = 0
    findings: Sequence[Finding] = ()


async def verify_store(admin: str, database: str) -> Checked:
    """The log and the protection of a service that keeps events. `admin` is the administrator's DSN of that database."""
    async with snapshot(admin) as connection:
        return await verify_log(connection, database)


async def verify_protection(admin: str, database: str) -> Checked:
    """The protection of a database without a log."""
    async with snapshot(admin) as connection:
        return Checked(database=database, findings=await _protected(connection))


async def verify_log(connection: Any, database: str) -> Checked:
    """`verify_store` on a connection that has its snapshot already."""
    store = await connection.fetchrow(SQL["store"])
    counted = await connection.fetchrow(SQL["counted"])
    findings = [
        finding
        for check, asked in LOG_CHECKS.items()
        for finding in found(check, await _places(connection, check, *asked))
    ]
    findings += found("append-only", await _places(connection, "append_only", await _app_role(connection)))
    if not store["open"]:
        why = store["held"] or "it was not compared with Kafka since it came into this database"
        findings += found("held", [f"nothing can be appended: {why}"])
    return Checked(
        database=database, **counted, head=store["head"], findings=[*findings, *await _protected(connection)]
    )


@asynccontextmanager
async def snapshot(admin: str) -> AsyncIterator[Any]:
    """A connection that sees one moment of the whole database and changes nothing."""
    connection = await asyncpg.connect(admin)
    try:
        await use_json(connection)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()


async def _protected(connection: Any) -> list[Finding]:
    return [
        *found("security", await _places(connection, "security")),
        *found("roles", await _places(connection, "roles", await _app_role(connection))),
    ]


async def _app_role(connection: Any) -> str:
    return f"{await connection.fetchval('select current_database()')}_app"


async def _places(connection: Any, check: str, *asked: Any) -> list[str]:
    return [row["place"] for row in await connection.fetch(SQL[check], AT_MOST, *asked)]
