"""Store → relay → Kafka → consumer → read model, on the real parts: nothing lost, nothing double, order kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.kit import consumer
from services.kit.delivery import SUBSCRIBED
from services.kit.record import Recorded
from services.kit.registry import into
from services.kit.tenancy import TenantId, Tx
from tests.faults.chain import NOW, TENANTS, Chain, at_work
from tests.faults.oracle import administrator
from tests.integration.kit.toy import TOTALS
from tests.integration.kit.toy_log import Opened

A, B, _ = TENANTS


async def amounts(chain: Chain, tenant: TenantId = A) -> dict[str, list[int]]:
    async with chain.pool.scope(tenant) as tx:
        rows = [TOTALS.read(row) for row in await tx.fetch("select * from totals")]
    return {row.account_id: row.amounts for row in rows}


async def test_every_event_arrives_once_and_in_order(chain: Chain) -> None:
    streams = {f"account-{number}": (A, B)[number % 2] for number in range(12)}
    async with at_work(chain.relay(), chain.consumer()):
        for amount in range(25):
            await asyncio.gather(*(chain.append(stream, amount, tenant=whose) for stream, whose in streams.items()))
        await chain.arrived()
    for tenant in (A, B):
        mine = [stream for stream, whose in streams.items() if whose == tenant]
        assert await amounts(chain, tenant) == {stream: list(range(25)) for stream in mine}


async def test_private_events_stay_and_leave_no_gap_behind(chain: Chain) -> None:
    await chain.append("account-1", 1)
    opened = Opened(account_id="account-1", owner="Ann Example", occurred_at=NOW)
    await chain.source.store.append(
        A, "account-1", expected=1, events=[opened], command_id=uuid4(), actor="test", occurred_at=NOW
    )
    await chain.append("account-1", 2)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    assert await amounts(chain) == {"account-1": [1, 2]}


async def test_a_relay_that_died_before_its_checkpoint_sends_again_and_nothing_doubles(chain: Chain) -> None:
    await chain.append("account-1", 1, 2, 3)
    dying = chain.relay(lease_seconds=0.2)
    assert await dying._take() is not None
    await dying._send(await chain.source.store.read_sealed_after(0, 100, ["counted.v1"]))
    await dying._stop_producer()
    async with at_work(chain.relay(lease_seconds=1.0), chain.consumer()):
        await chain.append("account-1", 4)
        await chain.arrived()
    assert await amounts(chain) == {"account-1": [1, 2, 3, 4]}


async def test_a_restart_goes_on_where_the_rows_are(chain: Chain) -> None:
    for amount in (1, 2):
        await chain.append("account-1", amount)
        async with at_work(chain.relay(), chain.consumer()):
            await chain.arrived()
    assert await amounts(chain) == {"account-1": [1, 2]}


async def test_slow_work_does_not_wait_for_partitions_where_nothing_comes(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = into([TOTALS])
    # As long as a quiet partition may keep the broker from answering: longer than this test waits.
    monkeypatch.setattr(consumer, "SUBSCRIBED", {**SUBSCRIBED, "fetch_max_wait_ms": 30_000})

    async def slowly(tx: Tx, fresh: Sequence[Recorded[Any]]) -> None:
        await fold(tx, fresh)
        await asyncio.sleep(0.3)

    async with at_work(chain.relay(), chain.consumer(work=slowly)):
        for amount in range(8):
            await chain.append("account-1", amount)
            await asyncio.sleep(0.1)
        await chain.arrived(within=15)
    assert await amounts(chain) == {"account-1": list(range(8))}


async def test_a_lease_from_before_the_clock_was_set_back_keeps_nobody_from_publishing(chain: Chain) -> None:
    """A server that takes over may have a clock that is behind."""
    gone = await chain.relay()._take()
    assert gone is not None
    async with administrator(chain.place.source) as connection:
        await connection.execute("update relay set lease_until = clock_timestamp() + interval '1 hour'")
    assert await chain.relay()._take() == replace(gone, epoch=gone.epoch + 1)
