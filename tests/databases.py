"""Databases of their own for tests."""

import asyncio
import itertools
import os
from dataclasses import dataclass

import asyncpg

from deploy.local.databases import Databases
from services.kit.migrate import Folders, migrate

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """One database of a test: DSNs for its application role, its owner, and the administrator."""

    name: str
    app: str
    owner: str
    admin: str


async def make_database(databases: Databases, folders: Folders, name: str = "") -> Database:
    """A fresh database with these migrations."""
    name = name or f"t{os.getpid()}_{next(_numbers)}"
    await asyncio.to_thread(databases.ensure, [name])
    made = Database(
        name=name,
        app=databases.dsn(name, "app"),
        owner=databases.dsn(name, "owner"),
        admin=databases.admin.rsplit("/", 1)[0] + f"/{name}",
    )
    await migrate(made.owner, f"{name}_app", folders)
    return made


async def drop_database(databases: Databases, database: Database) -> None:
    connection = await asyncpg.connect(databases.admin)
    try:
        await connection.execute(f'drop database "{database.name}" with (force)')
    finally:
        await connection.close()
