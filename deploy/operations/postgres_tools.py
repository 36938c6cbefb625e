"""PostgreSQL's own programs for a dump and a restore: of the server this stack runs, or of this machine."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from deploy.local.errors import StackError
from deploy.local.postgres import installed_binaries


def admin_of(admin: str, database: str) -> str:
    """The administrator's DSN for one database."""
    return urlunsplit(urlsplit(admin)._replace(path=f"/{database}"))


async def dump(dsn: str, file: Path, snapshot: str) -> None:
    """One database as its exported `snapshot` shows it, in PostgreSQL's own compressed form, for us alone. Raises StackError."""
    await asyncio.to_thread(file.touch, 0o600)
    await _run("pg_dump", dsn, "--format=custom", "--compress=gzip:1", f"--snapshot={snapshot}", f"--file={file}")


async def load(dsn: str, file: Path, owner: str) -> None:
    """A dump into an empty database, as its owner: whole, or not at all. Raises StackError."""
    whole = ("--exit-on-error", "--single-transaction", "--no-owner", f"--role={owner}")
    await _run("pg_restore", dsn, *whole, f"--dbname={unquote(urlsplit(dsn).path.lstrip('/'))}", str(file))


async def written_out(file: Path, into: Path) -> None:
    """A dump as the text it would be restored by. Raises StackError."""
    await _run("pg_restore", "", f"--file={into}", str(file))


async def _run(name: str, dsn: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        str(_program(name)),
        *arguments,
        env={**os.environ, **_environment(dsn)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise StackError(f"{name} failed for {urlsplit(dsn).path.lstrip('/')}", detail=said.decode().strip())


def _program(name: str) -> Path:
    """The one that came with the local stack's server; else the machine's own, which has to be as new as the server."""
    try:
        return installed_binaries() / name
    except StackError:
        found = shutil.which(name)
        if found is None:
            raise StackError(f"{name} is not here: install the client programs of PostgreSQL 18") from None
        return Path(found)


def _environment(dsn: str) -> Mapping[str, str]:
    """The DSN as libpq's variables: a password in the arguments is seen by whoever lists processes."""
    parts = urlsplit(dsn)
    told = {
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    return told | {f"PG{name.upper()}": value for name, value in parse_qsl(parts.query) if name.startswith("ssl")}
