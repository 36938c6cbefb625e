"""Invariant 4: every append ends as stored, duplicate or conflict, or in an error that says so; never in silence.

Random mixes of all of them through two processes' appenders at once, each outcome held against what the store then holds.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.kit.errors import Busy, Conflict, IdReused
from services.kit.privacy import TextRefused
from services.kit.record import Answer
from services.kit.tenancy import TenantId
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults import oracle
from tests.faults.chain import NOW, PATIENCE, TENANTS
from tests.integration.kit.toy_log import STORE, Counted, Opened, Parts, open_parts

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

WAVES = 60
LARGEST = 60
STREAMS = 6

Outcome = Answer | Conflict | Busy | IdReused | asyncpg.PostgresError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One append somebody asks for."""

    number: int
    expected: int | None
    amounts: tuple[int, ...]
    id: UUID
    spoilt: bool = False

    @property
    def tenant(self) -> TenantId:
        return TENANTS[self.number % len(TENANTS)]

    @property
    def key(self) -> oracle.CommandKey:
        return self.tenant, self.id

    @property
    def stream(self) -> str:
        return f"account-{self.number}"

    def events(self) -> list[Counted]:
        name = "a\x00b" if self.spoilt else self.stream
        return [Counted(account_id=name, amount=amount, occurred_at=NOW) for amount in self.amounts]


@dataclass(slots=True)
class Told:
    """Everything that was asked and what came of it."""

    outcomes: list[tuple[Wish, Outcome]]

    def wish(self, chance: random.Random) -> Wish:
        """A fresh command, mostly; at times an old one again, an old id for something else, or one no store can hold."""
        fresh = Wish(
            number=chance.randrange(STREAMS),
            expected=chance.choice((None, None, 0, chance.randrange(40))),
            amounts=tuple(chance.randrange(9) for _ in range(chance.choice((0, 1, 1, 2, 4)))),
            id=uuid4(),
        )
        if not self.outcomes or chance.random() < 0.6:
            return fresh
        old, _ = chance.choice(self.outcomes)
        return chance.choice((old, old, replace(fresh, id=old.id), replace(fresh, amounts=(1,), spoilt=True)))


@pytest.fixture
async def database(new_database: MakeDatabase) -> Database:
    return await new_database(STORE)


@pytest.fixture
async def writers(database: Database, keyring: Database) -> AsyncIterator[Sequence[Parts]]:
    """Two processes; the first has a queue so short that it is often full."""
    writers = [await open_parts(database, keyring, queue=20), await open_parts(database, keyring)]
    yield writers
    for writer in writers:
        await writer.close()


async def ask(writer: Parts, wish: Wish) -> Outcome:
    """What came of it. Anything but the known outcomes, or none for a minute, fails the test."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await writer.store.append(
                wish.tenant,
                wish.stream,
                expected=wish.expected,
                events=wish.events(),
                command_id=wish.id,
                actor="test",
                occurred_at=NOW,
            )
    except (Conflict, Busy, IdReused, asyncpg.PostgresError) as outcome:
        return outcome


async def test_random_mixes(database: Database, writers: Sequence[Parts], chance: random.Random) -> None:
    told = Told([])
    for _ in range(WAVES):
        wishes = [told.wish(chance) for _ in range(chance.randrange(1, LARGEST))]
        outcomes = await asyncio.gather(*(ask(chance.choice(writers), wish) for wish in wishes))
        told.outcomes += zip(wishes, outcomes, strict=True)
    kinds = Counter(kind_of(outcome) for _, outcome in told.outcomes)
    assert kinds.keys() == {"stored", "duplicate", "Conflict", "Busy", "IdReused", "PostgresError"}, kinds
    await hold_against_the_store(database, told.outcomes)


async def test_a_text_that_no_read_model_could_hold_is_refused_before_it_is_sealed(
    database: Database, writers: Sequence[Parts]
) -> None:
    """Sealed, PostgreSQL would take it; opened again it would stop the read model of every tenant, at the same event, for good."""
    event = Opened(account_id="account-1", owner="An\x00n Example", occurred_at=NOW)
    with pytest.raises(TextRefused) as refusal:
        await writers[1].store.append(
            TENANTS[0], "account-1", expected=0, events=[event], command_id=uuid4(), actor="test", occurred_at=NOW
        )
    assert refusal.value.slug == "text-refused"
    assert await oracle.verify_store(database) == []


def kind_of(outcome: Outcome) -> str:
    match outcome:
        case Answer():
            return "duplicate" if outcome.duplicate else "stored"
        case asyncpg.PostgresError():
            return "PostgresError"
        case _:
            return type(outcome).__name__


async def hold_against_the_store(database: Database, outcomes: Sequence[tuple[Wish, Outcome]]) -> None:
    answers = {wish.key: outcome for wish, outcome in outcomes if isinstance(outcome, Answer)}
    effects = oracle.effects_of(await oracle.verify_store(database, answers))
    stored = Counter(wish.key for wish, outcome in outcomes if kind_of(outcome) == "stored")
    for wish, outcome in outcomes:
        match outcome:
            case Answer(duplicate=False):
                assert [event["data"]["amount"] for event in effects.get(wish.key, [])] == list(wish.amounts)
                assert wish.expected in {None, outcome.version - len(wish.amounts)}
            case Answer() | IdReused():
                assert stored[wish.key] == 1, "answered as a duplicate of nothing"
            case Conflict() | asyncpg.PostgresError():
                assert wish.key in answers or wish.key not in effects, "refused and yet stored"
            case Busy():
                """A full queue: nothing was done, and the next time will tell."""
    assert effects.keys() <= stored.keys(), "stored without a word to anybody"
