"""A backup back into an empty installation, or single databases of it into one that lost them.

Whether Kafka is the one the backup was taken beside decides the rest. It is: consumers read on from the offsets that came back with
their rows, and a log that is older than what Kafka holds is named, to be reconciled. It is another: logs are published from their
beginning, offsets are forgotten, and who has an event already drops it.
"""

import asyncio
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import asyncpg

from deploy.local.credentials import Credentials
from deploy.local.databases import Databases
from deploy.local.errors import StackError
from deploy.local.home import Home, write_whole
from deploy.local.identity import users_file
from deploy.local.progress import Progress
from deploy.local.wiring import KEYRING, MASTER_KEY
from deploy.operations.backup import SQL
from deploy.operations.installation import STORES, Installation
from deploy.operations.keys import keyring_of, status
from deploy.operations.manifest import Dumped, Manifest, check, read_manifest
from deploy.operations.postgres_tools import admin_of, load
from deploy.operations.publication import publication_of
from deploy.operations.relay import connected, relay_status
from deploy.operations.topic import cluster_of
from services.kit.wrapping import MasterKeys

OF_ANOTHER_KAFKA = {
    "consumer_checkpoints": "forget_offsets",
    "relay": "begin_again",
    "parked_events": "forget_parked",
    "parked_streams": "forget_parked_streams",
    "discard_kept": "forget_kept",
}
"""What a database knows of the Kafka it was fed by or published to, and the query that lets it begin anew with another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBack:
    """A log that ends before what Kafka holds of it."""

    service: str
    head: int
    newest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole backup, `names` of whose databases come back. `replace`: what they hold now is thrown away."""

    folder: Path
    keys: Path
    manifest: Manifest
    names: Sequence[str]
    replace: bool

    def file(self, name: str) -> Path:
        place = self.keys if name == KEYRING else self.folder / "databases"
        return place / self.manifest.databases[name].file


def plan(folder: Path, *, keys: Path | None, only: Sequence[str], replace: bool) -> Plan:
    """Read the manifest and check every file that is wanted against it. Raises StackError."""
    manifest = read_manifest(folder)
    if unknown := set(only) - manifest.databases.keys():
        raise StackError(f"the backup has no {', '.join(sorted(unknown))}; it has {', '.join(manifest.databases)}")
    names = [name for name in manifest.databases if not only or name in only]
    made = Plan(folder=folder, keys=keys or folder / "keyring", manifest=manifest, names=names, replace=replace)
    for name in names:
        check(name, manifest.databases[name], made.file(name))
    return made


def place_secrets(made: Plan, home: Home) -> None:
    """The keys and passwords of the stack that was, where there is none yet; else its master keys, behind those there are. Raises
    StackError.

    Before PostgreSQL starts: the passwords become the roles'.
    """
    kept = made.keys / "secrets"
    if KEYRING not in made.names:
        return
    if not (kept / MASTER_KEY).exists():
        raise StackError(f"{kept} has no {MASTER_KEY}: without it nothing that was sealed can be read")
    home.make()
    for file in sorted(kept.glob("*")):
        if not (home.secrets / file.name).exists():
            write_whole(home.secrets / file.name, file.read_text(encoding="utf-8"))
    both = [place / MASTER_KEY for place in (home.secrets, kept)]
    keys = [key.strip() for file in both for key in file.read_text(encoding="utf-8").split(",")]
    write_whole(home.secrets / MASTER_KEY, ",".join(dict.fromkeys(filter(None, keys))))
    users = made.keys / "users.yaml"
    if users.exists() and not users_file(home).exists():
        users_file(home).parent.mkdir(exist_ok=True)
        write_whole(users_file(home), users.read_text(encoding="utf-8"))


async def restore(made: Plan, installation: Installation, home: Home, *, progress: Progress) -> list[SetBack]:
    """Bring the databases back; the logs Kafka knows more of than they do. Raises StackError."""
    _require_all_of_the_last(made, home)
    admin = installation.postgres_admin
    # Asked first: while Kafka does not answer nothing is thrown away.
    another = await cluster_of(installation.kafka) != made.manifest.cluster
    if not made.replace:
        await _require_empty(made.names, admin)
    write_whole(home.unfinished_restore, _again(made))
    for name in made.names:
        await _drop(admin, name)
    databases = Databases(admin=admin, credentials=Credentials(folder=home.secrets))
    for name in made.names:
        with progress.step(f"Restore {name}"):
            await asyncio.to_thread(databases.ensure, [name])
            await load(admin_of(admin, name), made.file(name), f"{name}_owner")
            if another and name != KEYRING:
                await begin_anew(admin_of(admin, name))
    if KEYRING in made.names:
        with progress.step("Try the master keys"):
            await _require_opened(installation)
    home.unfinished_restore.unlink()
    with progress.step("Compare the logs with Kafka"):
        return [found for name in made.names if name in STORES and (found := await _set_back(installation, name))]


def dumped(made: Plan) -> list[tuple[str, Dumped]]:
    return [(name, made.manifest.databases[name]) for name in made.names]


def _again(made: Plan) -> str:
    """The command that brings back what this one would have."""
    words = ["perinatal", "restore", str(made.folder.absolute()), "--keyring", str(made.keys.absolute()), "--replace"]
    if len(made.names) < len(made.manifest.databases):
        words += [word for name in made.names for word in ("--only", name)]
    return shlex.join(words)


def _require_all_of_the_last(made: Plan, home: Home) -> None:
    """Raises StackError when a restore that did not come to its end was to bring back more than this one will."""
    if home.unfinished_restore.exists():
        words = shlex.split(home.unfinished_restore.read_text(encoding="utf-8"))
        wanted = [name for option, name in pairwise(words) if option == "--only"] or [*made.manifest.databases]
        if set(wanted) - set(made.names):
            home.require_restored()


async def _require_empty(names: Sequence[str], admin: str) -> None:
    for name in names:
        if await _tables(admin, name):
            raise StackError(f"the database {name} is not empty: add --replace to throw away what it holds")


async def _drop(admin: str, name: str) -> None:
    if not await _tables(admin, name):
        return
    async with connected(admin) as connection:
        await connection.execute(await connection.fetchval(SQL["drop"], name))


async def _tables(admin: str, name: str) -> int:
    try:
        async with connected(admin_of(admin, name)) as connection:
            return int(await connection.fetchval(SQL["tables"]))
    except asyncpg.InvalidCatalogNameError:
        return 0


async def begin_anew(admin: str) -> None:
    """One database forgets the Kafka it knew, in one transaction: its log is published from the beginning, its offsets are none."""
    async with connected(admin) as connection, connection.transaction():
        for thing, statement in OF_ANOTHER_KAFKA.items():
            if await connection.fetchval(SQL["has"], thing):
                await connection.execute(SQL[statement])


async def _require_opened(installation: Installation) -> None:
    """Raises StackError when a network's key in the keyring opens with none of the master keys."""
    if unopened := (await status(keyring_of(installation), MasterKeys(*installation.master_keys()))).unopened:
        raise StackError(f"no master key there is opens the keys of {', '.join(unopened)}: find the one of that day")


async def _set_back(installation: Installation, name: str) -> SetBack | None:
    status = await relay_status(admin_of(installation.postgres_admin, name), installation.kafka, publication_of(name))
    if status.newest <= status.head:
        return None
    return SetBack(service=name, head=status.head, newest=status.newest)
