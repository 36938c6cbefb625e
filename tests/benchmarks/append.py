"""Single-event commands into the store, beside pgbench doing the same insert and beside the `eventsourcing` package."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from tests.benchmarks import package, pgbench
from tests.benchmarks.bench import Bench, require_whole
from tests.benchmarks.figures import Line, Report, Sample, at_least, at_most, line_of
from tests.benchmarks.writers import Writers

NAME = "append"
LEVELS = (1, 8, 64, 256)
PGBENCH_LEVELS = (1, 8, 32)
PACKAGE_LEVELS = (1, 8, 64)
OURS, INSERT, ONE_BY_ONE = "this store", "pgbench: plain insert", "pgbench: append_one"
PACKAGE = "eventsourcing package"
_CONNECTIONS = 8

Runner = Callable[[int, float], Awaitable[Sample]]


async def run(bench: Bench) -> Report:
    async with AsyncExitStack() as parts:
        runners = [
            (OURS, LEVELS, await parts.enter_async_context(_ours(bench))),
            (INSERT, PGBENCH_LEVELS, await parts.enter_async_context(_pgbench(bench, insert=True))),
            (ONE_BY_ONE, PGBENCH_LEVELS, await parts.enter_async_context(_pgbench(bench, insert=False))),
            *[
                (f"{PACKAGE}, {mode}", PACKAGE_LEVELS, await parts.enter_async_context(_package(bench, mode)))
                for mode in package.MODES
            ],
        ]
        plan = [(number, *runner) for number in range(1, bench.rounds + 1) for runner in runners]
        samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
        for number, what, levels, runner in plan:
            for level in levels:
                said = f"{NAME}: round {number} of {bench.rounds}, {what}, {level}"
                samples[what, level].append(await bench.take(said, partial(runner, level, bench.seconds)))
    lines = [Line(what=what, level=level, samples=taken) for (what, level), taken in samples.items()]
    return _report(lines, {mode: await _passed_over(bench, mode) for mode in package.MODES})


@asynccontextmanager
async def _ours(bench: Bench) -> AsyncIterator[Runner]:
    async with bench.log() as (database, log):
        writers = Writers(log.store, "0")
        await writers.prepare(10)
        await writers.rush(8, 1.0)
        yield writers.rush
        await require_whole(database)


@asynccontextmanager
async def _pgbench(bench: Bench, *, insert: bool) -> AsyncIterator[Runner]:
    async with bench.log() as (database, log):
        await Writers(log.store, "0").prepare(10)
        if insert:
            await pgbench.ready(database.owner)
        dsn, script = (database.owner, pgbench.INSERT) if insert else (database.app, pgbench.APPEND)
        yield lambda clients, seconds: pgbench.run(dsn, script, clients, seconds)


@asynccontextmanager
async def _package(bench: Bench, mode: str) -> AsyncIterator[Runner]:
    async with bench.database([]) as database:
        recorder = package.Recorder(database.owner, mode, _CONNECTIONS)
        await asyncio.to_thread(recorder.rush, 1, 1.0)
        yield lambda writers, seconds: asyncio.to_thread(recorder.rush, writers, seconds)
        recorder.close()


async def _passed_over(bench: Bench, mode: str) -> dict[str, int]:
    """Not a matter of speed: whether somebody who follows the package's log by its ids sees every event."""
    async with bench.database([]) as database:
        recorder = package.Recorder(database.owner, mode, _CONNECTIONS)
        events, missed = await asyncio.to_thread(recorder.passed_over, _CONNECTIONS, bench.seconds)
        recorder.close()
    return {"events": events, "never seen by a reader that follows": missed}


def _report(lines: list[Line], passed_over: dict[str, dict[str, int]]) -> Report:
    ours = line_of(lines, OURS, 64)
    beside = line_of(lines, INSERT, 32)
    best = {mode: _best(lines, f"{PACKAGE}, {mode}") for mode in package.MODES}
    theirs = max(best.values(), key=lambda line: line.rate)
    return Report(
        title="Append: single-event commands into the store",
        unit="commands/s",
        level="at once",
        lines=lines,
        ratios=_ratios(ours, beside, line_of(lines, ONE_BY_ONE, 32), list(best.values())),
        goals=[
            at_least("commands/s, 64 at once", ours.rate, 5_000),
            at_most("p99 ms, 64 at once", ours.percentile("p99"), 15),
            at_most("p50 ms, one alone", line_of(lines, OURS, 1).percentile("p50"), 1),
            at_least("times pgbench's plain insert at 32 clients", ours.rate / beside.rate, 1),
            at_least("times the eventsourcing package at its best", ours.rate / theirs.rate, 10),
        ],
        facts={"psycopg": package.implementation(), "followed by id": passed_over},
    )


def _ratios(ours: Line, insert: Line, one_by_one: Line, package_at_best: list[Line]) -> dict[str, float]:
    beside = {f"{INSERT} at 32 clients": insert, f"{ONE_BY_ONE} at 32 clients": one_by_one}
    beside |= {f"{line.what}, at its best ({line.level} threads)": line for line in package_at_best}
    return {f"this store at 64 / {what}": ours.rate / line.rate for what, line in beside.items()}


def _best(lines: list[Line], what: str) -> Line:
    return max((line for line in lines if line.what == what), key=lambda line: line.rate)
