"""Append to visible in a read model of another database: log, relay, Kafka, consumer, each worker a process of its own."""

from functools import partial

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Line, Report, Sample, at_most, line_of
from tests.benchmarks.journey import expected, measure, new_place

NAME = "visible"
PARTS = ("postgres", "kafka")
RATES = (200, 1_000, 2_000)
CHAIN = "append → committed in a read model"


async def run(bench: Bench) -> Report:
    lines = [Line(what=CHAIN, level=rate, samples=await _rounds(bench, rate)) for rate in RATES]
    return Report(
        title="Append to visible, the kit's chain",
        unit="events/s",
        level="a second",
        lines=lines,
        goals=[at_most("p99 ms, append → visible at 1,000/s", line_of(lines, CHAIN, 1_000).percentile("p99"), 150)],
    )


async def _rounds(bench: Bench, rate: int) -> list[Sample]:
    said = f"{NAME}: {rate} events/s"
    return [await bench.take(said, partial(_once, bench, rate)) for _ in range(bench.rounds)]


async def _once(bench: Bench, rate: int) -> Sample:
    async with bench.log() as (database, log), bench.rows() as rows:
        place = await new_place(bench, database, rows, expected(bench, rate))
        return await measure(bench, log, place, ("relay", "consumer"), rate)
