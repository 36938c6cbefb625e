"""Load, fold, decide, append: once, however often and however many at the same time."""

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.kit.command import CommandHandler
from services.kit.errors import Busy, DomainError
from services.kit.tenancy import TenantId
from tests.databases import Database
from tests.faults import oracle
from tests.integration.kit.toy_log import Counted, Parts, Toy, open_parts

A = TenantId("U00001")
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Take:
    """Take one of what is left; there are three."""

    account_id: str


class AllGone(DomainError):
    """There is nothing left to take."""

    slug = "all-gone"


def decide(command: Take, taken: int, *, now: datetime) -> list[Toy]:
    if taken >= 3:
        raise AllGone
    return [Counted(account_id=command.account_id, amount=1, occurred_at=now)]


def handler(parts: Parts) -> CommandHandler[Take, int, Toy]:
    return CommandHandler(
        store=parts.store,
        decide=decide,
        evolve=lambda taken, _: taken + 1,
        initial=lambda: 0,
        stream_of=lambda command: f"account-{command.account_id}",
        clock=lambda: NOW,
    )


async def test_of_many_at_once_exactly_as_many_win_as_there_are(parts: Parts) -> None:
    take = Take(uuid4().hex)
    outcomes = await asyncio.gather(
        *(handler(parts).handle(A, take, command_id=uuid4(), actor="test") for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(outcome, AllGone) for outcome in outcomes) == 1
    assert len(await parts.store.load(A, f"account-{take.account_id}")) == 3


async def test_a_command_that_won_answers_the_same_after_the_last_was_taken(parts: Parts) -> None:
    take, command_id = Take(uuid4().hex), uuid4()
    first = await handler(parts).handle(A, take, command_id=command_id, actor="test")
    for _ in range(2):
        await handler(parts).handle(A, take, command_id=uuid4(), actor="test")
    with pytest.raises(AllGone):
        await handler(parts).handle(A, take, command_id=uuid4(), actor="test")
    again = await handler(parts).handle(A, take, command_id=command_id, actor="test")
    assert (again.version, again.position, again.duplicate) == (first.version, first.position, True)


async def test_the_same_command_twenty_times_at_once_has_one_effect(parts: Parts) -> None:
    take, command_id = Take(uuid4().hex), uuid4()
    answers = await asyncio.gather(
        *(handler(parts).handle(A, take, command_id=command_id, actor="test") for _ in range(20))
    )
    assert {answer.version for answer in answers} == {1}
    assert len(await parts.store.load(A, f"account-{take.account_id}")) == 1


async def test_commands_of_many_processes_are_all_carried_out(database: Database, keyring: Database) -> None:
    """However often the others are quicker."""
    take, processes = Take(uuid4().hex), [await open_parts(database, keyring) for _ in range(3)]
    handlers = [replace(handler(each), initial=lambda: -1_000) for each in processes]
    commands = [each.handle(A, take, command_id=uuid4(), actor="test") for each in handlers for _ in range(50)]
    assert sorted(answer.version for answer in await asyncio.gather(*commands)) == list(range(1, 151))
    for each in processes:
        await each.close()


async def test_who_waits_behind_a_command_that_hangs_is_answered_busy_too(parts: Parts, database: Database) -> None:
    hasty, take, first = replace(handler(parts), deadline=0.5), Take(uuid4().hex), uuid4()
    async with oracle.administrator(database) as somebody:
        await somebody.execute("select pg_advisory_lock(7003)")
        began = time.monotonic()
        outcomes = await asyncio.gather(
            *(hasty.handle(A, take, command_id=each, actor="test") for each in (first, uuid4(), uuid4())),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [Busy] * 3
        assert time.monotonic() - began < 5
    await handler(parts).handle(A, take, command_id=first, actor="test")
    assert len(await parts.store.load(A, f"account-{take.account_id}")) == 1
