"""The clock is fed by the other services through a real Kafka: in any order, more than once, before the referral too."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.outcomes import MeasureRecordedV1
from contracts.referral import WaitAdvancedV1, WaitStoppedV1
from contracts.scheduling import SessionAttendedV1, SessionMissedV1
from services.kit.record import Recorded
from services.kit.testing import NOW, eventually
from services.referral.domain.events import WaitAdvanced, WaitRevised, WaitStopped
from services.referral.domain.waiting_rule import PARTS
from services.referral.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.referral.conftest import A, Site, open_site
from tests.integration.sites import said
from tests.support import Issuer, published, tell

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

RECEIVED = NOW - timedelta(days=10)


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer, kafka: str) -> AsyncIterator[Site]:
    """The service with every role at work."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project", "consume", "relay", kafka=kafka):
        yield opened


def attended(person_id: str, days: int, *activities: str, appointment: str = "", **changes: Any) -> Recorded[Any]:
    """Seen so many days after receipt."""
    appointment = appointment or str(uuid4())
    fields = {
        "kind": "appointment",
        "appointment_id": appointment,
        "person_id": person_id,
        "attendance_status": "5",
        "consultation_mechanism": "01",
        "activities": list(activities),
        "others_present": [],
        "party_size": 1,
        "attended_at": RECEIVED + timedelta(days=days),
    }
    return said(SessionAttendedV1(**{**fields, **changes}), f"appointment-{appointment}", 1)


def taken_back(person_id: str, appointment: str) -> Recorded[Any]:
    fact = SessionMissedV1(
        kind="appointment",
        appointment_id=appointment,
        person_id=person_id,
        attendance_status="3",
        missed_at=NOW,
        supersedes_version=1,
    )
    return said(fact, f"appointment-{appointment}", 2)


def measured(person_id: str, days: int) -> Recorded[Any]:
    fact = MeasureRecordedV1(
        measure_id=str(uuid4()),
        person_id=person_id,
        instrument="epds",
        instrument_version="1",
        scores={"total": 12.0},
        items_answered=10,
        complete=True,
        collection_point="baseline",
        completed_on=(RECEIVED + timedelta(days=days)).date(),
        recorded_at=NOW,
    )
    return said(fact, f"record-{person_id}", 1)


async def clock(site: Site, referral_id: str) -> dict[str, Any]:
    answer = await site.ask("GET", f"/pcns/{A}/referrals/{referral_id}")
    explained: dict[str, Any] = answer.json()["clock"]
    return explained


async def until(site: Site, referral_id: str, **wanted: Any) -> dict[str, Any]:
    """The clock, once it says this."""

    async def says() -> bool:
        explained = await clock(site, referral_id)
        return all(explained[name] == value for name, value in wanted.items())

    await eventually(says, within=30, what=f"{wanted} on the clock")
    return await clock(site, referral_id)


async def refer(site: Site, person_id: str) -> str:
    return await site.refer(person_id, received_at=RECEIVED.isoformat())


async def test_the_clock_explains_itself_at_each_step_and_stops(site: Site, kafka: str) -> None:
    person_id = await site.register()
    referral_id = await refer(site, person_id)
    await until(site, referral_id, missing_parts=list(PARTS), status="running")
    await tell(kafka, attended(person_id, 3, referral_id=referral_id))
    await until(site, referral_id, missing_parts=["baseline_measure", "assessment", "plan_or_intervention"])
    await tell(kafka, attended(person_id, 6, "assessment", "care_plan"))
    await until(site, referral_id, missing_parts=["baseline_measure"], status="running")
    await tell(kafka, measured(person_id, 7))
    explained = await until(site, referral_id, status="stopped")
    assert (explained["why"], explained["days"], explained["missing_parts"]) == ("complete", 7, [])
    assert (explained["rule_version"], explained["due_on"]) == ("four-week-2024", "2026-06-19")
    waiting = (await site.ask("GET", f"/pcns/{A}/waiting-list")).json()
    assert referral_id not in {row["referral_id"] for row in waiting}


async def test_what_came_before_the_referral_and_before_the_person_is_not_lost(site: Site, kafka: str) -> None:
    """The facts of somebody not registered here yet are kept under their id, and a later referral knows them."""
    person_id = await site.register()
    await tell(kafka, measured(person_id, -5), attended(person_id, 0, "assessment", "medication"))
    await site.heard(f"wait-facts-{person_id}", 2)
    referral_id = await refer(site, person_id)
    explained = await clock(site, referral_id)
    assert (explained["status"], explained["why"], explained["days"]) == ("stopped", "complete", 0)

    stranger = str(uuid4())
    await tell(kafka, measured(stranger, 1))
    await site.heard(f"wait-facts-{stranger}", 1)


async def test_any_order_and_any_repetition_end_the_same(site: Site, kafka: str) -> None:
    chance, clocks = random.Random(20260601), []
    first_contact, assessment, plan = (f"{RECEIVED + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (3, 5, 8))
    met = {"first_contact": first_contact, "assessment": assessment, "plan_or_intervention": plan}
    met["baseline_measure"] = "2026-05-27T23:00:00Z"  # A questionnaire has a day: in London it begins then.
    for _ in range(4):
        person_id = await site.register()
        facts = [attended(person_id, 5, "assessment"), attended(person_id, 3), attended(person_id, 8, "care_plan")]
        facts += [measured(person_id, 6)]
        facts += chance.choices(facts, k=4)
        chance.shuffle(facts)
        cut = chance.randrange(len(facts))
        await tell(kafka, *facts[:cut])
        referral_id = await refer(site, person_id)
        await tell(kafka, *facts[cut:])
        parts = [{"part": part, "met_at": met[part]} for part in PARTS]
        clocks.append(await until(site, referral_id, why="complete", days=8, parts=parts))
    assert all({**one, "spell_id": ""} == {**clocks[0], "spell_id": ""} for one in clocks)


async def test_an_attendance_taken_back_sets_the_clock_going_again(site: Site, kafka: str) -> None:
    person_id, appointment = await site.register(), str(uuid4())
    referral_id = await refer(site, person_id)
    came = attended(person_id, 3, "assessment", "care_plan", appointment=appointment)
    await tell(kafka, measured(person_id, 2), came)
    await until(site, referral_id, status="stopped")
    await tell(kafka, taken_back(person_id, appointment))
    explained = await until(site, referral_id, status="running")
    assert explained["missing_parts"] == ["first_contact", "assessment", "plan_or_intervention"]
    events = await site.events(f"referral-{referral_id}")
    kinds = [type(event) for event in events]
    assert (kinds.count(WaitAdvanced), kinds.count(WaitStopped), kinds.count(WaitRevised)) == (4, 1, 1)


async def test_what_the_clock_says_is_published_in_order_and_once(site: Site, kafka: str) -> None:
    person_id = await site.register()
    referral_id = await refer(site, person_id)
    await tell(kafka, attended(person_id, 3, "assessment", "medication"), measured(person_id, 4))
    await until(site, referral_id, status="stopped")
    *_, first, second, third, fourth, stop = await published(
        kafka, "perinatal.referral.events", {f"referral-{referral_id}"}, 7
    )
    advances = [one.event for one in (first, second, third, fourth)]
    assert {event.part for event in advances if isinstance(event, WaitAdvancedV1)} == set(PARTS)
    assert isinstance(stop.event, WaitStoppedV1)
    assert (stop.version, stop.previous) == (7, 6)
