"""A measure on its way into the portal, on the whole platform as `perinatal up` runs it: a process a service.

Appended to the outcomes service's log by a program beside it, as many a second as wanted, until the portal's rows are committed.
And sent to the service's API as the importer does, until the portal's API answers that it has it.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import httpx2

from deploy.local.stack import PARTS as EVERY_PART
from services.kit.testing import eventually
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Line, Report, Sample, at_most, line_of, sample
from tests.benchmarks.platform import FORM, PCNS, Platform, set_up
from tests.benchmarks.writers import on_time

NAME = "portal"
PARTS = EVERY_PART
LOG, API = "append → committed in the portal", "command to the API → the portal's API has it"
LOG_RATES = (200, 1_000, 2_000)
API_RATES = (20, 50)
_WARM = 2.0
_WATCHED_A_SECOND = 50
_BETWEEN_LOOKS = 0.003
_DONE = "select stream from stream_versions where consumer = 'portal' and tenant = any($1) and stream = any($2)"
_FIRST_DAY = date(2020, 1, 1)
_FORMS = itertools.count()
"""Each form is another one, in every round: the same again would be done before."""


async def run(bench: Bench) -> Report:
    platform = await set_up(bench.stack)
    lines = [
        Line(what=what, level=rate, samples=await _rounds(bench, what, partial(measure, bench, platform, rate)))
        for what, measure, rates in ((LOG, _through_the_log, LOG_RATES), (API, _through_the_api, API_RATES))
        for rate in rates
    ]
    await platform.close()
    return Report(
        title="Append to visible, the whole platform",
        unit="events/s",
        level="a second",
        lines=lines,
        goals=[at_most("p99 ms, append → portal at 1,000/s", line_of(lines, LOG, 1_000).percentile("p99"), 150)],
    )


async def _rounds(bench: Bench, what: str, measure: Callable[[], Awaitable[Sample]]) -> list[Sample]:
    return [await bench.take(f"{NAME}: {what}", measure) for _ in range(bench.rounds)]


class Lookout:
    """Looks every few milliseconds which of the awaited streams are in the portal."""

    def __init__(self, platform: Platform) -> None:
        self._look = platform.look
        self._awaited: dict[str, int] = {}
        self.times: list[tuple[int, int]] = []
        """(due, how long it took), in nanoseconds"""

    def await_(self, stream: str, due: int) -> None:
        self._awaited[stream] = due

    async def run(self) -> None:
        while True:
            if self._awaited:
                rows = await self._look.fetch(_DONE, PCNS, list(self._awaited))
                now = time.monotonic_ns()
                for row in rows:
                    due = self._awaited.pop(row["stream"])
                    self.times.append((due, now - due))
            await asyncio.sleep(_BETWEEN_LOOKS)

    async def nothing_left(self) -> bool:
        return not self._awaited


async def _through_the_log(bench: Bench, platform: Platform, rate: int) -> Sample:
    lookout = Lookout(platform)
    looking = asyncio.create_task(lookout.run())
    begun = time.monotonic_ns()
    tasks = [
        asyncio.create_task(_append(platform, lookout, number, due, watched=number % (rate // _WATCHED_A_SECOND) == 0))
        async for number, due in on_time(rate, _WARM + bench.seconds)
    ]
    await asyncio.gather(*tasks)
    await eventually(lookout.nothing_left, within=60, what="the portal has everything")
    looking.cancel()
    warm = begun + int(_WARM * 1e9)
    found = sample([took for due, took in lookout.times if due > warm], bench.seconds)
    return replace(found, rate=float(rate))


async def _append(platform: Platform, lookout: Lookout, number: int, due: int, *, watched: bool) -> None:
    """One person's first measure: a stream of its own."""
    person = str(uuid4())
    event = replace(platform.template, measure_id=str(uuid4()), person_id=person)
    stream = f"record-{person}"
    if watched:
        lookout.await_(stream, due)
    await platform.store.append(
        PCNS[number % len(PCNS)],
        stream,
        expected=0,
        events=[event],
        command_id=uuid4(),
        actor="benchmark",
        occurred_at=event.occurred_at,
    )


async def _through_the_api(bench: Bench, platform: Platform, rate: int) -> Sample:
    times: list[tuple[int, int]] = []
    headers = {"Authorization": f"Bearer {platform.token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        begun = time.monotonic_ns()
        tasks = [
            asyncio.create_task(_command(platform, http, next(_FORMS), due, times))
            async for _, due in on_time(rate, _WARM + bench.seconds)
        ]
        await asyncio.gather(*tasks)
    warm = begun + int(_WARM * 1e9)
    return sample([took for due, took in times if due > warm], bench.seconds)


async def _command(
    platform: Platform, http: httpx2.AsyncClient, number: int, due: int, times: list[tuple[int, int]]
) -> None:
    pcn, person = platform.people[number % len(platform.people)]
    completed_on = _FIRST_DAY + timedelta(days=number // len(platform.people))
    answer = await http.post(
        f"{platform.addresses['outcomes']}/v1/pcns/{pcn}/measures",
        json={**FORM, "person_id": person, "completed_on": completed_on.isoformat()},
        headers={"Idempotency-Key": str(uuid4())},
    )
    stored = answer.raise_for_status().json()
    seen = await http.get(
        f"{platform.addresses['portal']}/v1/pcns/{pcn}/streams/{stored['stream']}",
        params={"version": stored["version"], "wait": 10},
    )
    if seen.raise_for_status().json()["version"] < stored["version"]:
        raise AssertionError("not in the portal within ten seconds")
    times.append((due, time.monotonic_ns() - due))
