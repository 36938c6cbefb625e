"""Streams and commands that are asked for at the same time are read together, and everybody gets their own."""

import asyncio
from uuid import UUID, uuid4

import pytest

from services.kit.record import Answer
from services.kit.tenancy import TenantId
from tests.integration.kit.test_event_store import A, B, append, counted, new_stream
from tests.integration.kit.toy_log import Parts


async def test_many_streams_of_two_tenants_at_once(parts: Parts) -> None:
    streams = [(tenant, new_stream()) for tenant in (A, B) for _ in range(20)]
    for number, (tenant, stream) in enumerate(streams):
        await append(parts, stream, number, number + 1, tenant=tenant)
    asked = [*streams, (A, new_stream()), (B, streams[0][1])]
    *found, never_written, of_another = await asyncio.gather(*(parts.store.load(*each) for each in asked))
    for number, (tenant, stream) in enumerate(streams):
        assert [recorded.event for recorded in found[number]] == [counted(stream, number), counted(stream, number + 1)]
        assert {(recorded.tenant, recorded.stream) for recorded in found[number]} == {(tenant, stream)}
    assert (never_written, of_another) == ([], [])


async def test_commands_done_before_are_known_among_others(parts: Parts) -> None:
    stream, done = new_stream(), uuid4()
    answer = await append(parts, stream, 1, command_id=done)

    async def recalled(tenant: TenantId, command_id: UUID) -> Answer | None:
        return (await parts.store.recall(tenant, stream, command_id))[1]

    asked = [(A, done), (A, uuid4()), (B, done), (A, done)]
    known, unknown, elsewhere, again = await asyncio.gather(*(recalled(*each) for each in asked))
    assert known == again == Answer(stream=stream, version=1, position=answer.position, duplicate=True)
    assert (unknown, elsewhere) == (None, None)


async def test_what_was_stored_before_is_read_however_many_ask(parts: Parts) -> None:
    """A read that is under way does not answer whoever asks after it began."""
    stream = new_stream()
    for number in range(1, 30):
        others = [asyncio.ensure_future(parts.store.load(A, new_stream())) for _ in range(5)]
        await append(parts, stream, number)
        assert len(await parts.store.load(A, stream)) == number
        await asyncio.gather(*others)


async def test_a_stream_that_cannot_be_read_fails_alone(parts: Parts) -> None:
    stream = new_stream()
    await append(parts, stream, 1)
    wrong, right = await asyncio.gather(
        parts.store.load(A, "account-\x00"), parts.store.load(A, stream), return_exceptions=True
    )
    assert isinstance(wrong, Exception)
    assert isinstance(right, list)
    assert len(right) == 1
    with pytest.raises(type(wrong)):
        await parts.store.load(A, "account-\x00")
