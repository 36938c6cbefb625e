"""PostgreSQL and Kafka without the services: for what must not happen while they run, or cannot wait until they do."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.locks import supervisor_of
from deploy.local.progress import Progress
from deploy.local.services import SERVICES
from deploy.local.stack import Stack
from deploy.local.wiring import KEYRING
from deploy.operations.installation import Installation, installation_of, named_by, named_postgres
from deploy.operations.relay import connected
from deploy.operations.verify import FOLDER
from services.kit.settings import told
from services.kit.sql import queries

SQL = queries("offline", FOLDER)


@contextmanager
def parts_up(home: Home, progress: Progress) -> Iterator[Installation]:
    """The installation's databases and Kafka: those that run, or the local stack's, started for this and stopped again."""
    if named_by(told()) or supervisor_of(home) is not None:
        yield installation_of(home)
        return
    demo = bool(home.read_state().get("demo"))
    stack = Stack(home.root, parts=("postgres", "kafka"), demo=demo, progress=progress)
    stack.start()
    try:
        yield installation_of(home)
    finally:
        stack.stop()


def require_stopped(home: Home) -> None:
    """Raises StackError while the services run: those of the local stack, else whoever is in a database as one of them."""
    environ = told()
    if not named_by(environ):
        if supervisor_of(home) is not None:
            raise StackError(f"the stack of {home.root} runs: stop it with `perinatal down` first")
    elif roles := asyncio.run(_connected_roles(named_postgres(environ))):
        raise StackError(f"the services run: {', '.join(roles)} use the databases; stop every service first")


async def _connected_roles(admin: str) -> list[str]:
    names = (*(spec.database for spec in SERVICES), KEYRING)
    async with connected(admin) as database:
        rows = await database.fetch(SQL["connected"], [f"{name}_{kind}" for name in names for kind in ("app", "owner")])
    return [row["usename"] for row in rows]
