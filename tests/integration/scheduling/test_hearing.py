"""Who is registered is heard of through a real Kafka; ours goes out one fact a message, without a word anybody wrote."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.scheduling import AppointmentBookedV1, AppointmentCancelledV1, SessionAttendedV1
from services.kit.testing import NOW
from services.scheduling.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.scheduling.conftest import A, Site, booking, open_site
from tests.integration.sites import registered
from tests.support import Issuer, published, tell

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer, kafka: str) -> AsyncIterator[Site]:
    """The service with every role at work."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project", "consume", "relay", kafka=kafka):
        yield opened


async def test_a_booking_waits_for_its_person_and_is_then_published(site: Site, kafka: str) -> None:
    body = booking(str(uuid4()))
    refused = await site.ask("POST", "/appointments", body)
    assert (refused.status_code, refused.json()["slug"], refused.json()["field"]) == (
        404,
        "person-unknown",
        "person_id",
    )

    await tell(kafka, registered(body["person_id"]), registered(body["person_id"]))
    await site.heard(f"person-{body['person_id']}", 1)
    answer = await site.post("/appointments", body)
    note = "Rang, has a cold."
    await site.post(f"/appointments/{answer['id']}/cancel", {"cancelled_by": "patient", "reason": note})

    one, other = await published(kafka, "perinatal.scheduling.events", {answer["stream"]}, 2, never="diary-")
    assert isinstance(one.event, AppointmentBookedV1)
    assert (one.event.person_id, one.tenant, one.version, one.previous) == (body["person_id"], A, 1, 0)
    assert isinstance(other.event, AppointmentCancelledV1)
    assert (other.event.attendance_status, other.version, other.previous) == ("2", 2, 1)
    assert note.encode() not in other.event.data()
    assert len(await site.events(f"person-{body['person_id']}")) == 1


async def test_a_register_is_published_party_by_party(site: Site, kafka: str) -> None:
    session_id = await site.session()
    place = await site.post(f"/group-sessions/{session_id}/places", {"party_size": 2})
    site.clock.now = NOW + timedelta(days=8)
    register = {
        "attended": [{"place_id": place["id"], "people": 2}],
        "drop_ins": [{"people": 1}, {"people": 3}],
        "language": "en",
    }
    await site.post(f"/group-sessions/{session_id}/hold", register)

    facts = await published(kafka, "perinatal.scheduling.events", {f"session-{session_id}"}, 6, never="diary-")
    assert [type(fact.event).__name__ for fact in facts] == [
        *("SessionScheduledV1", "PlaceBookedV1", *["SessionAttendedV1"] * 3, "SessionHeldV1"),
    ]
    came = [fact.event for fact in facts if isinstance(fact.event, SessionAttendedV1)]
    assert [(each.place_id, each.party_size) for each in came] == [(place["id"], 2), (None, 1), (None, 3)]
    assert [fact.previous for fact in facts] == [0, 1, 2, 3, 4, 5]
