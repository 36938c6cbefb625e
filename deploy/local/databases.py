"""Databases and roles on a server, ours or the one PERINATAL_POSTGRES names."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.local.credentials import Credentials
from deploy.local.errors import StackError

_SQL = Path(__file__).parent.parent / "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """The databases of one stack. `admin` is a DSN that may create roles and databases."""

    admin: str
    credentials: Credentials

    def dsn(self, database: str, role: str) -> str:
        """`role` is `owner` or `app`."""
        user = f"{database}_{role}"
        password = quote(self.credentials.password(user), safe="")
        server = urlsplit(self.admin)
        _, _, place = server.netloc.rpartition("@")
        return urlunsplit(("postgresql", f"{user}:{password}@{place}", f"/{database}", server.query, ""))

    def ensure(self, names: Iterable[str]) -> None:
        """Create what is missing. Raises StackError when the server refuses."""
        try:
            asyncio.run(self._ensure(tuple(names)))
        except (OSError, asyncpg.PostgresError) as problem:
            raise StackError(f"PostgreSQL refused to make the databases: {problem}") from problem

    async def _ensure(self, names: tuple[str, ...]) -> None:
        connection = await asyncpg.connect(self.admin)
        try:
            for name in names:
                await self._roles(connection, name)
                await self._database(connection, name)
        finally:
            await connection.close()

    async def _roles(self, connection: asyncpg.Connection, name: str) -> None:
        for setting, value in (
            ("database", name),
            ("owner_password", self.credentials.password(f"{name}_owner")),
            ("app_password", self.credentials.password(f"{name}_app")),
        ):
            await connection.execute("select set_config($1, $2, false)", f"setup.{setting}", value)
        await connection.execute((_SQL / "roles.sql").read_text(encoding="utf-8"))

    async def _database(self, connection: asyncpg.Connection, name: str) -> None:
        if not await connection.fetchval("select exists (select from pg_database where datname = $1)", name):
            await connection.execute(f'create database "{name}" owner "{name}_owner"')
        inside = await asyncpg.connect(self.admin, database=name)
        try:
            await inside.execute("select set_config('setup.database', $1, false)", name)
            await inside.execute((_SQL / "database.sql").read_text(encoding="utf-8"))
        finally:
            await inside.close()
