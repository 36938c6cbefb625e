"""What parks a stream and what does not; trying it again; doing without. On real Kafka and PostgreSQL."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from prometheus_client import REGISTRY

from services.kit.consumer import Consumer
from services.kit.errors import Busy, Conflict
from services.kit.guard import seen_version
from services.kit.parking import UNKNOWN
from services.kit.record import Recorded
from services.kit.records import RecordsLost
from services.kit.registry import into
from services.kit.replay import Place, discard
from services.kit.tenancy import Tx
from services.kit.testing import eventually
from tests.faults.chain import PATIENCE, TENANTS, Chain, at_work
from tests.faults.poison import everything_parked, standing
from tests.integration.kit.toy import TOTALS

pytestmark = [pytest.mark.postgres, pytest.mark.kafka, pytest.mark.timeout(120)]

BAD = 13
A = TENANTS[0]
MARKER = "Quillonia Testpatient"


class Handler:
    """Folds into the read model, except where `fails` has an error for an event."""

    def __init__(self, fails: Callable[[Recorded[Any]], Exception | None]) -> None:
        self.fails = fails
        self.tried = 0
        self._mend_with_a_batch = False
        self._fold = into([TOTALS])

    async def __call__(self, tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        self.tried += bool(events)
        if self._mend_with_a_batch and len({recorded.stream for recorded in events}) > 1:
            self.mend()
        for recorded in events:
            if error := self.fails(recorded):
                raise error
        await self._fold(tx, events)

    def mend(self) -> None:
        self.fails = lambda _: None

    def mend_with_the_next_batch(self) -> None:
        """Not in the middle of one that is being taken apart: half of it would have failed, and the other half worked."""
        self._mend_with_a_batch = True


def on_bad(recorded: Recorded[Any]) -> Exception | None:
    return KeyError(MARKER) if recorded.event.amount == BAD else None


@pytest.fixture
def partitions() -> int:
    """What is behind a stuck record is stuck too, if anything is."""
    return 1


async def taken(chain: Chain, stream: str) -> int:
    async with chain.pool.scope(A) as tx:
        return await seen_version(tx, A, stream)


async def is_taken(chain: Chain, stream: str, version: int) -> bool:
    return await taken(chain, stream) == version


async def amounts(chain: Chain, stream: str) -> list[int]:
    async with chain.pool.scope(A) as tx:
        found = await tx.fetchval("select amounts from totals where account_id = $1", stream)
    return found or []


async def stands(chain: Chain, *streams: str) -> bool:
    return sorted(place.stream for place in await standing(chain.pool)) == sorted(streams)


async def only(chain: Chain) -> Place:
    (place,) = await standing(chain.pool)
    return place


def pauses(chain: Chain) -> bool:
    return REGISTRY.get_sample_value("perinatal_consumer_paused", {"consumer": chain.place.group}) == 1


async def paused(chain: Chain) -> bool:
    return pauses(chain)


async def test_a_parked_stream_is_not_claimed_as_seen_and_goes_on_in_order(chain: Chain) -> None:
    handler = Handler(on_bad)
    async with at_work(chain.relay(), chain.consumer(work=handler)):
        await chain.append("account-1", 1, 2, BAD, 3)
        await chain.append("account-2", 1)
        await eventually(lambda: stands(chain, "account-1"), within=PATIENCE)
        await chain.append("account-1", 4)
        await chain.append("account-2", 2)
        await eventually(lambda: is_taken(chain, "account-2", 2), within=PATIENCE)
        assert (await taken(chain, "account-1"), await amounts(chain, "account-1")) == (2, [1, 2])
        handler.mend()
        done = await chain.consumer(work=handler).replay().run(await only(chain))
        assert (done.applied, done.left, done.failure) == (3, 0, None)
        await chain.append("account-1", 5)
        await eventually(lambda: is_taken(chain, "account-1", 6), within=PATIENCE)
    assert await amounts(chain, "account-1") == [1, 2, BAD, 3, 4, 5]
    await chain.verify()


async def test_a_replay_that_fails_again_keeps_what_went_in_and_says_why(chain: Chain) -> None:
    handler = Handler(on_bad)
    async with at_work(chain.relay(), chain.consumer(work=handler)):
        await chain.append("account-1", BAD, 1, 2, 99, 3)
        await eventually(lambda: stands(chain, "account-1"), within=PATIENCE)
    handler.fails = lambda recorded: ValueError(MARKER) if recorded.event.amount == 99 else None
    done = await chain.consumer(work=handler).replay().run(await only(chain))
    assert done.failure is not None
    assert (done.applied, done.left, done.failure.error_type) == (3, 2, "ValueError")
    assert await amounts(chain, "account-1") == [BAD, 1, 2]
    async with chain.pool.single() as tx:
        row = await tx.fetchrow("select reason, error_type, events, first_sequence from parked_overview()")
    assert tuple(row) == ("handler-failed", "ValueError", 2, 4)
    handler.mend()
    await chain.consumer(work=handler).replay().run(await only(chain))
    await chain.verify()


async def test_when_every_stream_fails_it_pauses_and_parks_nothing(chain: Chain) -> None:
    handler = Handler(lambda _: KeyError(MARKER))
    streams = [f"account-{number}" for number in range(15)]
    for stream in streams:
        await chain.append(stream, 1, 2)
    async with at_work(chain.relay()):
        await published(chain, 30)
        async with at_work(chain.consumer(work=handler)):
            await eventually(lambda: paused(chain), within=PATIENCE, what="the pause being shown")
            before = handler.tried
            await eventually(lambda: tried_more(handler, before), within=PATIENCE, what="it being tried again")
            assert await stands(chain)
            handler.mend_with_the_next_batch()
            await chain.arrived()
            assert await stands(chain)
            assert not pauses(chain)
    await chain.verify()


async def published(chain: Chain, count: int) -> None:
    async def are() -> bool:
        async with chain.source.pool.single() as tx:
            return bool(await tx.fetchval("select position = $1 from relay", count))

    await eventually(are, within=PATIENCE, what="everything being published")


async def tried_more(handler: Handler, before: int) -> bool:
    return handler.tried > before


async def test_a_pause_ends_when_anything_works(chain: Chain) -> None:
    """More bad streams than may fail in a row, and then one that is well: they are parked, and it goes in."""
    handler = Handler(on_bad)
    bad = [f"account-bad-{number}" for number in range(12)]
    for stream in bad:
        await chain.append(stream, BAD, 1)
    async with at_work(chain.relay()):
        await published(chain, 24)
        async with at_work(chain.consumer(work=handler)):
            await eventually(lambda: paused(chain), within=PATIENCE, what="the pause being shown")
            await chain.append("account-well", 1)
            await eventually(lambda: is_taken(chain, "account-well", 1), within=PATIENCE)
            assert await stands(chain, *bad)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.TooManyConnectionsError(),
        asyncpg.UndefinedTableError(),
        asyncpg.DeadlockDetectedError(),
        Busy(),
        Conflict(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_the_systems_own_trouble_parks_nothing(chain: Chain, error: Exception) -> None:
    handler = Handler(lambda recorded: error if recorded.event.amount == BAD else None)
    await chain.append("account-1", 1, BAD, 2)
    async with at_work(chain.relay(), chain.consumer(work=handler)):
        await eventually(lambda: tried_more(handler, 1), within=PATIENCE, what="it being tried again")
        assert await stands(chain)
        handler.mend()
        await chain.arrived()
    assert await stands(chain)
    await chain.verify()


async def test_a_record_without_headers_stands_alone_and_says_nothing(chain: Chain) -> None:
    handler = Handler(on_bad)
    headers = [("ce_type", MARKER.encode()), ("ce_subject", b"\xff\xfe"), ("ce_source", None)]
    producer = AIOKafkaProducer(bootstrap_servers=chain.place.kafka)
    await producer.start()
    for key in (MARKER.encode(), b"943 476 5919", None):
        await producer.send_and_wait(chain.place.topic, MARKER.encode(), key=key, headers=headers)
    await producer.stop()
    async with at_work(chain.relay(), chain.consumer(work=handler)):
        await chain.append("account-1", 1)
        await chain.arrived()
    assert await stands(chain, "0/0", "0/1", "0/2")
    assert {place.tenant for place in await standing(chain.pool)} == {UNKNOWN}
    told = await everything_parked(chain.place.target)
    assert not [word for word in ("Quillonia", "943 476", "9434765919") if word in told]
    for place in await standing(chain.pool):
        done = await chain.consumer(work=handler).replay().run(place)
        assert (done.left, done.failure and done.failure.reason) == (1, "headers-unreadable")
        await discard(chain.pool, place, reason="not ours", by="test")
    assert await stands(chain)


async def test_a_stream_whose_name_is_none_stands_still_even_when_nothing_else_fails(chain: Chain) -> None:
    async with at_work(chain.relay(), chain.consumer()):
        await chain.append("account of somebody", 1)
        await eventually(lambda: stands(chain, "0/0"), within=PATIENCE)
    assert await chain.taken() == 0


async def test_a_gap_behind_a_record_without_headers_parks_and_heals(chain: Chain) -> None:
    """The second of three events lost its headers on the way: the third waits for it, and nobody else does."""
    stream = f"account-{uuid4()}"
    sent: list[Any] = []
    await chain.append(stream, 1, 2, 3)
    async with at_work(BrokenRelay.of(chain, sent)):
        await published(chain, 3)
    async with at_work(chain.consumer()):
        await eventually(lambda: stands(chain, stream, stream), within=PATIENCE)
        producer = AIOKafkaProducer(bootstrap_servers=chain.place.kafka)
        await producer.start()
        await producer.send_and_wait(chain.place.topic, sent[1][1], key=stream.encode(), headers=sent[1][2])
        await producer.stop()
        await eventually(lambda: waits(chain, stream, 2), within=PATIENCE, what="the second event, sent again, waiting")
    for place in await standing(chain.pool):
        if place.tenant == UNKNOWN:
            await discard(chain.pool, place, reason="its headers were lost", by="test")
        else:
            await chain.consumer().replay().run(place)
    assert await stands(chain)
    assert await amounts(chain, stream) == [1, 2, 3]


class BrokenRelay:
    """A relay that forgets the headers of its second record."""

    @classmethod
    def of(cls, chain: Chain, sent: list[Any]) -> Any:
        relay = chain.relay()
        start = relay._started_producer

        async def started() -> Any:
            producer = await start()
            send = type(producer).send

            async def forgetful(topic: str, value: bytes, *, key: bytes, headers: Any) -> Any:
                sent.append((key, value, headers))
                return await send(producer, topic, value, key=key, headers=[] if len(sent) == 2 else headers)

            producer.send = forgetful
            return producer

        relay._started_producer = started
        return relay


async def waits(chain: Chain, stream: str, count: int) -> bool:
    async with chain.pool.scope(A) as tx:
        return bool(await tx.fetchval("select count(*) = $2 from parked_events where stream = $1", stream, count))


async def test_doing_without_lets_the_stream_go_on_after_it(chain: Chain) -> None:
    handler = Handler(on_bad)
    async with at_work(chain.relay(), chain.consumer(work=handler)):
        await chain.append("account-1", 1, BAD, 2)
        await eventually(lambda: waits(chain, "account-1", 2), within=PATIENCE)
        (gone,) = await discard(chain.pool, await only(chain), reason="sent by mistake", by="test")
        assert gone.sequence == 2
        assert await stands(chain, "account-1")
        done = await chain.consumer(work=handler).replay().run(await only(chain))
        assert (done.applied, done.left) == (1, 0)
        await chain.append("account-1", 3, BAD)
        await eventually(lambda: stands(chain, "account-1"), within=PATIENCE)
        await discard(chain.pool, await only(chain), reason="sent by mistake", by="test", everything=True)
        await chain.append("account-1", 4)
        await eventually(lambda: is_taken(chain, "account-1", 6), within=PATIENCE)
    assert await amounts(chain, "account-1") == [1, 2, 3, 4]
    async with chain.pool.scope(A) as tx:
        kept = await tx.fetch("select sequence, reason, discarded_by from discarded_events order by sequence")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.execute("delete from discarded_events")
    assert [tuple(row) for row in kept] == [(2, "sent by mistake", "test"), (5, "sent by mistake", "test")]


async def test_what_kafka_no_longer_has_stays_parked(chain: Chain) -> None:
    handler = Handler(on_bad)
    async with at_work(chain.relay(), chain.consumer(work=handler)):
        await chain.append("account-1", BAD, 1)
        await eventually(lambda: waits(chain, "account-1", 2), within=PATIENCE)
    admin = AIOKafkaAdminClient(bootstrap_servers=chain.place.kafka)
    await admin.start()
    await admin.delete_records({TopicPartition(chain.place.topic, 0): RecordsToDelete(before_offset=1)})
    await admin.close()
    handler.mend()
    with pytest.raises(RecordsLost, match="no longer has record 0"):
        await chain.consumer(work=handler).replay().run(await only(chain))
    assert await waits(chain, "account-1", 2)


async def test_nothing_goes_in_twice_however_many_replay_while_it_goes_on(chain: Chain) -> None:
    handler = Handler(on_bad)
    async with at_work(chain.relay(), chain.consumer(work=handler)):
        for round_ in range(40):
            await asyncio.gather(*(chain.append(f"account-{n}", BAD if round_ == n else round_) for n in range(4)))
        await eventually(lambda: stands(chain, *(f"account-{n}" for n in range(4))), within=PATIENCE)
        handler.mend()
        replays = [replay_all(chain, chain.consumer(work=handler)) for _ in range(3)]
        more = [chain.append(f"account-{n}", extra) for extra in range(10) for n in range(4)]
        await asyncio.gather(*replays, *more)
        await replay_all(chain, chain.consumer(work=handler))
        await chain.arrived()
    assert await stands(chain)
    await chain.verify()


async def replay_all(chain: Chain, consumer: Consumer) -> None:
    for place in await standing(chain.pool):
        assert (await consumer.replay().run(place)).failure is None
