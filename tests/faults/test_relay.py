"""Invariant 5: at least once, in order per stream, however often the relay dies or sleeps."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from prometheus_client import REGISTRY

from services.kit.relay import Lease
from services.kit.testing import eventually
from tests.faults.chain import PATIENCE, Chain, at_work, relay_of
from tests.faults.child import worker
from tests.faults.load import fill
from tests.faults.oracle import administrator, read_topic
from tests.faults.worker import LEASE_SECONDS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


async def lease_of(chain: Chain) -> Lease:
    async with administrator(chain.place.source) as connection:
        return Lease(**await connection.fetchrow("select epoch, position from relay"))


async def test_killed_between_acknowledgement_and_checkpoint(chain: Chain, tmp_path: Path) -> None:
    await fill(chain, 10)
    async with worker("relay", "acknowledged", chain.place, tmp_path / "relay.log") as relay:
        await relay.at("acknowledged")
        await relay.kill()
    assert len(await read_topic(chain.place.kafka, chain.place.topic)) == 240
    assert (await lease_of(chain)).position == 0
    await fill(chain, 5)
    async with at_work(chain.relay(lease_seconds=LEASE_SECONDS), chain.consumer()):
        await fill(chain, 5)
        await chain.arrived()
    await chain.verify(sent_again=True)


async def test_killed_before_anything_was_sent(chain: Chain, tmp_path: Path) -> None:
    await fill(chain, 10)
    async with worker("relay", "read", chain.place, tmp_path / "relay.log") as relay:
        await relay.at("read")
        await relay.kill()
    async with at_work(chain.relay(lease_seconds=LEASE_SECONDS), chain.consumer()):
        await fill(chain, 5)
        await chain.arrived()
    await chain.verify(sent_again=False)


async def test_an_older_epoch_is_shut_out_even_where_the_checkpoint_has_not_moved(chain: Chain, tmp_path: Path) -> None:
    await fill(chain)
    async with worker("relay", "acknowledged", chain.place, tmp_path / "relay.log") as first:
        await first.at("acknowledged")
        first.freeze()
        second = chain.relay(lease_seconds=PATIENCE)
        taken: list[Lease] = []

        async def takes_over() -> bool:
            taken.extend([lease] if (lease := await second._take()) else [])
            return bool(taken)

        await eventually(takes_over, within=PATIENCE, what="the second relay having the lease")
        first.wake()
        await eventually(lambda: given_up(tmp_path / "relay.log"), within=PATIENCE, what="the first one's giving up")
        assert await lease_of(chain) == taken[0] == Lease(epoch=2, position=0)
    async with at_work(chain.consumer()):
        await second.step(taken[0])
        await second._stop_producer()
        await chain.arrived()
    await chain.verify(sent_again=True)


async def test_a_cancellation_that_the_client_library_keeps_to_itself_ends_the_relay_all_the_same(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = AIOKafkaConsumer.stop

    async def cancelled_meanwhile(consumer: AIOKafkaConsumer) -> None:
        relay.cancel()
        await stop(consumer)

    monkeypatch.setattr(AIOKafkaConsumer, "stop", cancelled_meanwhile)
    relay = asyncio.create_task(chain.relay().run())
    done, _ = await asyncio.wait([relay], timeout=PATIENCE)
    assert done
    assert relay.cancelled()


async def test_one_publishes_at_a_time(chain: Chain) -> None:
    leader, waiting = chain.relay(lease_seconds=PATIENCE), chain.relay(lease_seconds=PATIENCE)
    lease = await leader._take()
    assert lease is not None
    assert await waiting._take() is None
    await leader._release(lease)
    assert await waiting._take() == Lease(epoch=lease.epoch + 1, position=0)


async def test_what_waits_is_shown_though_another_leads_or_there_is_no_kafka(chain: Chain) -> None:
    leader, waiting = chain.relay(lease_seconds=PATIENCE), chain.relay()
    await fill(chain, 1)
    lease = await leader._take()
    assert lease is not None
    lease = await leader.step(lease)
    await leader._stop_producer()
    await fill(chain, 1)
    assert await waiting._take() is None
    assert await shown_behind(24)
    await leader._release(lease)
    async with at_work(relay_of(replace(chain.place, kafka="127.0.0.1:9"), chain.source)):
        await fill(chain, 1)
        await eventually(lambda: shown_behind(48), within=PATIENCE, what="the metric telling how many wait")


async def shown_behind(events: int) -> bool:
    return REGISTRY.get_sample_value("perinatal_relay_lag_events") == events


@pytest.mark.parametrize("point", ["read", "acknowledged"])
async def test_a_relay_that_slept_past_its_lease_cannot_move_the_checkpoint(
    chain: Chain, tmp_path: Path, point: str
) -> None:
    await fill(chain, 10)
    async with worker("relay", point, chain.place, tmp_path / "relay.log") as first:
        await first.at(point)
        first.freeze()
        before = await lease_of(chain)
        async with at_work(chain.relay(lease_seconds=LEASE_SECONDS), chain.consumer()):
            await fill(chain, 10)
            await chain.arrived()
            taken_over = await lease_of(chain)
            assert taken_over.epoch == before.epoch + 1
            sent = len(await read_topic(chain.place.kafka, chain.place.topic))
            first.wake()
            if point == "read":
                await eventually(lambda: more_than(chain, sent), within=PATIENCE, what="the woken relay having sent")
            await eventually(lambda: given_up(tmp_path / "relay.log"), within=PATIENCE, what="its giving up")
            await fill(chain, 3)
            await chain.arrived()
        assert first.alive
        assert (await lease_of(chain)).position >= taken_over.position
    await chain.verify(sent_again=True)


async def more_than(chain: Chain, count: int) -> bool:
    return len(await read_topic(chain.place.kafka, chain.place.topic)) > count


async def given_up(log: Path) -> bool:
    return "relay-lease-lost" in await asyncio.to_thread(log.read_text)
