"""`store verify` and `relay verify` see each way in which a log can be broken, and name the place."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.databases import Databases
from deploy.operations.relay import relay_status, republish, verify_relay
from deploy.operations.topic import batches, headers_of, reading
from deploy.operations.verify import verify_store
from services.kit.cloud_events import REPUBLISHED
from tests.databases import Database
from tests.faults.chain import TENANTS, Chain, at_work, make_place
from tests.faults.oracle import administrator, publication

pytestmark = [pytest.mark.postgres, pytest.mark.kafka, pytest.mark.timeout(120)]

BROKEN = {
    "positions": "delete from events where position = 3",
    "versions": "update events set version = 9 where position = 4",
    "outcomes": "delete from commands where position = 2",
    "outcomes ": "update commands set version = 7 where position = 2",
    "answers": "insert into commands (tenant, id, stream, version, position) values ('U00001', gen_random_uuid(), 'a', 99, 1)",
    "append-only": "alter table events disable trigger append_only",
    "append-only ": "grant delete on commands to {app}",
    "security": "alter table commands no force row level security",
    "security ": "create table notes (tenant text, words text)",
    "roles": "alter role {app} bypassrls",
    "roles ": "alter table totals owner to {app}",
    "held": "select store_hold('for-a-test')",
}


@pytest.fixture
async def chain(databases: Databases, keyring: Database, kafka: str, tmp_path: Path) -> AsyncIterator[Chain]:
    """Two streams with four events each, published."""
    chain = await Chain.open(await make_place(databases, keyring, kafka, tmp_path))
    for amount in range(2):
        for stream in ("a", "b"):
            await chain.append(stream, amount, -amount)
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
    yield chain
    await chain.close()


async def broken(database: Database, statement: str) -> None:
    async with administrator(database) as connection:
        await connection.execute("set session_replication_role = replica")
        await connection.execute(statement.format(app=f"{database.name}_app"))


async def compared(chain: Chain, **options: Any) -> set[str]:
    place = chain.place
    found = await verify_relay(place.source.admin, place.kafka, publication(place.topic), **options)
    return {finding.check for finding in found.findings}


async def test_a_log_as_it_should_be(chain: Chain) -> None:
    checked = await verify_store(chain.place.source.admin, "toy")
    assert (checked.events, checked.streams, checked.commands, checked.head) == (8, 2, 4, 8)
    assert checked.findings == []
    assert await compared(chain) == set()


@pytest.mark.parametrize("check", BROKEN)
async def test_what_is_broken_is_found(chain: Chain, check: str) -> None:
    await broken(chain.place.source, BROKEN[check])
    checked = await verify_store(chain.place.source.admin, "toy")
    assert check.strip() in {finding.check for finding in checked.findings}
    assert all(finding.place for finding in checked.findings)


async def test_an_event_that_was_said_to_be_published_and_was_not(chain: Chain) -> None:
    await chain.append("a", 5)
    assert await compared(chain) == set()
    assert await compared(chain, up_to=9) == {"missing"}
    await broken(chain.place.source, "update relay set position = 9")
    assert await compared(chain) == {"missing"}


async def send(chain: Chain, change: dict[str, str], value: bytes | None = None, key: bytes | None = None) -> None:
    """The last event of stream `a` once more, with something changed about it."""
    async with reading(chain.place.kafka, [chain.place.topic]) as consumer:
        records = [record async for batch in batches(consumer) for record in batch]
    last = max((r for r in records if r.key == b"a"), key=lambda r: headers_of(r)["ce_sequence"])
    headers = [(name, text.encode()) for name, text in {**headers_of(last), **change}.items()]
    async with AIOKafkaProducer(bootstrap_servers=chain.place.kafka) as producer:
        await producer.send_and_wait(
            last.topic, value or last.value, key=key or last.key, headers=headers, partition=last.partition
        )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, set()),
        ({"ce_source": "somebody else"}, set()),
        ({"ce_position": "99"}, {"unknown"}),
        ({"ce_id": "00000000-0000-7000-8000-000000000000"}, {"unknown"}),
        ({"ce_time": "2020-01-01T00:00:00+00:00"}, {"content"}),
        ({"ce_sequence": "0000000009"}, {"content", "order"}),
    ],
)
async def test_a_record_that_should_not_be_there(chain: Chain, change: dict[str, str], found: set[str]) -> None:
    await send(chain, change)
    assert await compared(chain) == found


async def test_a_record_that_says_something_else(chain: Chain) -> None:
    await send(chain, {}, value=orjson.dumps({"account_id": "a", "amount": 1000}))
    assert await compared(chain) == {"content"}


async def test_a_record_with_another_key(chain: Chain) -> None:
    await send(chain, {}, key=b"b")
    assert "key" in await compared(chain)


async def test_a_record_from_before_a_field_was_added_says_the_same(chain: Chain) -> None:
    await send(chain, {}, value=orjson.dumps({"account_id": "a"}))
    found = await verify_relay(chain.place.source.admin, chain.place.kafka, publication(chain.place.topic))
    assert (found.older, found.findings) == (1, [])


async def test_publishing_again_is_marked_and_takes_nobody_by_surprise(chain: Chain) -> None:
    place, toy = chain.place, publication(chain.place.topic)
    await chain.append("c", 1, tenant=TENANTS[1])
    async with at_work(chain.relay(), chain.consumer()):
        await chain.arrived()
        options = {"first": 1, "last": 9, "tenant": TENANTS[1]}
        assert await republish(place.source.admin, place.kafka, toy, **options, dry_run=True) == 1
        assert await republish(place.source.admin, place.kafka, toy, first=1, last=4) == 4
        await chain.append("a", 9)
        await chain.arrived()
    seen = await chain.verify(sent_again=True)
    assert seen.duplicates == 4
    async with reading(place.kafka, [place.topic]) as consumer:
        records = [record async for batch in batches(consumer) for record in batch]
    assert sum(REPUBLISHED in headers_of(record) for record in records) == 4


async def test_the_status_says_where_everything_is(chain: Chain) -> None:
    status = await relay_status(chain.place.source.admin, chain.place.kafka, publication(chain.place.topic))
    assert (status.head, status.published, status.lag, status.newest, status.open) == (8, 8, 0, 8, True)
    await chain.append("a", 5)
    status = await relay_status(chain.place.source.admin, chain.place.kafka, publication(chain.place.topic))
    assert (status.head, status.lag, status.newest) == (9, 1, 8)
