"""Events into rows: `ReadModel.apply` alone, a projector that follows a log from its start, consumers given a full topic.

Of the consumers one folds a trivial read model, the other all of the portal's, as it does live.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property, partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from deploy.local.topics import ensure_topics, read_topics
from services.kit.consumer import Consumer
from services.kit.projector import Projector
from services.kit.read_model import by_tenant
from services.kit.record import Recorded
from services.kit.registry import into
from services.kit.tenancy import TenantPool, set_tenant
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from services.portal.incoming import READ_MODELS
from services.portal.incoming import TOPICS as PORTAL_TOPICS
from services.portal.incoming import parse as parse_public
from services.portal.migrate import MIGRATIONS as PORTAL
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Line, Report, Sample, at_least, sample
from tests.benchmarks.journey import new_place
from tests.benchmarks.profiles import Profile
from tests.benchmarks.rebuild import TOPICS, publish
from tests.benchmarks.relay import drain
from tests.benchmarks.toy import NOW, SUMS, Log, TakenFact, tenant
from tests.benchmarks.worker import started
from tests.benchmarks.writers import STREAMS, Writers
from tests.databases import Database

NAME = "fold"
PARTS = ("postgres", "kafka")
BATCHES = (1_000, 5_000)
APPLY, PROJECTOR = "ReadModel.apply, a batch of", "projector: log → rows"
CONSUMER, LIVE = "consumer: Kafka → one read model", "consumer: Kafka → all read models of the portal"
_PATIENCE = 120.0
_ACCOUNTS = 20_000
_EVENTS_A_STREAM = 50
_PUBLIC = 60_000


async def run(bench: Bench) -> Report:
    lines = [
        Line(what=APPLY, level=batch, samples=await _rounds(bench, f"{APPLY} {batch}", partial(_apply, bench, batch)))
        for batch in BATCHES
    ]
    async with bench.log() as (database, log):
        bench.tell(f"{NAME}: filling the log")
        await Writers(log.store, "0").prepare(_EVENTS_A_STREAM)
        followed = await _rounds(bench, PROJECTOR, partial(_follow, database, log))
        with (profile := Profile()):
            await _follow(database, log)
        taken = await _rounds(bench, CONSUMER, partial(_take, bench, database, log))
    events = STREAMS * _EVENTS_A_STREAM
    lines += [Line(what=PROJECTOR, level=events, samples=followed), Line(what=CONSUMER, level=events, samples=taken)]
    live, listening = await _portal(bench)
    return Report(
        title="Events into rows",
        unit="events/s",
        level="events",
        lines=[*lines, Line(what=LIVE, level=_PUBLIC, samples=live)],
        goals=[at_least("events/s from Kafka into a read model", lines[-1].rate, 30_000)],
        facts={"profile of the projector": profile.lines(), "profile of the portal's consumer": listening.lines()},
    )


async def _rounds(bench: Bench, what: str, measure: Callable[[], Awaitable[Sample]]) -> list[Sample]:
    return [await bench.take(f"{NAME}: {what}", measure) for _ in range(bench.rounds)]


async def _apply(bench: Bench, batch: int) -> Sample:
    """Batches over 20,000 rows of 8 tenants, each batch one transaction; the times are a batch's."""
    times: list[int] = []
    async with bench.rows() as database:
        pool = await TenantPool.open(database.app)
        until, number = time.monotonic() + bench.seconds, 0
        while time.monotonic() < until:
            events = [_event(number + offset) for offset in range(batch)]
            begun = time.monotonic_ns()
            await _one_batch(pool, events)
            times.append(time.monotonic_ns() - begun)
            number += batch
        await pool.close()
    spent = sum(times) / 1e9
    one = sample(times, spent)
    return Sample(rate=number / spent, count=number, p50=one.p50, p95=one.p95, p99=one.p99)


async def _one_batch(pool: TenantPool, events: Sequence[Recorded[TakenFact]]) -> None:
    async with pool.unscoped() as tx:
        for whose, mine in by_tenant(events).items():
            await set_tenant(tx, whose)
            await SUMS.apply(tx, whose, mine)


async def _follow(database: Database, log: Log) -> Sample:
    """From the first event to the last; the rows lie beside the log, as in a service."""
    connection = await asyncpg.connect(database.admin)
    try:
        await connection.execute("truncate sums, projection_checkpoints")
    finally:
        await connection.close()
    projector = Projector(log.pool, log.store, SUMS, Wakeup(database.app), Progress("projector"))
    begun = time.monotonic()
    while await projector.step():
        pass
    events = await projector.position()
    return Sample(rate=events / (time.monotonic() - begun), count=events)


async def _take(bench: Bench, database: Database, log: Log) -> Sample:
    """From the first event it sees to the last, in a process of its own, into an empty database; joining the group not counted."""
    async with bench.rows() as rows:
        place = await new_place(bench, database, rows, STREAMS * _EVENTS_A_STREAM)
        await drain(place, database, log)
        async with started("consumer", place) as worker:
            await worker.says("seeing")
            begun = time.monotonic()
            await worker.ends()
            seconds = time.monotonic() - begun
    return Sample(rate=place.expected / seconds, count=place.expected)


async def _portal(bench: Bench) -> tuple[list[Sample], Profile]:
    """A third each of people, referrals and measures, as the services publish them."""
    await asyncio.to_thread(ensure_topics, bench.kafka, read_topics(TOPICS))
    bench.tell(f"{NAME}: filling the topics")
    await publish(bench.kafka, _PUBLIC)
    live = await _rounds(bench, LIVE, partial(_listen, bench))
    with (profile := Profile()):
        await _listen(bench)
    return live, profile


class Listening(Consumer):
    """The consumer as it runs, that says when it begins with its first batch and when it has committed its last."""

    begun = 0.0
    left = _PUBLIC

    async def take(self, consumer: Any, records: Any) -> None:
        self.begun = self.begun or time.monotonic()
        await super().take(consumer, records)
        self.left -= len(records)
        if self.left <= 0:
            self.done.set()

    @cached_property
    def done(self) -> asyncio.Event:
        return asyncio.Event()


async def _listen(bench: Bench) -> Sample:
    """All of the portal's topics into an empty database, by a consumer nobody has heard of."""
    async with bench.database(PORTAL) as database:
        pool = await TenantPool.open(database.app)
        consumer = Listening(
            pool,
            name=f"portal-{uuid4().hex[:8]}",
            kafka=bench.kafka,
            topics=PORTAL_TOPICS,
            parse=parse_public,
            work=into(READ_MODELS),
            progress=Progress("consumer"),
        )
        running = asyncio.create_task(consumer.run())
        await asyncio.wait_for(consumer.done.wait(), _PATIENCE)
        seconds = time.monotonic() - consumer.begun
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await pool.close()
    return Sample(rate=_PUBLIC / seconds, count=_PUBLIC)


def _event(number: int) -> Recorded[TakenFact]:
    account = number * 7919 % _ACCOUNTS
    return Recorded(
        event=TakenFact(f"account-{account}", {"total": 13.0}, number),
        tenant=tenant(account),
        stream=f"account-{account}",
        version=number // _ACCOUNTS + 1,
        position=number + 1,
        type="benchmark-taken-1",
        event_id=UUID(int=number),
        occurred_at=NOW,
        recorded_at=NOW,
        actor="benchmark",
    )
