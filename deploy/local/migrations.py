"""Brings the databases up to date before a service starts, each with the migrations its service names."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module

from deploy.local.errors import StackError
from deploy.local.services import ServiceSpec
from deploy.local.wiring import KEYRING, Wiring
from services.kit.migrate import KEYRING_MIGRATIONS, Folders, migrate

_LIMIT_SECONDS = 120


@contextmanager
def migrating(wiring: Wiring, services: Sequence[ServiceSpec]) -> Iterator["Future[None]"]:
    """Every database side by side, in the background. The result raises StackError where a migration failed."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="migrate") as background:
        yield background.submit(lambda: asyncio.run(_all(wiring, services)))


async def _all(wiring: Wiring, services: Sequence[ServiceSpec]) -> None:
    folders = {spec.database: import_module(spec.migrate).MIGRATIONS for spec in services}
    if any(spec.keyring for spec in services):
        folders[KEYRING] = KEYRING_MIGRATIONS
    await asyncio.gather(*(_one(wiring.databases.dsn(name, "owner"), name, each) for name, each in folders.items()))


async def _one(dsn: str, name: str, folders: Folders) -> None:
    try:
        async with asyncio.timeout(_LIMIT_SECONDS):
            await migrate(dsn, f"{name}_app", folders)
    except TimeoutError as problem:
        raise StackError(f"the migration of {name} took longer than {_LIMIT_SECONDS} s") from problem
    except Exception as problem:
        raise StackError(f"the migration of {name} failed", detail=f"{type(problem).__name__}: {problem}") from problem
