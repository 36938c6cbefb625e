"""Who gives out positions: an advisory lock and the head of the index, or a counter row. Run in turn: A B A B …"""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import product
from pathlib import Path

import asyncpg

from tests.benchmarks import pgbench
from tests.benchmarks.bench import Bench, require_whole
from tests.benchmarks.figures import Line, Report, Sample, line_of
from tests.benchmarks.writers import Writers
from tests.databases import Database

NAME = "position"
LEVELS = (1, 8, 64, 256)
CLIENTS = (1, 8, 32)
LOCK, COUNTER = "lock + head read", "counter row"
_COUNTER_ROW = Path(__file__).with_name("counter_row.sql")
_HELD_LEVEL = 8
_HELD_SAMPLES = 8

Sides = dict[str, tuple[Database, Writers]]


async def run(bench: Bench) -> Report:
    async with AsyncExitStack() as parts:
        sides = {what: await parts.enter_async_context(_side(bench, what)) for what in (LOCK, COUNTER)}
        lines = await _in_turn(bench, sides)
        lines += await _one_by_one(bench, sides)
        held = await _with_a_snapshot_held(bench, sides)
        bloat = {what: await _pages(database) for what, (database, _) in sides.items()}
    return _report(lines, held, bloat)


@asynccontextmanager
async def _side(bench: Bench, what: str) -> AsyncIterator[tuple[Database, Writers]]:
    async with bench.log() as (database, log):
        if what == COUNTER:
            await _take_the_place(database.owner)
        writers = Writers(log.store, "0")
        await writers.prepare(10)
        await writers.rush(8, 1.0)
        yield database, writers
        await require_whole(database)


async def _take_the_place(owner: str) -> None:
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute(_COUNTER_ROW.read_text("utf-8"))
    finally:
        await connection.close()


async def _in_turn(bench: Bench, sides: Sides) -> list[Line]:
    samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    for number in range(bench.rounds):
        for level in LEVELS:
            for what in (LOCK, COUNTER) if number % 2 == 0 else (COUNTER, LOCK):
                said = f"{NAME}: round {number + 1} of {bench.rounds}, {what}, {level}"
                measure = partial(sides[what][1].rush, level, bench.seconds)
                samples[what, level].append(await bench.take(said, measure))
    return [Line(what=what, level=level, samples=taken) for (what, level), taken in sorted(samples.items())]


async def _one_by_one(bench: Bench, sides: Sides) -> list[Line]:
    """Without batches: every client of pgbench calls `append_one` by itself, as many processes with a command each would."""
    samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    for number, clients, what in product(range(bench.rounds), CLIENTS, sides):
        said = f"{NAME}: round {number + 1} of {bench.rounds}, pgbench, {what}, {clients}"
        measure = partial(pgbench.run, sides[what][0].app, pgbench.APPEND, clients, bench.seconds)
        samples[f"{what}, one by one", clients].append(await bench.take(said, measure))
    return [Line(what=what, level=clients, samples=taken) for (what, clients), taken in sorted(samples.items())]


async def _with_a_snapshot_held(bench: Bench, sides: Sides) -> list[Line]:
    """A backup's REPEATABLE READ transaction stays open in each database: what the counter row leaves behind cannot be cleaned."""
    samples: dict[str, list[Sample]] = defaultdict(list)
    async with AsyncExitStack() as snapshots:
        for database, _ in sides.values():
            await snapshots.enter_async_context(_snapshot(database))
        for number in range(_HELD_SAMPLES):
            for what, (_, writers) in sides.items():
                said = f"{NAME}: snapshot held, {number + 1} of {_HELD_SAMPLES}, {what}"
                samples[what].append(await bench.take(said, partial(writers.rush, _HELD_LEVEL, bench.seconds)))
    return [Line(what=f"{what}, snapshot held", level=_HELD_LEVEL, samples=taken) for what, taken in samples.items()]


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[None]:
    connection = await asyncpg.connect(database.admin)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.fetchval("select count(*) from events")
            yield
    finally:
        await connection.close()


async def _pages(database: Database) -> int:
    """Pages of the counter row's table; 0 where there is none."""
    connection = await asyncpg.connect(database.admin)
    try:
        size = await connection.fetchval("select coalesce(pg_relation_size(to_regclass('public.feed_counter')), 0)")
    finally:
        await connection.close()
    return int(size) // 8192


def _report(lines: list[Line], held: list[Line], pages: dict[str, int]) -> Report:
    ratios = {
        f"{LOCK} / {COUNTER}, {level} at once": line_of(lines, LOCK, level).rate / line_of(lines, COUNTER, level).rate
        for level in LEVELS
    }
    for line in held:
        first, last = line.samples[0].rate, line.samples[-1].rate
        ratios[f"{line.what}: last sample / first"] = last / first
        plain = next(each for each in lines if line.what.startswith(each.what) and each.level == line.level)
        ratios[f"{line.what}: median / without"] = line.rate / plain.rate
    return Report(
        title="Who gives out positions",
        unit="commands/s",
        level="at once",
        lines=[*lines, *held],
        ratios=ratios,
        facts={"pages of the counter row's table at the end": pages[COUNTER]},
    )
