"""Pages as a browser asks for them, with fifty networks of three years: route, queries, other services, presenter, template.

Three networks are loaded through commands, as the demonstration is, and multiplied by SQL. The report is also made of five years
of a large network, as a page and as a PDF.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import asyncpg

from deploy.cli.client import Client
from deploy.demo.character import networks
from deploy.demo.load import load_demonstration
from deploy.local.accounts import accounts_of_pcn
from deploy.local.identity import add_live
from deploy.local.progress import Silent
from deploy.local.services import SERVICES
from deploy.local.stack import PARTS as EVERY_PART
from deploy.local.stack import Stack
from deploy.operations.postgres_tools import admin_of
from deploy.reporting.pdf import as_pdf
from tests.benchmarks import machine
from tests.benchmarks.bench import Bench
from tests.benchmarks.caught_up import caught_up
from tests.benchmarks.figures import Goal, Line, Report, Sample, at_most, sample
from tests.benchmarks.networks import copies, multiply
from tests.benchmarks.visits import Browser, Path, signed_in
from tests.integration.portal.test_report import FIVE_YEARS

NAME = "pages"
PARTS = EVERY_PART
DEMO = True
METHOD = "one sample a page, 24 requests or more"
NETWORKS = 50
AT_ONCE = (1, 4)
COPY, LARGE = "U90000", "U99999"
_GOAL, _REPORT_GOAL, _PDF_GOAL = 100, 1_000, 3_000
_SECONDS = 0.6
_REPORTS = 6
TODAY = datetime.now(UTC).date()
FIRST_DAY = date(2021, 1, 1)
OPERATIONS = "operations"

# The role of who looks, and what they open. A word in braces is the id of one thing after the other.
PAGES: Sequence[tuple[str, str]] = (
    ("clinician", ""),
    ("clinician", "/triage"),
    ("clinician", "/triage/{untriaged}"),
    ("clinician", "/waiting"),
    ("coordinator", "/waiting?part=assessment"),
    ("clinician", "/referrals"),
    ("clinician", "/referrals/{referral}"),
    ("clinician", "/everybody"),
    ("coordinator", "/everybody?page=10"),
    ("clinician", "/people/{person}"),
    ("coordinator", "/people/{person}"),
    ("clinician", "/people/{person}?kind=score"),
    ("clinician", "/people/{person}/details"),
    ("coordinator", "/people/{person}/accesses"),
    ("clinician", "/people/{person}/measures/new"),
    ("clinician", "/people/{person}/appointments/new"),
    ("clinician", "/appointments/{appointment}"),
    ("clinician", "/diary?clinician=everybody&view=day&on={day}"),
    ("clinician", "/diary?clinician=everybody&view=week&on={day}"),
    ("clinician", "/diary/to-record?clinician=everybody"),
    ("coordinator", "/sessions"),
    ("coordinator", "/sessions?when=past"),
    ("coordinator", "/sessions/{session}"),
    ("coordinator", "/training"),
    ("coordinator", "/training/{training}"),
    ("training-lead", "/training/coverage"),
    ("coordinator", "/consultations"),
    ("coordinator", "/community"),
    ("referrer", "/referrals-made"),
    ("referrer", "/refer"),
    ("coordinator", OPERATIONS),
)
OF_A_COPY = (
    "",
    "/triage",
    "/waiting",
    "/referrals",
    "/everybody",
    "/diary?clinician=everybody&view=week&on={day}",
    "/sessions",
    "/training/coverage",
    "/consultations",
)
"""Pages that need no name from a sealed event."""

_IDS = {
    "person": "select person_id from referrals where tenant = $1 order by person_id limit 40",
    "referral": "select referral_id from referrals where tenant = $1 order by referral_id limit 40",
    "untriaged": "select referral_id from referrals where tenant = $1 and status in ('received', 'triaged') limit 40",
    "appointment": "select appointment_id from appointments where tenant = $1 order by appointment_id limit 40",
    "session": "select group_session_id from group_sessions where tenant = $1 order by group_session_id limit 40",
    "training": "select training_session_id from training_sessions where tenant = $1 order by 1 limit 40",
}


async def run(bench: Bench) -> Report:
    loaded = [network.pcn_ods_code for network in networks()]
    facts = await _fill(bench, loaded)
    bench.tell(f"{NAME}: {facts['rows']}")
    lines = await _pages(bench.stack, loaded[0]) + await _of_a_copy(bench.stack)
    report, long = await _report(bench.stack, loaded[0]), await _five_years(bench.stack)
    return Report(
        title=f"Pages, {NETWORKS} networks of three years",
        unit="pages/s",
        level="at once",
        lines=[*lines, *report, *long],
        goals=[
            *(_slowest(lines, at_once) for at_once in AT_ONCE),
            at_most("p95 ms, report of five years as a page", long[0].percentile("p95"), _REPORT_GOAL),
            at_most("p95 ms, report of five years as a PDF", long[1].percentile("p95"), _PDF_GOAL),
        ],
        facts=facts,
    )


async def _fill(bench: Bench, loaded: Sequence[str]) -> dict[str, object]:
    """Everything there is to look at; how many rows that is, and how long it took."""
    stack, begun = bench.stack, time.monotonic()
    bench.tell(f"{NAME}: loading {len(loaded)} networks through commands")
    await asyncio.to_thread(load_demonstration, stack.home, Silent())
    await caught_up(stack)
    bench.tell(f"{NAME}: multiplying them after {time.monotonic() - begun:.0f} s")
    for spec in SERVICES:
        await asyncio.to_thread(stack.supervisor.stop, spec.name)
    rows = await multiply(stack, copies(loaded, NETWORKS))
    await _large(stack)
    for spec in SERVICES:
        stack.supervisor.launch(stack.wiring.service(spec))
    await asyncio.to_thread(stack.supervisor.wait_healthy, [spec.name for spec in SERVICES], 90.0)
    _accounts(stack, COPY, LARGE)
    return {"rows": rows, "seconds to fill": round(time.monotonic() - begun)}


async def _large(stack: Stack) -> None:
    """The network of five years: what its report is made of."""
    connection = await asyncpg.connect(admin_of(stack.wiring.postgres_admin, "portal"), command_timeout=120)
    try:
        for statement in FIVE_YEARS:
            await connection.execute(statement, LARGE)
        await connection.execute("vacuum analyze evidence")
    finally:
        await connection.close()


def _accounts(stack: Stack, *codes: str) -> None:
    """People of the networks that were never brought on."""
    accounts = [each for code in codes for each in accounts_of_pcn(code, stack.wiring.credentials, demo=True)]
    add_live(stack.home, stack.wiring.addresses()["identity"], accounts)


async def _pages(stack: Stack, pcn: str) -> list[Line]:
    """Each page of a network that was loaded, at each level."""
    ids = await _ids(stack, pcn)
    async with AsyncExitStack() as open_browsers:
        browsers = {
            role: await open_browsers.enter_async_context(signed_in(stack, f"{role}.{pcn.lower()}"))
            for role in dict.fromkeys(role for role, _ in PAGES)
        }
        return [
            await _line(browsers[role], f"{role}: {page or '/'}", _paths(pcn, page, ids), at_once)
            for role, page in PAGES
            for at_once in AT_ONCE
        ]


async def _of_a_copy(stack: Stack) -> list[Line]:
    async with signed_in(stack, f"clinician.{COPY.lower()}") as browser:
        return [
            await _line(browser, f"clinician of a copied network: {page or '/'}", _paths(COPY, page, {}), 1)
            for page in OF_A_COPY
        ]


async def _report(stack: Stack, pcn: str) -> list[Line]:
    """What somebody gets who opens the report: the last year of a network that was loaded."""
    async with signed_in(stack, f"coordinator.{pcn.lower()}") as browser:
        return [await _line(browser, "coordinator: /report, a year", lambda _: f"/pcns/{pcn}/report", 1)]


async def _five_years(stack: Stack) -> list[Line]:
    """As a page, and as `perinatal report --format pdf` makes it: asked of the API, then set."""
    last = FIRST_DAY + timedelta(days=5 * 365)
    boxes = "&".join(
        f"{name}-{part}={getattr(day, part)}"
        for name, day in (("from", FIRST_DAY), ("to", last))
        for part in ("day", "month", "year")
    )
    async with signed_in(stack, f"coordinator.{LARGE.lower()}") as browser:
        page = await browser.waits(lambda _: f"/pcns/{LARGE}/report?{boxes}", 1, _SECONDS, least=_REPORTS)
    period = {"from": f"{FIRST_DAY}", "to": f"{last}"}
    with Client(stack.home, "importer") as client:
        pdf = await asyncio.to_thread(_set, client, period)
    return [
        Line(what="report of five years, page", level=1, samples=[page]),
        Line(what="report of five years, PDF", level=1, samples=[pdf]),
    ]


def _set(client: Client, period: Mapping[str, str]) -> Sample:
    before, begun, times = machine.Ticks.now(), time.monotonic(), []
    for _ in range(_REPORTS):
        began = time.monotonic_ns()
        as_pdf(client.get("portal", f"/v1/pcns/{LARGE}/report", period))
        times.append(time.monotonic_ns() - began)
    return replace(sample(times, time.monotonic() - begun), others=round(machine.others_since(before), 3))


async def _ids(stack: Stack, pcn: str) -> dict[str, list[str]]:
    connection = await asyncpg.connect(admin_of(stack.wiring.postgres_admin, "portal"))
    try:
        return {name: [row[0] for row in await connection.fetch(query, pcn)] for name, query in _IDS.items()}
    finally:
        await connection.close()


def _paths(pcn: str, page: str, ids: Mapping[str, Sequence[str]]) -> Path:
    """The nth path: of each id the page names, the nth there is."""

    def path(number: int) -> str:
        named = {name: values[number % len(values)] for name, values in ids.items() if values}
        filled = page.format(day=TODAY, **named)
        return f"/{filled}" if page == OPERATIONS else f"/pcns/{pcn}{filled}"

    return path


async def _line(browser: Browser, what: str, path: Path, at_once: int) -> Line:
    return Line(what=what, level=at_once, samples=[await browser.waits(path, at_once, _SECONDS)])


def _slowest(lines: Sequence[Line], at_once: int) -> Goal:
    """The goal of the page that has the largest p95."""
    line = max((line for line in lines if line.level == at_once), key=lambda line: line.percentile("p95") or 0.0)
    return at_most(f"p95 ms of the slowest page, {at_once} at once: {line.what}", line.percentile("p95"), _GOAL)
