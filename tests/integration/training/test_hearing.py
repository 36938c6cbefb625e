"""The network's practices are heard of through a real Kafka; what happened here is told there, without names or notes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from contracts.event import PublicEvent
from contracts.referral import PcnConfiguredV1, Practice
from contracts.training import (
    ConfidenceRecordedV1,
    ConsultationLoggedV1,
    TrainingAttendedV1,
    TrainingSessionHeldV1,
    TrainingSessionScheduledV1,
)
from services.kit.record import Recorded
from services.kit.testing import NOW
from services.training.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.sites import problem, said
from tests.integration.training.conftest import CONSULTATION, VISITOR, A, Site, open_site
from tests.support import Issuer, published, tell

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer, kafka: str) -> AsyncIterator[Site]:
    """The service with every role at work, and no network heard of."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project", "consume", "relay", kafka=kafka):
        yield opened


def configured(version: int, *codes: str) -> Recorded[PublicEvent]:
    fact = PcnConfiguredV1(
        pcn_ods_code=A,
        name="Northfield",
        practices=[Practice(ods_code=code, name=f"Practice {code}") for code in codes],
        care_strands=["universal"],
        waiting_threshold_days=28,
        configured_at=NOW - timedelta(days=10 - version),
    )
    return said(fact, f"pcn-{A}", version)


async def test_practices_are_heard_of_and_training_is_told(site: Site, kafka: str) -> None:
    refused = await site.ask("POST", f"/pcns/{A}/consultations", CONSULTATION)
    assert problem(refused)["slug"] == "practice-unknown"

    await tell(kafka, configured(1, "X00001"), configured(2, "X00001", "X00002"), configured(1, "X00001"))
    await site.heard(f"pcn-{A}", 2)
    consulted = await site.done("POST", f"/pcns/{A}/consultations", {**CONSULTATION, "note": "Marker."})
    confidence = [{"objective": "ask-about-mood", "before": 2, "after": 4}]
    [attendee_id] = await site.train({**VISITOR, "confidence": confidence})
    [session] = await site.done("GET", f"/pcns/{A}/training-sessions")
    stream = f"training-session-{session['training_session_id']}"

    told = await published(kafka, "perinatal.training.events", {consulted["stream"], stream}, 5)
    [logged] = [each for each in told if each.stream == consulted["stream"]]
    assert isinstance(logged.event, ConsultationLoggedV1)
    assert (logged.tenant, logged.event.consultation_id) == (A, consulted["id"])
    of_session = [each for each in told if each.stream == stream]
    assert [type(each.event) for each in of_session] == [
        TrainingSessionScheduledV1,
        TrainingSessionHeldV1,
        TrainingAttendedV1,
        ConfidenceRecordedV1,
    ]
    assert [(each.version, each.previous) for each in of_session] == [(1, 0), (2, 1), (3, 2), (4, 3)]
    assert of_session[2].event.attendee_id == attendee_id  # type: ignore[attr-defined]
    assert not [each for each in told if b"Vera" in each.event.data() or b"Marker" in each.event.data()]
    assert len(await site.events(f"pcn-{A}")) == 2
