"""The log: gap-free, in commit order, append-only, every request with its own outcome."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.kit.errors import Busy, Conflict, IdReused
from services.kit.record import Answer
from services.kit.tenancy import TenantId
from tests.databases import Database
from tests.integration.kit.toy_log import Counted, Opened, Parts, open_parts

A = TenantId("U00001")
B = TenantId("U00002")
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def counted(stream: str, amount: int = 1) -> Counted:
    return Counted(account_id=stream, amount=amount, occurred_at=NOW)


async def append(
    parts: Parts,
    stream: str,
    *amounts: int,
    tenant: TenantId = A,
    expected: int | None = None,
    command_id: UUID | None = None,
) -> Answer:
    events = [counted(stream, amount) for amount in amounts]
    return await parts.store.append(
        tenant,
        stream,
        expected=expected,
        events=events,
        command_id=command_id or uuid4(),
        actor="test",
        occurred_at=NOW,
    )


def new_stream() -> str:
    return f"account-{uuid4()}"


async def test_what_was_appended_is_loaded_in_order(parts: Parts) -> None:
    stream = new_stream()
    first = await append(parts, stream, 1, 2, expected=0)
    second = await append(parts, stream, 3, expected=2)
    assert (first.version, second.version) == (2, 3)
    loaded = await parts.store.load(A, stream)
    assert [recorded.event for recorded in loaded] == [counted(stream, 1), counted(stream, 2), counted(stream, 3)]
    assert [recorded.version for recorded in loaded] == [1, 2, 3]
    assert loaded[-1].position == second.position
    assert loaded[0].actor == "test"


async def test_a_stale_version_is_a_conflict_and_stores_nothing(parts: Parts) -> None:
    stream = new_stream()
    await append(parts, stream, 1, expected=0)
    with pytest.raises(Conflict):
        await append(parts, stream, 2, expected=0)
    assert len(await parts.store.load(A, stream)) == 1


async def test_the_same_command_id_gets_the_first_answer_and_has_one_effect(parts: Parts, keyring: Database) -> None:
    stream, command_id = new_stream(), uuid4()
    first = await append(parts, stream, 1, expected=0, command_id=command_id)
    await append(parts, stream, 5)
    again = await append(parts, stream, 1, expected=0, command_id=command_id)
    other_process = await open_parts(parts.database, keyring)
    elsewhere = await append(other_process, stream, 1, expected=0, command_id=command_id)
    await other_process.close()
    assert again == elsewhere == Answer(stream=stream, version=1, position=first.position, duplicate=True)
    assert len(await parts.store.load(A, stream)) == 2


async def test_a_command_without_events_keeps_its_answer_too(parts: Parts) -> None:
    stream, command_id = new_stream(), uuid4()
    await append(parts, stream, 1)
    first = await append(parts, stream, command_id=command_id)
    await append(parts, stream, 2)
    again = await append(parts, stream, 9, command_id=command_id)
    assert (first.version, again.version, again.duplicate) == (1, 1, True)


async def test_a_command_id_is_not_taken_for_another_stream(parts: Parts) -> None:
    command_id = uuid4()
    await append(parts, new_stream(), 1, command_id=command_id)
    with pytest.raises(IdReused):
        await append(parts, new_stream(), 1, command_id=command_id)


async def test_many_at_once_keep_positions_and_versions_contiguous(parts: Parts) -> None:
    streams = [new_stream() for _ in range(20)]
    before = await parts.store.head()
    answers = await asyncio.gather(*(append(parts, streams[n % 20], 1, 2, tenant=(A, B)[n % 2]) for n in range(400)))
    positions = sorted(position for answer in answers for position in (answer.position - 1, answer.position))
    assert positions == list(range(before + 1, before + 801))
    for number, stream in enumerate(streams):
        versions = [recorded.version for recorded in await parts.store.load((A, B)[number % 2], stream)]
        assert versions == list(range(1, 41))


async def test_each_request_of_a_batch_has_its_own_outcome(parts: Parts) -> None:
    good, stale, again = new_stream(), new_stream(), new_stream()
    known = uuid4()
    await append(parts, stale, 1)
    await append(parts, again, 1, command_id=known)
    outcomes = await asyncio.gather(
        append(parts, good, 1, expected=0),
        append(parts, stale, 1, expected=0),
        append(parts, again, 1, expected=0, command_id=known),
        append(parts, new_stream(), 1, expected=0),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], Answer)
    assert not outcomes[0].duplicate
    assert isinstance(outcomes[1], Conflict)
    assert isinstance(outcomes[2], Answer)
    assert outcomes[2].duplicate
    assert isinstance(outcomes[3], Answer)


async def test_one_bad_request_does_not_fail_its_neighbours(parts: Parts) -> None:
    bad = Counted(account_id="a\x00b", amount=1, occurred_at=NOW)
    requests = [append(parts, new_stream(), 1) for _ in range(8)]
    wrong = parts.store.append(
        A, new_stream(), expected=0, events=[bad], command_id=uuid4(), actor="test", occurred_at=NOW
    )
    *good, refused = await asyncio.gather(*requests, wrong, return_exceptions=True)
    assert all(isinstance(answer, Answer) for answer in good)
    assert isinstance(refused, asyncpg.PostgresError)


async def test_a_full_queue_says_busy(database: Database, keyring: Database) -> None:
    parts = await open_parts(database, keyring, queue=3)
    outcomes = await asyncio.gather(*(append(parts, new_stream(), 1) for _ in range(10)), return_exceptions=True)
    await parts.close()
    assert any(isinstance(outcome, Busy) for outcome in outcomes)
    assert any(isinstance(outcome, Answer) for outcome in outcomes)


async def test_the_feed_has_every_tenant_in_position_order_and_names_the_published_predecessor(parts: Parts) -> None:
    stream = new_stream()
    await parts.store.append(
        A,
        stream,
        expected=0,
        events=[
            counted(stream),
            Opened(account_id=stream, owner="Ann Example", occurred_at=NOW),
            counted(stream),
        ],
        command_id=uuid4(),
        actor="test",
        occurred_at=NOW,
    )
    await append(parts, new_stream(), 1, tenant=B)
    feed = await parts.store.read_sealed_after(0, 10_000, ["counted.v1"])
    assert [recorded.position for recorded in feed] == list(range(1, len(feed) + 1))
    mine = [recorded for recorded in feed if recorded.stream == stream]
    assert [(recorded.version, recorded.previous) for recorded in mine] == [(1, 0), (2, 0), (3, 1)]
    assert {recorded.tenant for recorded in feed} == {A, B}


async def test_personal_fields_are_sealed_and_gone_with_the_key(parts: Parts) -> None:
    stream = new_stream()
    event = Opened(account_id=stream, owner="Marker Surname", occurred_at=NOW)
    await parts.store.append(A, stream, expected=0, events=[event], command_id=uuid4(), actor="test", occurred_at=NOW)
    admin = await asyncpg.connect(parts.database.admin)
    found = await admin.fetchval("select count(*) from events where events::text like '%Marker Surname%'")
    await admin.close()
    assert found == 0
    assert (await parts.store.load(A, stream))[0].event == event
    assert await parts.keyring.destroy(A, stream)
    (erased,) = await parts.store.load(A, stream)
    assert erased.event == Opened(account_id=stream, owner=None, occurred_at=NOW)


@pytest.mark.parametrize("statement", ["update events set type = 'x'", "delete from events", "truncate events"])
async def test_nobody_changes_the_log(parts: Parts, statement: str) -> None:
    await append(parts, new_stream(), 1)
    for dsn in (parts.database.app, parts.database.owner, parts.database.admin):
        connection = await asyncpg.connect(dsn)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
        await connection.close()


async def test_the_application_role_cannot_insert_past_the_function(parts: Parts) -> None:
    async with parts.pool.scope(A) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.execute(
                "insert into events (position, tenant, stream, version, type, data, meta, occurred_at)"
                " values (99999, 'U00001', 's', 1, 't', '{}', '{}', now())"
            )


async def test_without_a_tenant_there_is_nothing(parts: Parts) -> None:
    await append(parts, new_stream(), 1)
    async with parts.pool.unscoped() as tx:
        assert await tx.fetchval("select count(*) from events") == 0
        assert await tx.fetchval("select count(*) from commands") == 0
    async with parts.pool.scope(TenantId("U55555")) as tx:
        assert await tx.fetchval("select count(*) from events") == 0
