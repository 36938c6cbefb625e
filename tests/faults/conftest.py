"""Chains to break, and the chance that says where. A run is repeated with PERINATAL_SEED=<the number it printed>."""

import logging
import os
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from deploy.local.databases import Databases
from deploy.local.stack import Stack
from services.kit.migrate import KEYRING_MIGRATIONS
from tests.databases import Database, make_database
from tests.faults.chain import Chain, make_place


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """Many failures are meant here: show them without their frames' values, and leave the client's own words out."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """What decides where it breaks. The seed is printed."""
    seed = int(os.environ.get("PERINATAL_SEED") or random.SystemRandom().randrange(2**32))
    print(f"{request.node.name}: PERINATAL_SEED={seed}")  # noqa: T201 - shown when the test fails
    return random.Random(seed)


@pytest.fixture
async def chain(databases: Databases, keyring: Database, kafka: str, tmp_path: Path) -> AsyncIterator[Chain]:
    """A chain of its own on the run's shared PostgreSQL and Kafka."""
    chain = await Chain.open(await make_place(databases, keyring, kafka, tmp_path))
    yield chain
    await chain.close()


@pytest.fixture(scope="session")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A PostgreSQL and a Kafka that may be killed. Durable: what was acknowledged must be there afterwards."""
    stack = Stack(tmp_path_factory.mktemp("own"), parts=("postgres", "kafka"), services=(), environ={}, throw_away=True)
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
async def own_keyring(own_stack: Stack) -> Database:
    return await make_database(own_stack.wiring.databases, KEYRING_MIGRATIONS, name="keyring")


@pytest.fixture
async def own_chains(own_stack: Stack, own_keyring: Database, tmp_path: Path) -> AsyncIterator[list[Chain]]:
    """Two chains on the stack that may be killed."""
    wiring = own_stack.wiring
    places = [await make_place(wiring.databases, own_keyring, wiring.kafka_address, tmp_path) for _ in range(2)]
    chains = [await Chain.open(place) for place in places]
    yield chains
    for chain in chains:
        await chain.close()
