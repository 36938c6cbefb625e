"""Every database in one consistent set, taken while all of them are in use.

The appends of all services are held for the moment in which each database's snapshot is named; then they go on and the dumps are
made of the snapshots. So nobody's database in the set has heard of an event that its owner's database in the set does not have.

    FOLDER/manifest.json                  what is in it, with checksums; written last
    FOLDER/databases/<service>.dump
    FOLDER/keyring/keyring.dump           the keys; whoever has these and the dumps can read everything: keep them apart
    FOLDER/keyring/secrets/…              the master keys and the stack's passwords
    FOLDER/keyring/users.yaml             the accounts of a local identity provider

Kafka is not in it: what it holds is published again from the logs.
"""

import asyncio
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from contracts import topics as contract
from deploy.local.errors import StackError
from deploy.local.home import Home, write_whole
from deploy.local.identity import users_file
from deploy.local.progress import Progress
from deploy.local.wiring import KEYRING, MASTER_KEY
from deploy.operations.installation import STORES, Installation
from deploy.operations.manifest import Dumped, Manifest, digest
from deploy.operations.postgres_tools import admin_of, dump
from deploy.operations.topic import cluster_of, reading, span
from deploy.operations.verify import FOLDER
from services.kit.sql import queries

SQL = queries("backup", FOLDER)
_PATIENCE = "10s"


@dataclass(frozen=True, slots=True)
class _Cut:
    """A transaction in each database that holds its snapshot, and the snapshot's name."""

    readers: Mapping[str, Any]
    snapshots: Mapping[str, str]
    waited: float


async def back_up(
    installation: Installation, home: Home, folder: Path, *, apart: Path | None, progress: Progress
) -> Manifest:
    """Take the whole set into a new folder; `apart` is where the keyring goes instead of FOLDER/keyring. Raises StackError.

    When it does not come to its end, nothing of it is left.
    """
    _require_new(folder, apart)
    keys = apart or folder / "keyring"
    try:
        return await _back_up(installation, home, folder, keys, progress)
    except BaseException:
        # Half of one would take the disk's space, and its folder could not be used again.
        for made in (folder, keys):
            shutil.rmtree(made, ignore_errors=True)
        raise


async def _back_up(installation: Installation, home: Home, folder: Path, keys: Path, progress: Progress) -> Manifest:
    names = installation.database_names()
    async with AsyncExitStack() as held:
        with progress.step("Hold the writers and name the snapshots"):
            cut = await _cut(held, installation, names)
        cluster, ends = await cluster_of(installation.kafka), await _ends(installation.kafka)
        for made in (folder, folder / "databases", keys):
            _make(made)
        databases = {}
        for name in names:
            with progress.step(f"Dump {name}"):
                file = keys / "keyring.dump" if name == KEYRING else folder / "databases" / f"{name}.dump"
                await dump(admin_of(installation.postgres_admin, name), file, cut.snapshots[name])
                databases[name] = await _dumped(cut.readers[name], name, file)
    with progress.step("Copy the keys and write the manifest"):
        _keep_secrets(installation, home, keys)
        manifest = Manifest(
            taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
            waited_ms=round(cut.waited * 1000, 1),
            cluster=cluster,
            ends=ends,
            databases=databases,
        )
        manifest.write(folder)
    return manifest


def _require_new(folder: Path, apart: Path | None) -> None:
    for wanted in (folder, apart):
        if wanted is not None and wanted.exists() and any(wanted.iterdir()):
            raise StackError(f"{wanted} is not empty: a backup goes into a new folder")


async def _cut(held: AsyncExitStack, installation: Installation, names: Sequence[str]) -> _Cut:
    """Everything is connected before the first writer has to wait."""
    writers = [await _connect(held, installation, name) for name in STORES]
    readers = {name: await _connect(held, installation, name) for name in names}
    began = time.monotonic()
    for writer in writers:
        await writer.execute("select set_config('lock_timeout', $1, false)", _PATIENCE)
        await writer.execute(SQL["stop_writers"])
    snapshots = await asyncio.gather(*(_export(held, reader) for reader in readers.values()))
    for writer in writers:
        await writer.execute(SQL["let_writers"])
    return _Cut(readers, dict(zip(readers, snapshots, strict=True)), time.monotonic() - began)


async def _connect(held: AsyncExitStack, installation: Installation, name: str) -> Any:
    connection = await asyncpg.connect(admin_of(installation.postgres_admin, name))
    held.push_async_callback(connection.close)
    return connection


async def _export(held: AsyncExitStack, reader: Any) -> str:
    await held.enter_async_context(reader.transaction(isolation="repeatable_read", readonly=True))
    return str(await reader.fetchval(SQL["export"]))


async def _dumped(reader: Any, name: str, file: Path) -> Dumped:
    log = dict(await reader.fetchrow(SQL["log"])) if name in STORES else {}
    return await asyncio.to_thread(_measured, file, log)


def _measured(file: Path, log: Mapping[str, Any]) -> Dumped:
    return Dumped(file=file.name, sha256=digest(file), bytes=file.stat().st_size, **log)


async def _ends(kafka: str) -> dict[str, int]:
    topics = [topic.name for topic in contract.load().topics if topic.producer]
    async with reading(kafka, topics) as consumer:
        _, ends = await span(consumer)
    return {f"{partition.topic}[{partition.partition}]": ends[partition] for partition in sorted(ends)}


def _keep_secrets(installation: Installation, home: Home, keys: Path) -> None:
    kept = keys / "secrets"
    _make(kept)
    for file in sorted(home.secrets.glob("*")) if home.secrets.exists() else ():
        write_whole(kept / file.name, file.read_text(encoding="utf-8"))
    # Those there were before the snapshot: had they been turned over since, what is in the dump would need the older one.
    write_whole(kept / MASTER_KEY, installation.environments[STORES[0]]["PERINATAL_KEYRING_MASTER_KEY"])
    if users_file(home).exists():
        write_whole(keys / "users.yaml", users_file(home).read_text(encoding="utf-8"))


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
