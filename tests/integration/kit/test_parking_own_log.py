"""A read model of a service's own log parks for itself: over a bug of its fold, or an event nobody can decode."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from services.kit.codec import Codec
from services.kit.event_store import EventStore
from services.kit.parking import EveryStreamFails
from services.kit.privacy import Privacy
from services.kit.projector import Projector
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.replay import Place, Replayed, discard
from services.kit.tenancy import TenantId
from services.kit.testing import eventually
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults.chain import NOW, PATIENCE, at_work
from tests.faults.poison import everything_parked, standing
from tests.integration.kit.toy import TOTALS, TOTALS_TABLE, Total, add
from tests.integration.kit.toy_log import CODEC, STORE, Counted, Opened, Parts, Toy, open_parts

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(90)]

A, B = TenantId("U00001"), TenantId("U00002")
BAD = 13
MARKER = "Quillonia Testpatient"


def add_before(row: Total | None, recorded: Recorded[Any]) -> Total:
    if recorded.event.amount == BAD:
        raise KeyError(MARKER)
    return add(row, recorded)


def upcast_before(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if data.get("amount") == BAD:
        raise ValueError(MARKER)
    return name, data


def counted(recorded: Recorded[Any]) -> str | None:
    return recorded.event.account_id if isinstance(recorded.event, Counted) else None


MENDED: ReadModel[Total, Any] = replace(TOTALS, key_of=counted)
BROKEN = replace(MENDED, evolve=add_before)
TALLIES = replace(MENDED, name="toy.tallies", table="tallies")
BROKEN_CODEC: Codec[Toy] = Codec(
    {"opened.v1": Opened, "counted.v1": Counted}, subject_field="account_id", upcast=upcast_before
)


@pytest.fixture
async def parts(new_database: MakeDatabase, keyring: Database, tmp_path: Path) -> AsyncIterator[Parts]:
    (tmp_path / "0001_totals.sql").write_text(TOTALS_TABLE + TOTALS_TABLE.replace("totals", "tallies"))
    parts = await open_parts(await new_database([*STORE, ("toy", tmp_path)]), keyring)
    yield parts
    await parts.close()


def projector(parts: Parts, model: ReadModel[Total, Any], codec: Codec[Toy] = CODEC) -> Projector[Any, Any]:
    store = EventStore(parts.pool, parts.appender, codec, Privacy(parts.keyring, subject_field="account_id"))
    return Projector(parts.pool, store, model, Wakeup(parts.database.app), Progress("projector"))


async def append(parts: Parts, stream: str, *amounts: int, tenant: TenantId = A) -> None:
    events = [Counted(account_id=stream, amount=amount, occurred_at=NOW) for amount in amounts]
    await parts.store.append(
        tenant, stream, expected=None, events=events, command_id=uuid4(), actor="test", occurred_at=NOW
    )


async def rows(parts: Parts, table: str = "totals", tenant: TenantId = A) -> dict[str, list[int]]:
    async with parts.pool.scope(tenant) as tx:
        return {row["account_id"]: row["amounts"] for row in await tx.fetch(f"select * from {table}")}


async def replayed(parts: Parts, model: ReadModel[Total, Any] = MENDED) -> list[Replayed]:
    return [await projector(parts, model).replay().run(place) for place in await standing(parts.pool)]


async def places(parts: Parts) -> set[tuple[str, str, str]]:
    return {(place.tenant, place.consumer, place.stream) for place in await standing(parts.pool)}


@pytest.mark.parametrize(
    ("model", "codec", "reason"), [(BROKEN, CODEC, "handler-failed"), (MENDED, BROKEN_CODEC, "cannot-be-decoded")]
)
async def test_the_stream_stands_still_and_the_log_goes_on(
    parts: Parts, model: ReadModel[Total, Any], codec: Codec[Toy], reason: str
) -> None:
    broken = projector(parts, model, codec)
    await append(parts, "account-1", 1, BAD, 2)
    await append(parts, "account-1", 1, tenant=B)
    await append(parts, "account-2", 5)
    assert await broken.step() == 5
    await append(parts, "account-1", 3)
    await append(parts, "account-2", 6)
    assert await broken.step() == 2
    assert await rows(parts) == {"account-1": [1], "account-2": [5, 6]}
    assert await rows(parts, tenant=B) == {"account-1": [1]}
    async with parts.pool.single() as tx:
        row = await tx.fetchrow("select tenant, topic, stream, reason, events from parked_overview()")
    assert tuple(row) == (A, "", "account-1", reason, 3)
    assert MARKER not in await everything_parked(parts.database)
    assert await replayed(parts) == [Replayed(applied=3, left=0)]
    await append(parts, "account-1", 4)
    await projector(parts, MENDED).step()
    assert await rows(parts) == {"account-1": [1, BAD, 2, 3, 4], "account-2": [5, 6]}


async def test_another_read_model_of_the_same_log_goes_on(parts: Parts) -> None:
    await append(parts, "account-1", 1, BAD, 2)
    await append(parts, "account-2", 1)
    for model in (BROKEN, TALLIES):
        await projector(parts, model).step()
    assert await rows(parts) == {"account-1": [1], "account-2": [1]}
    assert await rows(parts, "tallies") == {"account-1": [1, BAD, 2], "account-2": [1]}
    assert await places(parts) == {(A, "toy.totals.v1", "account-1")}


async def test_a_restart_remembers_what_stands_still(parts: Parts) -> None:
    await append(parts, "account-1", BAD)
    await append(parts, "account-2", 1)
    await projector(parts, BROKEN).step()
    await append(parts, "account-1", 2)
    await append(parts, "account-2", 2)
    await projector(parts, MENDED).step()
    assert await rows(parts) == {"account-2": [1, 2]}
    assert await replayed(parts) == [Replayed(applied=2, left=0)]
    assert await rows(parts) == {"account-1": [BAD, 2], "account-2": [1, 2]}


async def test_it_is_shown_as_long_as_it_stands_still(parts: Parts) -> None:
    async with at_work(projector(parts, BROKEN)):
        await append(parts, "account-1", BAD, 1)
        await append(parts, "account-2", 1)
        # The metric may still show what an earlier test left.
        await eventually(lambda: any_stands(parts), within=PATIENCE, what="the stream standing still")
        await eventually(lambda: shown(1, 2), within=PATIENCE, what="the metric telling how many")
        await replayed(parts)
        await eventually(lambda: shown(0, 0), within=PATIENCE, what="the metric telling that there are none")


async def test_what_waits_is_shown_while_nothing_can_be_applied(parts: Parts) -> None:
    failing: list[Exception] = []

    def add_unless(row: Total | None, recorded: Recorded[Any]) -> Total:
        if failing:
            raise failing[0]
        return add(row, recorded)

    async with at_work(projector(parts, replace(MENDED, evolve=add_unless))):
        await append(parts, "account-1", 1)
        await eventually(lambda: counts(parts, 1), within=PATIENCE, what="the first event being in")
        failing.append(ConnectionError())
        await append(parts, "account-1", 2, 3)
        await eventually(lambda: shown_behind(2), within=PATIENCE, what="the metric telling how many wait")
        failing.clear()
        await eventually(lambda: shown_behind(0), within=PATIENCE, what="the metric telling that none does")


async def shown_behind(events: int) -> bool:
    return REGISTRY.get_sample_value("perinatal_projection_lag_events", {"projection": "toy.totals"}) == events


async def any_stands(parts: Parts) -> bool:
    return bool(await places(parts))


async def shown(streams: int, events: int) -> bool:
    labels = {"consumer": "toy.totals.v1"}
    names = ("perinatal_parked_streams", "perinatal_parked_records")
    return [REGISTRY.get_sample_value(name, labels) for name in names] == [streams, events]


async def test_replays_beside_each_other_and_beside_the_projector_apply_each_event_once(parts: Parts) -> None:
    streams = [f"account-{number}" for number in range(5)]
    for stream in streams:
        await append(parts, stream, 1, BAD, 2)
    await append(parts, "account-well", 1)
    await projector(parts, BROKEN).step()
    assert len(await places(parts)) == len(streams)
    async with at_work(projector(parts, MENDED)):
        more = [append(parts, stream, amount) for amount in range(3, 9) for stream in streams]
        await asyncio.gather(*(replayed(parts) for _ in range(3)), *more)
        await eventually(lambda: counts(parts, 5 * 9 + 1), within=PATIENCE, what="everything being in or waiting")
        await replayed(parts)
    after = await rows(parts)
    assert {stream: sorted(after[stream]) for stream in streams} == {key: [1, 2, *range(3, 9), BAD] for key in streams}
    assert all(after[stream][:3] == [1, BAD, 2] for stream in streams)
    assert await places(parts) == set()


async def counts(parts: Parts, events: int) -> bool:
    async with parts.pool.single() as tx:
        waiting = await tx.fetchval("select coalesce(sum(events), 0) from parked_overview()")
    return sum(map(len, (await rows(parts)).values())) + int(waiting) == events


async def test_doing_without_lets_the_stream_go_on_after_it(parts: Parts) -> None:
    await append(parts, "account-1", 1, BAD, 2)
    broken = projector(parts, BROKEN)
    await broken.step()
    (place,) = await standing(parts.pool)
    (gone,) = await discard(parts.pool, place, reason="sent by mistake", by="test")
    assert gone.sequence == 2
    assert await replayed(parts, BROKEN) == [Replayed(applied=1, left=0)]
    await append(parts, "account-1", 3)
    await broken.step()
    assert await rows(parts) == {"account-1": [1, 2, 3]}


async def test_when_every_stream_fails_nothing_is_parked(parts: Parts) -> None:
    for number in range(11):
        await append(parts, f"account-{number}", BAD)
    with pytest.raises(EveryStreamFails):
        await projector(parts, BROKEN).step()
    assert await standing(parts.pool) == []
    assert await projector(parts, MENDED).position() == 0
    await append(parts, "account-well", 1)
    await projector(parts, BROKEN).step()
    assert len(await standing(parts.pool)) == 11
    assert await rows(parts) == {"account-well": [1]}


async def test_a_replay_of_what_does_not_stand_still_is_nothing(parts: Parts) -> None:
    nowhere = Place(tenant=A, consumer="toy.totals.v1", topic="", stream="account-1")
    assert await projector(parts, MENDED).replay().run(nowhere) == Replayed(applied=0, left=0)
