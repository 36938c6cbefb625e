"""What every benchmark gets: running parts, databases of its own, and how long it may take."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import asyncpg

from deploy.local.stack import Stack
from services.kit.migrate import Folders, plain_migrations, store_migrations
from tests.benchmarks import machine
from tests.benchmarks.figures import Sample
from tests.benchmarks.toy import SUMS_TABLE, Log, open_log
from tests.databases import Database, drop_database, make_database

QUIET = 0.06
"""The share of the processors that others may have before a sample counts as disturbed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`seconds` is the length of one sample; `rounds` how often the whole series is gone through, one kind after the other.

    A sample during which others used the machine is taken again, `tries` times at most.
    """

    stack: Stack
    folder: Path
    seconds: float
    rounds: int
    tries: int
    patience: float
    tell: Callable[[str], None]

    @property
    def kafka(self) -> str:
        return self.stack.wiring.kafka_address

    async def take(self, what: str, measure: Callable[[], Awaitable[Sample]]) -> Sample:
        """The sample least disturbed by others."""
        best: Sample | None = None
        for attempt in range(1, self.tries + 1):
            self.tell(f"{what}{f', again ({attempt})' if attempt > 1 else ''}")
            before = machine.Ticks.now()
            found = replace(await measure(), others=round(machine.others_since(before), 3))
            best = found if best is None or (found.others or 0) < (best.others or 0) else best
            if (best.others or 0) <= QUIET or attempt == self.tries:
                break
            await machine.quiet(QUIET, self.patience, self.tell)
        assert best is not None
        return best

    @asynccontextmanager
    async def database(self, folders: Folders) -> AsyncIterator[Database]:
        """A fresh database, gone afterwards."""
        databases = self.stack.wiring.databases
        database = await make_database(databases, folders, name=f"bench_{uuid4().hex[:8]}")
        try:
            yield database
        finally:
            await drop_database(databases, database)

    @asynccontextmanager
    async def log(self) -> AsyncIterator[tuple[Database, Log]]:
        """A fresh database with a store in it, and the read model's table beside."""
        async with self.database(store_migrations("rows", self._rows())) as database:
            log = await open_log(database.app)
            try:
                yield database, log
            finally:
                await log.close()

    @asynccontextmanager
    async def rows(self) -> AsyncIterator[Database]:
        """A fresh database with the read model's table in it, as of a service that only listens."""
        async with self.database(plain_migrations("rows", self._rows())) as database:
            yield database

    def _rows(self) -> Path:
        migrations = self.folder / "rows"
        migrations.mkdir(exist_ok=True)
        (migrations / "0001_sums.sql").write_text(SUMS_TABLE, "utf-8")
        return migrations


async def require_whole(database: Database) -> int:
    """The number of events; fails unless positions and versions are contiguous."""
    connection = await asyncpg.connect(database.admin)
    try:
        events, head, broken = await connection.fetchrow(
            "select count(*), coalesce(max(position), 0), (select count(*) from ("
            " select 1 from events group by tenant, stream having max(version) <> count(*)) holes) from events"
        )
    finally:
        await connection.close()
    if events != head or broken:
        raise AssertionError(f"{events} events, head {head}, {broken} broken streams")
    return int(events)
