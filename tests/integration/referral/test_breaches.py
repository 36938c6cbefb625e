"""A wait that is past due is breached once, however many workers look, and nobody is late whose facts are known."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from cryptography.exceptions import InvalidTag

from services.kit.command import utc_now
from services.kit.watchdog import Watchdog
from services.referral.breaches import BreachWorker
from services.referral.domain.calendar import day_began, london_date
from services.referral.domain.events import ContactNoted, MeasureNoted, WaitBreached, WaitStarted, WaitStopped
from services.referral.domain.wait_facts import Note
from services.referral.domain.waiting_rule import PARTS
from services.referral.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.referral.conftest import A, B, Site, open_site
from tests.integration.sites import problem
from tests.support import Issuer

LONG_AGO = timedelta(days=40)


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    """By the real clock; the service's own worker waits for longer than the test."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(
        database, keyring, issuer, "project", clock=utc_now, breach_check_seconds=60.0, breach_grace_seconds=3600.0
    ):
        yield opened


def worker(site: Site, grace: float = 0.0) -> BreachWorker:
    return BreachWorker(
        application=site.application,
        pool=site.pool,
        progress=Watchdog().watch("breaches"),
        every_seconds=60.0,
        grace_seconds=grace,
        clock=utc_now,
    )


async def referred(site: Site, pcn: Any = A, ago: timedelta = LONG_AGO) -> tuple[str, str]:
    person_id = await site.register(pcn)
    received = day_began(london_date(utc_now()) - ago)
    return person_id, await site.refer(person_id, pcn, received_at=received.isoformat())


def seen(person_id: str, at: datetime) -> ContactNoted:
    return ContactNoted(
        person_id=person_id,
        contact_id=str(uuid4()),
        told=2,
        referral_id=None,
        kind="appointment",
        attendance_status="5",
        consultation_mechanism="01",
        activities=("assessment", "care_plan"),
        occurred_at=at,
    )


def measured(person_id: str, at: datetime) -> MeasureNoted:
    return MeasureNoted(
        person_id=person_id,
        measure_id=str(uuid4()),
        told=2,
        collection_point=None,
        scored=True,
        completed_on=at.date(),
        occurred_at=at,
    )


async def test_two_workers_at_once_breach_a_wait_once_in_each_network(site: Site) -> None:
    (_, one), (_, other) = await referred(site, A), await referred(site, B)
    await asyncio.gather(worker(site).step(), worker(site).step())
    for pcn, referral_id in ((A, one), (B, other)):
        _, started, *rest = await site.events(f"referral-{referral_id}", pcn)
        assert isinstance(started, WaitStarted)
        assert rest == [
            WaitBreached(
                referral_id=referral_id,
                person_id=started.person_id,
                spell_id=referral_id,
                missing_parts=PARTS,
                due_on=started.due_on,
                rule_version="four-week-2024",
                occurred_at=day_began(started.due_on + timedelta(days=1)),
            )
        ]


async def test_it_is_on_the_list_as_breached_and_not_looked_at_again(site: Site) -> None:
    _, referral_id = await referred(site)
    await worker(site).step()
    recorded = await site.store.load(A, f"referral-{referral_id}")
    await site.caught_up(recorded[-1].position)
    [row] = [
        row for row in (await site.ask("GET", f"/pcns/{A}/waiting-list")).json() if row["referral_id"] == referral_id
    ]
    assert (row["breached"], row["days_left"], row["missing_parts"]) == (True, -12, list(PARTS))
    assert await worker(site).step() == 0


async def test_who_is_not_due_or_only_just_known_is_left_alone(site: Site) -> None:
    _, today = await referred(site, ago=timedelta(days=1))
    _, loaded = await referred(site)
    await worker(site, grace=600).step()
    for referral_id in (today, loaded):
        assert len(await site.events(f"referral-{referral_id}")) == 2


async def test_what_is_known_is_counted_before_anybody_is_called_late(site: Site) -> None:
    """The facts are kept, but the count that should have followed never came: as after the end of a process between the two."""
    person_id, referral_id = await referred(site)
    in_time = utc_now() - timedelta(days=30)
    for fact in (seen(person_id, in_time), measured(person_id, in_time)):
        await site.application.facts.handle(A, Note(fact=fact), command_id=uuid4(), actor="test")
    await worker(site).step()
    events = await site.events(f"referral-{referral_id}")
    assert [event.why for event in events if isinstance(event, WaitStopped)] == ["complete"]
    assert not any(isinstance(event, WaitBreached) for event in events)


async def test_a_worker_that_is_refused_goes_on_to_the_next(site: Site) -> None:
    """One row is wrongly early; the referral itself knows better, and the other family is still noted."""
    _, early = await referred(site, ago=timedelta(days=1))
    _, late = await referred(site)
    yesterday = london_date(utc_now()) - timedelta(days=400)
    async with site.pool.scope(A) as tx:
        await tx.execute("update waiting_list set due_on = $2 where referral_id = $1", early, yesterday)
    await worker(site).step()
    assert len(await site.events(f"referral-{early}")) == 2
    assert isinstance((await site.events(f"referral-{late}"))[-1], WaitBreached)


async def test_a_record_that_cannot_be_read_keeps_nobody_else_waiting(site: Site, keyring: Database) -> None:
    person_id = await site.register()
    since = (utc_now() - LONG_AGO - timedelta(days=1)).isoformat()
    broken = await site.refer(person_id, received_at=since, note="Low since birth.")
    _, late = await referred(site)
    administrator = await asyncpg.connect(keyring.admin)
    await administrator.execute("update subject_keys set wrapped = $2 where subject = $1", person_id, bytes(60))
    await administrator.close()
    site.store.forget(A, person_id)
    with pytest.raises(InvalidTag):
        await site.events(f"referral-{broken}")
    await worker(site).step()
    assert isinstance((await site.events(f"referral-{late}"))[-1], WaitBreached)


async def test_the_warning_before_a_breach_is_a_query(site: Site) -> None:
    _, soon = await referred(site, ago=timedelta(days=25))
    _, far = await referred(site, ago=timedelta(days=2))
    rows = (await site.ask("GET", f"/pcns/{A}/waiting-list?due_within=7")).json()
    listed = {row["referral_id"] for row in rows}
    assert soon in listed
    assert far not in listed
    assert all(0 <= row["days_left"] <= 7 for row in rows)
    assert problem(await site.ask("GET", f"/pcns/{A}/waiting-list?due_within=-1"))["slug"] == "request-invalid"
