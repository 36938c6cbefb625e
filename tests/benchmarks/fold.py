"""Events into rows: `ReadModel.apply` alone, a projector that follows a log from its start, a consumer given a full topic."""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import asyncpg

from services.kit.projector import Projector
from services.kit.read_model import by_tenant
from services.kit.record import Recorded
from services.kit.tenancy import TenantPool, set_tenant
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Line, Report, Sample, at_least, sample
from tests.benchmarks.journey import new_place
from tests.benchmarks.profiles import Profile
from tests.benchmarks.relay import drain
from tests.benchmarks.toy import NOW, SUMS, Log, TakenFact, tenant
from tests.benchmarks.worker import started
from tests.benchmarks.writers import STREAMS, Writers
from tests.support import Database

NAME = "fold"
PARTS = ("postgres", "kafka")
BATCHES = (1_000, 5_000)
APPLY, PROJECTOR, CONSUMER = "ReadModel.apply, a batch of", "projector: log → rows", "consumer: Kafka → rows"
_ACCOUNTS = 20_000
_EVENTS_A_STREAM = 50


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
    return Report(
        title="Events into rows",
        unit="events/s",
        level="events",
        lines=lines,
        goals=[at_least("events/s from Kafka into a read model", lines[-1].rate, 30_000)],
        facts={"profile of the projector": profile.lines()},
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
