"""Numbered SQL files, applied once, in order, under a lock, with a checksum.

A file is `NNNN_name.sql`. Files are never edited once applied: a changed one is refused, and so is a missing number. Each service
has a `migrate.py` of its own, which brings its database up to date without loading the service.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

from services.kit.settings import Migration as Settings
from services.kit.settings import read_settings

Folders: TypeAlias = Sequence[tuple[str, Path]]
"""(module, its folder of SQL files), in the order in which they are applied."""

MIGRATIONS = Path(__file__).parent / "migrations"
KEYRING_MIGRATIONS: Folders = [("base", MIGRATIONS / "base"), ("keyring", MIGRATIONS / "keyring")]
_LOCK = 7001

_TABLE = """
create table if not exists schema_migrations (
    module text not null,
    version integer not null,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now(),
    primary key (module, version)
)
"""


class MigrationRefused(Exception):
    """A migration file was changed after it was applied, or a number is missing."""


@dataclass(frozen=True, slots=True)
class Migration:
    module: str
    version: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_folder(module: str, folder: Path) -> list[Migration]:
    """The migrations of a folder in order. Raises MigrationRefused when the numbers are not 1, 2, 3, …"""
    found = [
        Migration(module, int(path.name[:4]), path.stem[5:], path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    ]
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationRefused(f"{module}: migrations must be numbered 1, 2, 3, … without a gap")
    return found


async def migrate(dsn: str, app_role: str, folders: Folders) -> list[str]:
    """Bring a database up to date as its owner; returns the names of what was applied."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        await connection.execute(_TABLE)
        await connection.execute("select set_config('kit.app_role', $1, false)", app_role)
        await connection.execute("set lock_timeout = '10s'")
        migrations = [migration for module, folder in folders for migration in read_folder(module, folder)]
        return [migration.name for migration in migrations if await _apply(connection, migration)]
    finally:
        await connection.close()


async def _apply(connection: Any, migration: Migration) -> bool:
    known = await connection.fetchval(
        "select sha256 from schema_migrations where module = $1 and version = $2", migration.module, migration.version
    )
    if known == migration.sha256:
        return False
    if known is not None:
        raise MigrationRefused(
            f"{migration.module} {migration.version:04} {migration.name} was changed after it was applied"
        )
    async with connection.transaction():
        await connection.execute(migration.text)
        await connection.execute(
            "insert into schema_migrations (module, version, name, sha256) values ($1, $2, $3, $4)",
            migration.module,
            migration.version,
            migration.name,
            migration.sha256,
        )
    return True


def store_migrations(name: str, own: Path) -> Folders:
    """The migrations of a service with an event store, in order."""
    return [("base", MIGRATIONS / "base"), ("store", MIGRATIONS / "store"), (name, own)]


def plain_migrations(name: str, own: Path) -> Folders:
    """The migrations of a service without one."""
    return [("base", MIGRATIONS / "base"), (name, own)]


def main(name: str, folders: Folders) -> None:
    """`python -m services.<name>.migrate`."""
    asyncio.run(migrate(read_settings(Settings).database_owner, f"{name}_app", folders))
