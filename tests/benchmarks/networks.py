"""Many networks made of a few: every row of theirs once more under other codes, in the database of each service.

Sending what happened in fifty networks through commands takes half an hour. So the few that were loaded so are multiplied by SQL,
logs and read models alike, while the services stand still: tables and indexes have the sizes they would have. What is sealed
stays sealed under the first network's keys, so that pages which need a name from an event have it for the first ones only.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle

import asyncpg

from deploy.local.services import SERVICES
from deploy.local.stack import Stack
from deploy.operations.postgres_tools import admin_of

Copies = Mapping[str, Sequence[str]]
"""{code of a network that was loaded: the codes it is copied to}"""

_TABLES = """
select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
group by c.relname having bool_or(a.attname = 'tenant')
order by c.relname = 'events', c.relname
"""
_NAMING = {"tenant", "pcn_ods_code", "stream", "event", "subject"}
"""Columns that may hold a network's code, alone or within a name."""
_PLACES = "update {table} set position = (select max(position) from events)"


def copies(loaded: Sequence[str], networks: int) -> Copies:
    """So that there are `networks`; each of those that were loaded is copied about as often."""
    made: dict[str, list[str]] = {code: [] for code in loaded}
    for number, code in zip(range(networks - len(loaded)), cycle(loaded)):
        made[code].append(f"U{90_000 + number}")
    return made


async def multiply(stack: Stack, made: Copies) -> dict[str, int]:
    """Copy every tenant's rows; the number of rows of each database's tables afterwards. The services must not be running."""
    rows: dict[str, int] = {}
    for database in [spec.database for spec in SERVICES]:
        connection = await asyncpg.connect(admin_of(stack.wiring.postgres_admin, database), command_timeout=120)
        try:
            rows[database] = await _copy_all(connection, made)
            await connection.execute("vacuum analyze")
        finally:
            await connection.close()
    return rows


async def _copy_all(connection: asyncpg.Connection, made: Copies) -> int:
    tables = {record["name"]: record["columns"] for record in await connection.fetch(_TABLES)}
    # It is the sizes that count here, not whether the copies would outlive the machine.
    await connection.execute("set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '256MB'")
    async with connection.transaction():
        for table, columns in tables.items():
            for loaded, codes in made.items():
                await connection.execute(_statement(table, columns), loaded, list(codes))
        if "events" in tables:
            # Who follows the log goes on behind the copies, as if they had been followed and published.
            for table in ("projection_checkpoints", "relay"):
                await connection.execute(_PLACES.format(table=table))
    return sum([await connection.fetchval(f"select count(*) from {table}") for table in tables])


def _statement(table: str, columns: Sequence[str]) -> str:
    """All rows of the network $1 under each of the codes $2."""
    # The id of an event is unique in the whole installation: each copy gets its own.
    wanted = [column for column in columns if (table, column) != ("events", "id")]
    values = ", ".join(_value(table, column) for column in wanted)
    return (
        f"insert into {table} ({', '.join(wanted)}) select {values} "
        f"from {table} t cross join unnest($2::text[]) as made (code) where t.tenant = $1"
    )


def _value(table: str, column: str) -> str:
    if column in _NAMING:
        return f"replace(t.{column}, $1, made.code)"
    if (table, column) == ("events", "data"):
        named = "replace(t.data::text, $1, made.code)::jsonb"
        return f"case when t.stream = 'pcn-' || $1 then {named} else t.data end"
    if (table, column) == ("events", "position"):
        return "(select max(position) from events) + row_number() over (order by made.code, t.position)"
    return f"t.{column}"
