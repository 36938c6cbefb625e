"""The toy's log on a database of its own, and the way from it to a read model elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.databases import Databases
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults.chain import Chain, make_place
from tests.integration.kit.toy_log import STORE, Parts, open_parts


@pytest.fixture(scope="module")
async def database(new_database: MakeDatabase) -> Database:
    return await new_database(STORE)


@pytest.fixture
async def parts(database: Database, keyring: Database) -> AsyncIterator[Parts]:
    parts = await open_parts(database, keyring)
    yield parts
    await parts.close()


@pytest.fixture
def partitions() -> int:
    return 3


@pytest.fixture
async def chain(
    databases: Databases, keyring: Database, kafka: str, tmp_path: Path, partitions: int
) -> AsyncIterator[Chain]:
    """From the toy's log through a topic of its own to a read model."""
    chain = await Chain.open(await make_place(databases, keyring, kafka, tmp_path, partitions))
    yield chain
    await chain.close()
