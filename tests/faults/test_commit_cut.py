"""Invariants 3 and 4: whatever happens to the connection, the caller or the server's process in the middle of a COMMIT, the same
command id gets the first answer and has one effect."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from services.kit.appender import Appender
from services.kit.event_store import EventStore
from services.kit.record import Answer
from services.kit.testing import eventually
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults import oracle
from tests.faults.chain import PATIENCE, TENANTS, send
from tests.faults.proxy import Fate, Proxy, proxied
from tests.integration.kit.toy_log import STORE, Parts, Toy, open_parts

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

CUTS = 200
TERMINATIONS = 100
CANCELLATIONS = 300
CALLERS = 12
MOST = 5_000
"""Commands of one test: on a busy machine the breaking takes longer, and the callers do not wait for it."""


@dataclass(frozen=True, slots=True)
class Command:
    stream: str
    tenant: str
    amounts: tuple[int, ...]
    id: UUID = field(default_factory=uuid4)


@dataclass(slots=True)
class Callers:
    """Callers with a mind of their own, and what they were told."""

    store: EventStore[Toy]
    chance: random.Random
    done: dict[UUID, tuple[Command, Answer]] = field(default_factory=dict)

    def command(self) -> Command:
        number = self.chance.randrange(8)
        amounts = tuple(self.chance.randrange(100) for _ in range(self.chance.choice((0, 1, 1, 1, 2, 3))))
        return Command(f"account-{number}", TENANTS[number % len(TENANTS)], amounts)

    async def one(self, command: Command) -> None:
        answer = await send(self.store, command.tenant, command.stream, command.amounts, command.id)
        self.done[command.id] = (command, answer)

    async def until(self, stop: asyncio.Event) -> None:
        while not stop.is_set() and len(self.done) < MOST:
            await self.one(self.command())


@pytest.fixture
async def database(new_database: MakeDatabase) -> Database:
    return await new_database(STORE)


@pytest.fixture
async def parts(database: Database, keyring: Database) -> AsyncIterator[Parts]:
    parts = await open_parts(database, keyring)
    yield parts
    await parts.close()


def through(parts: Parts, dsn: str) -> EventStore[Toy]:
    """A store whose appends go by another way."""
    return EventStore(parts.pool, Appender(dsn), parts.store.codec, parts.store._privacy)


@contextlib.asynccontextmanager
async def calling(callers: Callers) -> AsyncIterator[None]:
    """Callers at work, until the end of the block; each is answered before it rests."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(callers.until(stop)) for _ in range(CALLERS)]
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*tasks)
            await callers.store.close()


async def settle(parts: Parts, callers: Callers) -> None:
    """Every command once more, from another process's appender: the first answer, no effect. Then the oracle."""
    told = callers.done.values()
    repeated = [send(parts.store, command.tenant, command.stream, command.amounts, command.id) for command, _ in told]
    for (_, first), again in zip(told, await asyncio.gather(*repeated), strict=True):
        assert again.duplicate
        assert (again.stream, again.version, again.position) == (first.stream, first.version, first.position)
    events = await oracle.verify_store(
        parts.database, {(c.tenant, c.id): answer for c, answer in callers.done.values()}
    )
    assert len(events) == sum(len(command.amounts) for command, _ in callers.done.values())


async def test_a_connection_cut_hundreds_of_times(parts: Parts, chance: random.Random) -> None:
    def fate() -> Fate:
        return chance.choice((Fate.PASS, Fate.PASS, Fate.PASS, Fate.BEFORE, Fate.AFTER, Fate.ANSWER))

    async with proxied(parts.database.app, b"account-", fate) as (proxy, dsn):
        callers = Callers(through(parts, dsn), chance)
        async with calling(callers):
            await eventually(lambda: enough(proxy), within=PATIENCE, what=f"{CUTS} cuts")
    lost_answers = sum(answer.duplicate for _, answer in callers.done.values())
    assert lost_answers > proxy.cuts[Fate.ANSWER], "commits were meant to happen whose answer was lost"
    await settle(parts, callers)


async def enough(proxy: Proxy) -> bool:
    return sum(count for fate, count in proxy.cuts.items() if fate is not Fate.PASS) >= CUTS


async def test_backends_terminated_in_the_middle(parts: Parts, chance: random.Random) -> None:
    callers = Callers(through(parts, parts.database.app), chance)
    terminated = 0
    async with oracle.administrator(parts.database) as administrator, calling(callers):
        while terminated < TERMINATIONS:
            await asyncio.sleep(chance.uniform(0, 0.02))
            terminated += await administrator.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where datname = current_database() and query like '%append_%' and pid <> pg_backend_pid()"
            )
    await settle(parts, callers)


async def test_callers_who_lose_patience_and_come_back(parts: Parts, chance: random.Random) -> None:
    callers = Callers(through(parts, parts.database.app), chance)
    async with calling(callers):
        for _ in range(CANCELLATIONS):
            command = callers.command()
            impatient = asyncio.create_task(callers.one(command))
            await asyncio.wait([impatient], timeout=chance.uniform(0, 0.004))
            impatient.cancel()
            await asyncio.gather(impatient, return_exceptions=True)
            await callers.one(command)
    await settle(parts, callers)


async def test_the_same_command_from_everywhere_at_once(
    parts: Parts, database: Database, keyring: Database, chance: random.Random
) -> None:
    """Double clicks, redeliveries, another process: all at the same time."""
    others = [await open_parts(database, keyring) for _ in range(2)]
    callers = Callers(parts.store, chance)
    for _ in range(60):
        command = callers.command()
        stores = [parts.store, *(other.store for other in others)] * 2
        answers = await asyncio.gather(
            *(send(store, command.tenant, command.stream, command.amounts, command.id) for store in stores)
        )
        assert sum(not answer.duplicate for answer in answers) == 1
        assert len({(answer.stream, answer.version, answer.position) for answer in answers}) == 1
        callers.done[command.id] = (command, answers[0])
    for other in others:
        await other.close()
    await settle(parts, callers)
