"""Invariant 7 (F19): an event that cannot be handled parks its stream, alone and in order; after the fix the rows are those of a
run that never failed.
"""

import asyncio
import random
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from services.kit.consumer import Consumer
from services.kit.registry import into
from services.kit.replay import Replayed
from services.kit.testing import eventually
from tests.faults import oracle, poison
from tests.faults.chain import PATIENCE, TENANTS, Chain, at_work
from tests.faults.child import worker
from tests.faults.poison import BROKEN, KINDS, MARKER, standing
from tests.integration.kit.toy import TOTALS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

Stream = tuple[str, str]


def broken_consumer(chain: Chain) -> Consumer:
    return chain.consumer(parse=poison.parse_before, work=into([BROKEN]))


def mended_consumer(chain: Chain) -> Consumer:
    return chain.consumer(parse=poison.parse_after, work=into([TOTALS]))


def relay_of(chain: Chain):
    return chain.relay(translate=poison.translate(chain.place.topic))


def story(chance: random.Random) -> dict[Stream, list[int]]:
    """For every tenant a stream with each kind of poison somewhere in it, one with two kinds, and four that are well."""
    written: dict[Stream, list[int]] = {}
    for tenant in TENANTS:
        for bad in [[kind] for kind in KINDS] + [chance.sample(list(KINDS), 2)] + [[]] * 4:
            amounts = [chance.randrange(100) for _ in range(chance.randrange(2, 7))]
            for kind in bad:
                amounts.insert(chance.randrange(len(amounts) + 1), kind)
            written[tenant, f"account-{uuid4()}"] = amounts
    return written


async def append(chain: Chain, written: dict[Stream, list[int]], chance: random.Random) -> None:
    """All streams at once, each in order, in pieces of any size."""

    async def one(tenant: str, stream: str, amounts: list[int]) -> None:
        left = list(amounts)
        while left:
            count = chance.randrange(1, 4)
            await chain.append(stream, *left[:count], tenant=tenant)
            left = left[count:]

    await asyncio.gather(*(one(*stream, amounts) for stream, amounts in written.items()))


def before_poison(amounts: list[int]) -> list[int]:
    first = next((place for place, amount in enumerate(amounts) if amount in KINDS), len(amounts))
    return amounts[:first]


async def rows_of(chain: Chain) -> dict[Stream, list[int]]:
    async with oracle.administrator(chain.place.target) as connection:
        rows = await connection.fetch("select tenant, account_id, amounts from totals")
    return {(row["tenant"], row["account_id"]): row["amounts"] for row in rows}


async def parked_of(chain: Chain) -> dict[Stream, list[int]]:
    """The versions that wait in each stream, in order."""
    async with oracle.administrator(chain.place.target) as connection:
        rows = await connection.fetch("select tenant, stream, sequence from parked_events order by sequence")
    waiting: dict[Stream, list[int]] = defaultdict(list)
    for row in rows:
        waiting[row["tenant"], row["stream"]].append(row["sequence"])
    return dict(waiting)


async def replay_all(chain: Chain) -> list[Replayed]:
    replay = mended_consumer(chain).replay()
    return [await replay.run(place) for place in await standing(chain.pool)]


async def settled(chain: Chain, written: dict[Stream, list[int]]) -> bool:
    """Everything is in or waits."""
    events = sum(map(len, written.values()))
    waiting = sum(map(len, (await parked_of(chain)).values()))
    return await chain.taken() + waiting == events


async def verify(chain: Chain) -> None:
    """Rows and versions are those of a run that never failed, and nothing stands still."""
    events = await oracle.verify_store(chain.place.source, chain.answers)
    async with oracle.administrator(chain.place.target) as connection:
        rows = await connection.fetch("select * from totals")
        versions = await connection.fetch("select * from stream_versions")
    oracle.the_read_model_equals_a_cold_fold(events, rows)
    oracle.nothing_crossed_tenants(events, rows, versions)
    assert await standing(chain.pool) == []
    assert await parked_of(chain) == {}


async def test_poison_of_every_kind_for_every_tenant(chain: Chain, chance: random.Random) -> None:
    written = story(chance)
    async with at_work(relay_of(chain), broken_consumer(chain), broken_consumer(chain)):
        await append(chain, written, chance)
        await eventually(lambda: settled(chain, written), within=PATIENCE, what="all being taken or parked")
        rows, waiting = await rows_of(chain), await parked_of(chain)
    for stream, amounts in written.items():
        came = before_poison(amounts)
        assert rows.get(stream, []) == came, "a stream goes on up to its first poison, and others to their end"
        assert waiting.get(stream, []) == list(range(len(came) + 1, len(amounts) + 1))
    assert await reasons(chain) == {s: KINDS[a[len(before_poison(a))]] for s, a in written.items() if s in waiting}
    more = {stream: [chance.randrange(100) for _ in range(3)] for stream in written}
    async with at_work(relay_of(chain), mended_consumer(chain), mended_consumer(chain)):
        await asyncio.gather(append(chain, more, chance), replay_all(chain), replay_all(chain))
        await replay_all(chain)
        await eventually(lambda: chain._is_in(chain.place.target), within=PATIENCE, what="everything being in")
    await verify(chain)


