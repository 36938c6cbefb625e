"""The toy's log on a database of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.kit.toy_log import STORE, Parts, open_parts


@pytest.fixture(scope="module")
async def database(new_database: MakeDatabase) -> Database:
    return await new_database(STORE)


@pytest.fixture
async def parts(database: Database, keyring: Database) -> AsyncIterator[Parts]:
    parts = await open_parts(database, keyring)
    yield parts
    await parts.close()
