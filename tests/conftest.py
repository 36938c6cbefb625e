"""Real parts for tests: one PostgreSQL and one Kafka a run, databases of their own for each module that asks.

With PERINATAL_TEST_STACK=containers they are containers.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from contracts.topics import FILE as TOPICS
from deploy.local.credentials import Credentials
from deploy.local.databases import Databases
from deploy.local.stack import Stack
from deploy.local.topics import ensure_topics, read_topics
from services.kit import logs
from services.kit.migrate import KEYRING_MIGRATIONS, Folders
from tests import containers
from tests.databases import Database, drop_database, make_database
from tests.ports import hold_a_share
from tests.support import Issuer

hold_a_share()
logs.hand_over()

MakeDatabase = Callable[[Folders], Awaitable[Database]]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """A real PostgreSQL, fast rather than durable."""
    if containers.WANTED:
        with containers.postgres() as admin:
            yield Databases(admin=admin, credentials=Credentials(folder=tmp_path_factory.mktemp("secrets")))
        return
    stack = Stack(tmp_path_factory.mktemp("postgres"), parts=("postgres",), services=(), fast=True)
    stack.start()
    yield stack.wiring.databases
    stack.stop()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Kafka with the platform's topics."""
    if containers.WANTED:
        with containers.kafka() as address:
            ensure_topics(address, read_topics(TOPICS))
            yield address
        return
    stack = Stack(tmp_path_factory.mktemp("kafka"), parts=("kafka",), services=())
    stack.start()
    yield stack.wiring.kafka_address
    stack.stop()


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture(scope="module")
async def new_database(databases: Databases) -> AsyncIterator[MakeDatabase]:
    """Make a fresh database with the given migrations; dropped after the module."""
    made: list[Database] = []

    async def make(folders: Folders) -> Database:
        made.append(await make_database(databases, folders))
        return made[-1]

    yield make
    for database in made:
        await drop_database(databases, database)


@pytest.fixture(scope="session")
async def keyring(databases: Databases) -> Database:
    """The keyring database, shared by the run."""
    return await make_database(databases, KEYRING_MIGRATIONS, name="keyring")