async def reasons(chain: Chain) -> dict[Stream, str]:
    async with chain.pool.single() as tx:
        rows = await tx.fetch("select tenant, stream, reason from parked_overview()")
    return {(row["tenant"], row["stream"]): row["reason"] for row in rows}


async def test_a_restart_remembers_what_stands_still(chain: Chain, chance: random.Random) -> None:
    written = story(chance)
    async with at_work(relay_of(chain)):
        await append(chain, written, chance)
        async with at_work(broken_consumer(chain)):
            await eventually(lambda: settled(chain, written), within=PATIENCE, what="all being taken or parked")
        standing_before = await standing(chain.pool)
        await append(chain, written, chance)
        both = {stream: amounts * 2 for stream, amounts in written.items()}
        # It could handle them all by now: what stands still waits for its replay nevertheless, so that order is kept.
        async with at_work(mended_consumer(chain)):
            await eventually(lambda: settled(chain, both), within=PATIENCE, what="the new ones being taken or parked")
        assert await standing(chain.pool) == standing_before
    assert all(done.left == 0 and done.failure is None for done in await replay_all(chain))
    await verify(chain)


async def test_a_relay_that_sends_again_doubles_nothing_that_waits(chain: Chain, chance: random.Random) -> None:
    written = story(chance)
    await append(chain, written, chance)
    first = relay_of(chain)
    lease = await first._take()
    assert lease is not None
    events = await chain.source.store.read_sealed_after(0, 1000, ["counted.v1"])
    await first._send(events)
    await first._send(events)
    await first._stop_producer()
    async with at_work(broken_consumer(chain)):
        await eventually(lambda: all_read(chain, 2 * len(events)), within=PATIENCE, what="every record being read")
    assert await rows_of(chain) == {stream: came for stream, a in written.items() if (came := before_poison(a))}
    await replay_all(chain)
    await verify(chain)


async def all_read(chain: Chain, records: int) -> bool:
    async with oracle.administrator(chain.place.target) as connection:
        taken = await connection.fetchval("select sum(next_offset) from consumer_checkpoints")
    return bool(taken == records)


async def test_a_replay_that_is_killed_leaves_it_where_it_was(
    chain: Chain, chance: random.Random, tmp_path: Path
) -> None:
    written = story(chance)
    async with at_work(relay_of(chain), broken_consumer(chain)):
        await append(chain, written, chance)
        await eventually(lambda: settled(chain, written), within=PATIENCE, what="all being taken or parked")
    before = await rows_of(chain), await parked_of(chain)
    async with worker("replay", "applied", chain.place, tmp_path / "log") as killed:
        await killed.at("applied")
        await killed.kill()
    await eventually(lambda: nobody_holds(chain), within=PATIENCE, what="the killed one's connection being gone")
    assert (await rows_of(chain), await parked_of(chain)) == before
    await replay_all(chain)
    await verify(chain)


async def nobody_holds(chain: Chain) -> bool:
    async with oracle.administrator(chain.place.target) as connection:
        idle = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'"
        return bool(await connection.fetchval(idle) == 0)


async def test_it_shows_and_says_nothing_about_anybody(
    chain: Chain, chance: random.Random, caplog: pytest.LogCaptureFixture
) -> None:
    written = story(chance)
    consumer = broken_consumer(chain)
    async with at_work(relay_of(chain), consumer):
        await append(chain, written, chance)
        await eventually(lambda: settled(chain, written), within=PATIENCE, what="all being taken or parked")
        await eventually(lambda: shown(chain), within=PATIENCE, what="the metric telling how many")
    told = "\n".join(f"{each}" for metric in REGISTRY.collect() for each in metric.samples)
    for text in (await poison.everything_parked(chain.place.target), told, caplog.text):
        assert text
        assert not [word for word in (MARKER, "Quillonia", "Testpatient", "943 476 5919") if word in text]
    assert "stream-parked" in caplog.text
    await replay_all(chain)
    async with at_work(consumer):
        await eventually(lambda: shown(chain), within=PATIENCE, what="the metric telling that there are none")
    await verify(chain)


async def shown(chain: Chain) -> bool:
    labels = {"consumer": chain.place.group}
    streams = REGISTRY.get_sample_value("perinatal_parked_streams", labels)
    events = REGISTRY.get_sample_value("perinatal_parked_records", labels)
    waiting = await parked_of(chain)
    return (streams, events) == (len(waiting), sum(map(len, waiting.values())))
