"""A read model that is made from Kafka, built anew by several processes: one reads, the others fold."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from deploy.local.databases import Databases
from services.kit.rebuild import records, run
from services.kit.rebuild.copies import CannotRead, Compared
from services.kit.rebuild.crew import Members
from services.kit.rebuild.topics import Topics
from services.kit.replay import Place as Stream
from tests.faults.chain import TENANTS, Chain, at_work, make_place
from tests.faults.load import fill
from tests.integration.kit import taking_part
from tests.integration.kit.accounts import left_over, rebuilding
from tests.integration.kit.test_rebuild_topics import (
    changed,
    failing_on,
    feed_of,
    forget_beginning,
    send_again,
    totals,
    until_sent,
    until_taken,
)
from tests.integration.kit.toy import TOTALS
from tests.support import Database

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


@pytest.fixture
async def chain(
    databases: Databases, keyring: Database, kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Chain]:
    """As if there were many events, and few of them in a batch."""
    monkeypatch.setattr(run, "_WORTH", 0)
    monkeypatch.setattr(records, "_CHUNK", 7)
    chain = await Chain.open(await make_place(databases, keyring, kafka, tmp_path))
    yield chain
    await chain.close()


async def test_the_same_rows_and_every_record_is_counted(chain: Chain) -> None:
    await fill(chain, 10)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    await send_again(chain, 50)
    await fill(chain, 2)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    live = await totals(chain)
    told: list[tuple[int, int]] = []
    assert all(each.equal for each in await rebuilt(chain, source_of(chain), told))
    assert await totals(chain) == live
    assert await left_over(chain.place.target) == ["kept toy.totals", "kept.totals"]
    assert told == sorted(told)
    assert told[-1] == (12 * 24 + 50, 12 * 24 + 50)


async def test_what_is_parked_is_left_out(chain: Chain) -> None:
    await fill(chain, 3)
    broken = chain.consumer(work=failing_on(TENANTS[0], "account-0"))
    async with at_work(chain.relay(), broken):
        await until_taken(chain, 3 * 24)
    live = await totals(chain)
    assert all(each.equal for each in await rebuilt(chain, source_of(chain)))
    assert await totals(chain) == live
    stream = Stream(tenant=TENANTS[0], consumer=chain.place.group, topic=chain.place.topic, stream="account-0")
    await chain.consumer().replay().run(stream)
    assert all(each.equal for each in await rebuilt(chain, source_of(chain)))
    await chain.verify()


async def test_where_kafka_has_lost_the_beginning(chain: Chain) -> None:
    await fill(chain, 10)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    await forget_beginning(chain)
    await fill(chain, 2)
    async with at_work(chain.relay()):
        await until_sent(chain, 12 * 24)
    live = await totals(chain)
    assert all(each.equal for each in await rebuilt(chain, Topics(source_of(chain).told, [feed_of(chain)])))
    assert await totals(chain) == live


async def test_a_record_nobody_can_read_is_named_by_its_place(chain: Chain) -> None:
    await fill(chain, 2)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    live = await totals(chain)
    with pytest.raises(CannotRead, match=rf"^{chain.place.topic}/\d/\d+: ValueError(\n|$)"):
        await rebuilt(chain, source_of(chain), opened=taking_part.unreadable_topic)
    assert await totals(chain) == live
    await changed(chain, "delete from totals")
    assert not all(each.equal for each in await rebuilt(chain, source_of(chain)))
    assert await totals(chain) == live


def source_of(chain: Chain) -> Topics:
    return Topics(taking_part.told(chain.place.kafka, chain.place.topic))


async def rebuilt(
    chain: Chain,
    source: Topics,
    told: list[tuple[int, int]] | None = None,
    opened: taking_part.Opening = taking_part.totals_of_topic,
) -> list[Compared]:
    crew = Members(count=2, dsn=chain.place.target.owner, opened=partial(opened, chain.place.kafka, chain.place.topic))
    heard = [] if told is None else told
    async with rebuilding(
        chain.place.target, source, TOTALS, members=crew, tell=lambda *numbers: heard.append(numbers)
    ) as rebuild:
        await rebuild.build()
        return await rebuild.swap()
