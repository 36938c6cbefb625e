"""Many facts of one person at once, in two processes, and their referral among them: nothing is lost, nothing said twice."""

import asyncio
import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

from services.kit.testing import NOW
from services.referral.application import referral_id_for
from services.referral.domain import stages
from services.referral.domain.clock import Clock, count
from services.referral.domain.commands import ReferralRequest
from services.referral.domain.events import ContactNoted, Fact, MeasureNoted
from services.referral.domain.wait_facts import Note
from services.referral.main import build
from services.referral.settings import ReferralSettings
from tests.databases import Database
from tests.integration.referral.conftest import A, Site
from tests.integration.sites import wiring
from tests.support import Issuer

RECEIVED = NOW - timedelta(days=20)


def contact(person_id: str, day: int, *activities: str, told: int = 1, contact_id: str = "") -> ContactNoted:
    return ContactNoted(
        person_id=person_id,
        contact_id=contact_id or str(uuid4()),
        told=told,
        referral_id=None,
        kind="appointment",
        attendance_status="5",
        consultation_mechanism="01",
        activities=activities,
        occurred_at=RECEIVED + timedelta(days=day),
    )


def measure(person_id: str, day: int) -> MeasureNoted:
    at = RECEIVED + timedelta(days=day)
    return MeasureNoted(
        person_id=person_id,
        measure_id=str(uuid4()),
        told=1,
        collection_point=None,
        scored=True,
        completed_on=at.date(),
        occurred_at=at,
    )


def some_facts(person_id: str) -> list[Fact]:
    visit = str(uuid4())
    return [
        contact(person_id, 9, "care_plan", contact_id=visit),
        contact(person_id, 9, contact_id=visit, told=2),
        contact(person_id, 4),
        contact(person_id, 6, "assessment"),
        contact(person_id, 12, "medication"),
        measure(person_id, 8),
        measure(person_id, 3),
    ]


async def clock_of(site: Site, referral_id: str) -> Clock:
    state = stages.initial()
    for event in await site.events(f"referral-{referral_id}"):
        state = stages.evolve(state, event)  # type: ignore[arg-type]
    assert isinstance(state, stages.Known)
    assert state.clock is not None
    return state.clock


async def test_facts_and_referral_at_once_from_two_processes(site: Site, keyring: Database, issuer: Issuer) -> None:
    other = await build(ReferralSettings(**wiring(site.database, keyring, issuer)), clock=lambda: NOW)
    processes = [site.application, other.app.state.edge.application]
    chance = random.Random(7)
    for _ in range(5):
        person_id, command_id = await site.register(), uuid4()
        facts = some_facts(person_id)
        heard: list[Any] = [
            application.take(A, Note(fact=fact), command_id=uuid4(), actor="test")
            for fact in facts
            for application in processes
        ]
        request = ReferralRequest(
            person_id=person_id, source_of_referral="A4", primary_reason="13", received_at=RECEIVED
        )
        heard.append(processes[0].receive_referral(A, request, command_id=command_id, actor="test"))
        chance.shuffle(heard)
        await asyncio.gather(*heard)
        clock = await clock_of(site, referral_id_for(command_id))
        standing = [fact for fact in facts if fact != facts[0]]
        assert clock.met == count(clock, standing).met
        assert clock.said == clock.stop
    await other.close()
