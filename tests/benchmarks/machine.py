"""What the figures were taken on, and how busy it was."""

import asyncio
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg

_PACKAGES = ("asyncpg", "aiokafka", "faststream", "orjson", "pydantic", "uvloop", "eventsourcing", "psycopg")
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_SHOWN = (*_DURABLE, "server_version", "shared_buffers", "max_wal_size", "wal_sync_method")


class NotDurable(Exception):
    """The server would lose what it answered; its figures would mean nothing."""


def described() -> dict[str, Any]:
    """Processor, memory, kernel, versions and the hour."""
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _named("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": _named("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in _PACKAGES},
        "load": load(),
    }


def load() -> float:
    """Runnable processes over the last minute."""
    return round(os.getloadavg()[0], 2)


async def server(dsn: str) -> dict[str, str]:
    """The settings of a PostgreSQL server that bear on the figures. Raises NotDurable."""
    connection = await asyncpg.connect(dsn)
    try:
        settings = {name: await connection.fetchval("select current_setting($1)", name) for name in _SHOWN}
    finally:
        await connection.close()
    if weak := [name for name, value in _DURABLE.items() if settings[name] != value]:
        raise NotDurable(", ".join(weak))
    return settings


async def quiet(limit: float, patience: float, tell: Callable[[str], None]) -> None:
    """Wait, `patience` seconds at most, until the processors were idle for two seconds but for a share of `limit`."""
    until = time.monotonic() + patience
    while (busy := await _busy(2.0)) > limit and time.monotonic() <= until:
        tell(f"waiting for a quiet machine: {busy:.0%} busy")


@dataclass(frozen=True, slots=True)
class Ticks:
    """Processor time so far: all there was, what was used, and what this process and all it started used of it."""

    there: int
    used: int
    ours: int

    @classmethod
    def now(cls) -> "Ticks":
        fields = [int(field) for field in Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:9]]
        there = sum(fields)
        return cls(there, there - fields[3] - fields[4], _ours())


def others_since(before: Ticks) -> float:
    """The share of the processors that went to programs that are not ours."""
    after = Ticks.now()
    return ((after.used - before.used) - (after.ours - before.ours)) / max(1, after.there - before.there)


async def _busy(seconds: float) -> float:
    """The share of all processors' time that was used."""
    before = Ticks.now()
    await asyncio.sleep(seconds)
    after = Ticks.now()
    return (after.used - before.used) / (after.there - before.there)


def _ours() -> int:
    """Ticks of the whole family, those of members that ended included."""
    children: dict[int, list[int]] = {}
    times: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(pid)
        times[pid] = sum(int(field) for field in fields[11:15])
    family = [os.getpid()]
    for pid in family:
        family += children.get(pid, ())
    return sum(times.get(pid, 0) for pid in family)


def _named(path: str, name: str) -> str:
    for line in Path(path).read_text("utf-8").splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return "unknown"
