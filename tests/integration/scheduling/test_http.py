"""Given what happened, when somebody asks, then the answer, the new facts and what can be read."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.kit.testing import NOW
from services.scheduling.domain.appointment_events import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentRescheduled,
    SlotClaimed,
    SlotReleased,
)
from services.scheduling.domain.session_events import PlaceBooked, PlacePromoted, PlaceWaitlisted
from tests.integration.scheduling.conftest import SESSION, A, Site, booking
from tests.integration.sites import problem

pytestmark = pytest.mark.postgres

ATTENDED = {"attendance_status": "5", "activities": ["assessment"], "others_present": ["other_parent"]}


def at(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


async def test_an_appointment_is_booked_moved_attended_and_corrected(site: Site) -> None:
    person_id, referral_id, clinician = await site.person(), str(uuid4()), f"clinician-{uuid4()}"
    booked = await site.appointment(person_id=person_id, referral_id=referral_id, clinician_id=clinician)
    path = f"/appointments/{booked['id']}"
    assert (booked["stream"], booked["version"]) == (f"appointment-{booked['id']}", 1)

    await site.post(f"{path}/reschedule", {"starts_at": at(4), "ends_at": at(5), "rescheduled_by": "patient"})
    [row] = await site.read(f"/diary?clinician_id={clinician}")
    assert (row["starts_at"], row["status"], row["referral_id"]) == ("2026-06-01T13:00:00Z", "booked", referral_id)

    site.clock.now = NOW + timedelta(hours=6)
    assert [each["appointment_id"] for each in await site.read("/appointments/unoutcomed")] == [booked["id"]]
    await site.post(f"{path}/outcome", {**ATTENDED, "note": "Tearful."})
    assert await site.read("/appointments/unoutcomed") == []
    await site.post(f"{path}/outcome/correct", {"attendance_status": "3", "reason": "entry-error"})

    row = await site.read(path)
    assert (row["status"], row["attendance_status"], row["activities"], row["revision"]) == ("missed", "3", [], 3)
    [_, moved, attended, missed] = await site.events(booked["stream"])
    assert isinstance(moved, AppointmentRescheduled)
    assert isinstance(attended, AppointmentAttended)
    assert (attended.note, attended.referral_id) == ("Tearful.", referral_id)
    assert isinstance(missed, AppointmentMissed)
    assert (missed.supersedes_version, missed.correction_reason) == (3, "entry-error")


async def test_a_correction_counts_what_was_lost_before_it(site: Site) -> None:
    stream = (booked := await site.appointment())["stream"]
    path = f"/appointments/{booked['id']}"
    await site.lost(stream)
    site.clock.now = NOW + timedelta(hours=6)
    attended = await site.post(f"{path}/outcome", ATTENDED)
    await site.post(f"{path}/outcome/correct", {"attendance_status": "3", "reason": "entry-error"})
    *_, missed = await site.events(stream)
    assert (missed.supersedes_version, attended["version"]) == (3, 3)


async def test_what_is_cancelled_frees_the_clinician_at_once(site: Site) -> None:
    body = booking(await site.person())
    first = await site.post("/appointments", body)
    refused = await site.ask("POST", "/appointments", body)
    assert problem(refused) == {"status": 409, "slug": "clinician-busy", "field": "starts_at"}

    await site.post(f"/appointments/{first['id']}/cancel", {"cancelled_by": "patient", "reason": "Has a cold."})
    second = await site.post("/appointments", body)

    [_, cancelled] = await site.events(first["stream"])
    assert isinstance(cancelled, AppointmentCancelled)
    assert (cancelled.attendance_status, cancelled.note) == ("2", "Has a cold.")
    diary = await site.events(f"diary-{body['clinician_id']}-2026-06-01")
    assert [type(event) for event in diary] == [SlotClaimed, SlotReleased, SlotClaimed]
    rows = await site.read(f"/diary?clinician_id={body['clinician_id']}")
    assert {row["appointment_id"]: row["status"] for row in rows} == {first["id"]: "cancelled", second["id"]: "booked"}


async def test_a_taken_slot_is_booked_for_a_reason(site: Site) -> None:
    body = booking(await site.person())
    await site.post("/appointments", body)
    both = await site.post("/appointments", {**body, "override_reason": "A joint visit."})
    [event] = await site.events(both["stream"])
    assert isinstance(event, AppointmentBooked)
    assert (event.overridden, event.override_reason) == (True, "A joint visit.")


async def test_a_move_frees_the_old_time_and_takes_the_new_one(site: Site) -> None:
    body = booking(await site.person())
    first = await site.post("/appointments", body)
    half_later = {"starts_at": at(2.5), "ends_at": at(3.5), "rescheduled_by": "provider"}
    await site.post(f"/appointments/{first['id']}/reschedule", half_later)
    before = await site.ask("POST", "/appointments", {**body, "ends_at": at(2.5)})
    inside = await site.ask("POST", "/appointments", {**body, "starts_at": at(3), "ends_at": at(4)})
    assert (before.status_code, problem(inside)["slug"]) == (201, "clinician-busy")


async def test_the_same_time_again_leaves_the_slot_as_it_is(site: Site) -> None:
    body = booking(await site.person())
    first = await site.post("/appointments", body)
    same = {"starts_at": body["starts_at"], "ends_at": body["ends_at"], "rescheduled_by": "provider"}
    answer = await site.post(f"/appointments/{first['id']}/reschedule", same)
    assert answer["version"] == 1
    assert problem(await site.ask("POST", "/appointments", body))["slug"] == "clinician-busy"


async def test_a_full_session_waits_and_promotes(site: Site) -> None:
    session_id = await site.session()
    path = f"/group-sessions/{session_id}"
    couple, other, late = [
        await site.post(f"{path}/places", {"party_size": 2}, role=role) for role in ("clinician", "public", "public")
    ]
    assert [each["standing"] for each in (couple, other, late)] == ["booked", "booked", "waitlisted"]
    assert [each["id"] for each in (couple, other, late)] == [
        place["place_id"] for place in (await site.read(f"{path}/register"))["places"]
    ]

    await site.post(f"{path}/places/{other['id']}/cancel", {}, role="public")
    rows = await site.read("/group-sessions", role="public")
    [row] = [row for row in rows if row["group_session_id"] == session_id]
    assert (row["places_left"], row["people_booked"], row["people_waiting"]) == (0, 4, 0)
    kinds = [type(event) for event in await site.events(f"session-{session_id}")]
    assert kinds[1:4] == [PlaceBooked, PlaceBooked, PlaceWaitlisted]
    assert kinds[5] is PlacePromoted


async def test_a_session_is_held_with_its_register(site: Site) -> None:
    path = f"/group-sessions/{await site.session()}"
    couple = await site.post(f"{path}/places", {"party_size": 2, "person_id": await site.person()})
    await site.post(f"{path}/places", {"party_size": 2})
    site.clock.now = NOW + timedelta(days=7, hours=2)
    held = {
        "attended": [{"place_id": couple["id"], "people": 1}],
        "drop_ins": [{"people": 3}, {"people": 1, "person_id": await site.person()}],
        "language": "ur",
    }
    await site.post(f"{path}/hold", held, role="coordinator")
    register = await site.read(f"{path}/register")
    session = register["session"]
    sums = [session[name] for name in ("status", "families", "participant_count", "drop_ins", "language")]
    assert sums == ["held", 3, 5, 2, "ur"]
    assert [(place["standing"], place["people"]) for place in register["places"]] == [
        *(("attended", 1), ("missed", 0), ("dropped_in", 3), ("dropped_in", 1)),
    ]


async def test_a_family_sees_and_books_what_is_open_to_all_and_no_more(site: Site) -> None:
    closed = await site.session(open_to_all=False)
    fallen = await site.session()
    await site.post(f"/group-sessions/{fallen}/cancel", {"reason": "weather"})
    seen = {row["group_session_id"] for row in await site.read("/group-sessions", role="public")}
    assert seen.isdisjoint({closed, fallen})
    response = await site.ask("POST", f"/group-sessions/{closed}/places", {"party_size": 1}, role="public")
    assert problem(response)["slug"] == "session-not-open"
    invited = await site.post(f"/group-sessions/{closed}/places", {"party_size": 1}, role="clinician")
    assert invited["standing"] == "booked"


async def test_a_family_is_not_shown_a_session_that_has_begun(site: Site) -> None:
    session_id = await site.session(starts_at=at(1), ends_at=at(3))
    for hours, roles in ((0.5, {"public", "clinician"}), (1.5, {"clinician"})):
        site.clock.now = NOW + timedelta(hours=hours)
        for role in ("public", "clinician"):
            listed = {row["group_session_id"] for row in await site.read("/group-sessions", role=role)}
            assert (session_id in listed) is (role in roles)


async def test_a_role_an_identity_provider_gives_everybody_makes_nobody_of_the_family_staff(site: Site) -> None:
    closed = await site.session(open_to_all=False)
    token = site.issuer.token("a family", ["public", "offline_access"], [A])
    headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}
    path = f"/v1/pcns/{A}/group-sessions"
    listed = (await site.client.get(path, headers=headers)).json()
    assert closed not in {row["group_session_id"] for row in listed}
    response = await site.client.post(f"{path}/{closed}/places", json={"party_size": 1}, headers=headers)
    assert problem(response)["slug"] == "session-not-open"


async def test_days_are_days_in_england(site: Site) -> None:
    """23:30 UTC on 31 May is half past midnight on 1 June."""
    clinician = f"clinician-{uuid4()}"
    night = {"starts_at": "2026-05-31T23:30:00Z", "ends_at": "2026-06-01T00:15:00Z", "clinician_id": clinician}
    await site.appointment(**night)
    seen = [
        len(await site.read(f"/diary?clinician_id={clinician}&from={day}&to={day}"))
        for day in ("2026-05-31", "2026-06-01", "2026-06-02")
    ]
    assert seen == [0, 1, 0]


async def test_a_calendar_program_gets_the_diary_and_nothing_about_anybody(site: Site) -> None:
    person_id, clinician = await site.person(), f"clinician-{uuid4()}"
    booked = await site.appointment(person_id=person_id, clinician_id=clinician, site_ods_code="X00001")
    await site.appointment(clinician_id=clinician, starts_at=at(30), ends_at=at(31))
    response = await site.ask("GET", f"/diary.ics?clinician_id={clinician}")
    assert response.headers["content-type"].startswith("text/calendar")
    lines = response.text.split("\r\n")
    assert lines.count("BEGIN:VEVENT") == 2
    assert {"DTSTART:20260601T110000Z", f"UID:{booked['id']}", "LOCATION:GP practice\\, X00001"} <= set(lines)
    assert person_id not in response.text


async def test_an_importer_brings_in_what_took_place_long_ago(site: Site) -> None:
    """Known at the latest when it began: a history told today does not seem to have been arranged today."""
    then = {"starts_at": "2024-03-04T09:00:00Z", "ends_at": "2024-03-04T10:00:00Z"}
    body = booking(await site.person(), **then)
    refused = await site.ask("POST", "/appointments", body, role="clinician")
    assert problem(refused) == {"status": 422, "slug": "starts-in-past", "field": "starts_at"}
    booked = await site.post("/appointments", body, role="importer")
    [event] = await site.events(booked["stream"])
    assert event.occurred_at.isoformat() == "2024-03-04T09:00:00+00:00"

    session_id = (await site.post("/group-sessions", {**SESSION, **then}, role="importer"))["id"]
    place = await site.post(f"/group-sessions/{session_id}/places", {"party_size": 2}, role="importer")
    assert place["standing"] == "booked"


async def test_the_code_lists_are_there_for_every_form(site: Site) -> None:
    headers: dict[str, Any] = {"authorization": f"Bearer {site.issuer.token('somebody', ['referrer'], [A])}"}
    lists = (await site.client.get("/v1/code-lists", headers=headers)).json()
    assert [code["code"] for code in lists["attendance_status"]["codes"]] == ["5", "6", "7", "2", "3", "4"]
