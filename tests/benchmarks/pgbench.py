"""PostgreSQL's own load generator beside us, on the same server and the same tables."""

import asyncio
import itertools
import os
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg

from deploy.local.postgres import installed_binaries
from tests.benchmarks.figures import Sample, sample

INSERT = Path(__file__).with_name("pgbench_insert.sql")
APPEND = Path(__file__).with_name("pgbench_append.sql")
_runs = itertools.count(1)


class PgbenchFailed(Exception):
    """pgbench ended with an error."""


async def ready(owner: str) -> None:
    """What INSERT needs besides the tables."""
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("create sequence benchmark_positions")
        await connection.execute("select setval('benchmark_positions', feed_head())")
    finally:
        await connection.close()


async def run(dsn: str, script: Path, clients: int, seconds: float) -> Sample:
    """Prepared statements, one connection a client, every transaction timed. Raises PgbenchFailed."""
    server = urlsplit(dsn)
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder)
        process = await asyncio.create_subprocess_exec(
            str(installed_binaries() / "pgbench"),
            *("-h", str(server.hostname), "-p", str(server.port), "-U", str(server.username)),
            *("-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds)))),
            *("-D", "n=-1", "-D", f"run={next(_runs)}", "-f", str(script), "-l", "--log-prefix", str(logs / "times")),
            server.path[1:],
            env={**os.environ, "PGPASSWORD": unquote(server.password or "")},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        if process.returncode != 0 or _failed(out.decode()):
            raise PgbenchFailed(err.decode() or out.decode())
        return sample(_times(logs), max(1, round(seconds)))


def _failed(told: str) -> bool:
    return "number of failed transactions: 0 " not in told


def _times(logs: Path) -> list[int]:
    """Nanoseconds of each transaction; the third column of pgbench's log is microseconds."""
    return [int(line.split()[2]) * 1000 for log in logs.iterdir() for line in log.read_text("ascii").splitlines()]
