"""Somebody with appointments was erased: nothing new is arranged or told of them, what is arranged can be cancelled."""

from datetime import timedelta
from uuid import uuid4

from services.kit.testing import NOW
from services.scheduling.domain.person import ForgetPerson
from tests.integration.scheduling.conftest import SESSION, A, Site, booking
from tests.integration.sites import problem

REFUSED = {"status": 409, "slug": "erased", "field": "person_id"}


async def forget(site: Site, person_id: str) -> None:
    # In a whole platform the referral service destroys the key; this one hears of it.
    await site.store.erase(A, person_id)
    gone = ForgetPerson(person_id=person_id, erased_at=NOW)
    await site.application.note_person(A, gone, command_id=uuid4(), actor="test")


async def test_nothing_new_is_arranged(site: Site) -> None:
    person_id = await site.person()
    session_id = await site.session()
    await forget(site, person_id)
    assert problem(await site.ask("POST", "/appointments", booking(person_id))) == REFUSED
    place = {"person_id": person_id, "party_size": 2}
    assert problem(await site.ask("POST", f"/group-sessions/{session_id}/places", place)) == REFUSED


async def test_an_appointment_can_only_be_cancelled_and_only_without_words(site: Site) -> None:
    person_id = await site.person()
    appointment_id = (await site.appointment(person_id=person_id))["id"]
    await forget(site, person_id)
    path = f"/appointments/{appointment_id}"
    later = {
        "starts_at": (NOW + timedelta(hours=5)).isoformat(),
        "ends_at": (NOW + timedelta(hours=6)).isoformat(),
        "rescheduled_by": "patient",
    }
    seen = {"attendance_status": "5", "activities": [], "others_present": []}
    assert problem(await site.ask("POST", f"{path}/reschedule", later)) == REFUSED
    assert problem(await site.ask("POST", f"{path}/outcome", seen)) == REFUSED
    with_words = {"cancelled_by": "provider", "reason": "Zuleika rang."}
    assert problem(await site.ask("POST", f"{path}/cancel", with_words))["slug"] == "erased"
    await site.post(f"{path}/cancel", {"cancelled_by": "provider"})


async def test_nothing_is_read_but_lists_go_on(site: Site) -> None:
    person_id = await site.person()
    appointment_id = (await site.appointment(person_id=person_id))["id"]
    await forget(site, person_id)
    assert problem(await site.ask("GET", f"/appointments/{appointment_id}")) == REFUSED
    assert problem(await site.ask("GET", f"/people/{person_id}/appointment-notes")) == REFUSED
    diary = await site.read("/diary")
    assert appointment_id in [row["appointment_id"] for row in diary]


async def test_a_place_at_a_session_stays_and_can_be_given_up(site: Site) -> None:
    person_id = await site.person()
    session_id = await site.session(**{**SESSION, "capacity": 9})
    place = await site.post(f"/group-sessions/{session_id}/places", {"person_id": person_id, "party_size": 2})
    await forget(site, person_id)
    register = await site.read(f"/group-sessions/{session_id}/register")
    assert [row["party_size"] for row in register["places"]] == [2]
    await site.post(f"/group-sessions/{session_id}/places/{place['id']}/cancel", {})


async def test_who_looked_at_an_appointment_is_written_down(site: Site) -> None:
    person_id = await site.person()
    appointment_id = (await site.appointment(person_id=person_id))["id"]
    await site.read(f"/appointments/{appointment_id}")
    await site.read(f"/people/{person_id}/appointment-notes")
    lines = await site.read(f"/people/{person_id}/accesses", role="coordinator")
    assert [(line["reader"], line["what"]) for line in lines] == [
        ("a clinician", "appointment-notes"),
        ("a clinician", "appointment"),
    ]
    assert (await site.ask("GET", f"/people/{person_id}/accesses")).status_code == 403
