"""`python -m tests.benchmarks.pages`: lists of 5,000 rows as a browser asks for them: route, query, presenter, template.

The referral service is not there to give names, so that only the portal is measured. Ends with 1 when a list misses its goal.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from deploy.local.stack import Stack
from services.kit.registry import into
from services.kit.tenancy import TenantId, TenantPool, set_tenant
from services.portal.incoming import READ_MODELS
from services.portal.main import MIGRATIONS
from tests.integration.portal.conftest import Portal, portal_on
from tests.support import Issuer, make_database
from tests.unit.portal import scenarios as given
from tests.unit.portal.scenarios import an_id, heard

ROWS = 5_000
TENANT = TenantId("U88888")
PATHS = (
    "/waiting",
    "/waiting?part=assessment&page=100",
    "/triage",
    "/triage?page=150",
    "/everybody",
    "/waiting?due=soon",
)
GOAL = 0.1
"""Seconds, the 95th percentile."""
_AT_ONCE = 500
_WARM, _ROUNDS = 3, 60


async def fill(pool: TenantPool, rows: int = ROWS) -> None:
    """So many families, each with a referral and a clock."""
    work = into(READ_MODELS)
    for start in range(0, rows, _AT_ONCE):
        events = [event for number in range(start, min(rows, start + _AT_ONCE)) for event in _family(number)]
        async with pool.unscoped() as tx:
            await set_tenant(tx, TENANT)
            await work(tx, events)


def _family(number: int) -> Sequence[Any]:
    person, referral = an_id(f"page person {number}"), an_id(f"page referral {number}")
    began = given.RECEIVED - timedelta(hours=number % 900)
    about = {"person_id": person}
    started = given.wait_started(referral, **about, clock_started_at=began, due_on=(began + timedelta(days=28)).date())
    return [
        heard(given.registered(person), f"person-{person}", 1, tenant=TENANT),
        heard(given.received(referral, **about, received_at=began), f"referral-{referral}", 1, tenant=TENANT),
        heard(started, f"referral-{referral}", 2, tenant=TENANT),
    ]


async def seconds(portal: Portal, path: str, rounds: int) -> list[float]:
    """How long each answer took, the quickest first."""
    headers = portal.as_browser(portal.session("clinician", TENANT))
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        response = await portal.client.get(f"/pcns/{TENANT}{path}", headers=headers)
        taken.append(time.perf_counter() - begun)
        response.raise_for_status()
    return sorted(taken)


def percentile(taken: Sequence[float], share: float) -> float:
    return taken[min(len(taken) - 1, int(len(taken) * share))]


async def measure(stack: Stack) -> bool:
    """Whether every list answers within the goal; what each took is printed."""
    issuer, kept = Issuer(), True
    database = await make_database(stack.wiring.databases, MIGRATIONS)
    async with portal_on(database, issuer) as portal:
        await fill(portal.pool)
        for path in PATHS:
            await seconds(portal, path, _WARM)
            taken = await seconds(portal, path, _ROUNDS)
            kept = kept and percentile(taken, 0.95) <= GOAL
            said = f"p50 {percentile(taken, 0.5) * 1000:5.1f} ms  p95 {percentile(taken, 0.95) * 1000:5.1f} ms"
            sys.stdout.write(f"{path:40} {said}\n")
    issuer.close()
    return kept


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pages") as folder:
        stack = Stack(Path(folder), parts=("postgres",), services=(), fast=True)
        stack.start()
        try:
            kept = asyncio.run(measure(stack))
        finally:
            stack.stop()
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
