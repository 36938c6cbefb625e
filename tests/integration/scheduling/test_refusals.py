"""What the service does not do, in words a form can show; nothing of it is stored, and nothing is seen from another network."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.kit.testing import NOW
from services.scheduling.group_http import GROUP_ROUTES
from services.scheduling.http import ROUTES
from tests.integration.scheduling.conftest import SESSION, A, B, Site, booking
from tests.integration.sites import problem

pytestmark = pytest.mark.postgres

PCN_ROUTES = [
    (method, route.path.removeprefix("/v1/pcns/{pcn}"))
    for route in (*ROUTES.routes, *GROUP_ROUTES.routes)
    for method in route.methods
    if "{pcn}" in route.path
]


def filled(path: str) -> str:
    ids = dict.fromkeys(("appointment_id", "group_session_id", "place_id", "person_id"), uuid4())
    return path.format(**ids)


def at(**ahead: float) -> str:
    return (NOW + timedelta(**ahead)).isoformat()


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"ends_at": at(hours=1)}, "ends-before-start", "ends_at"),
        ({"ends_at": at(hours=20)}, "crosses-midnight", "ends_at"),
        ({"starts_at": at(days=-9), "ends_at": at(days=-9, hours=1)}, "starts-in-past", "starts_at"),
        ({"starts_at": at(days=800), "ends_at": at(days=800, hours=1)}, "starts-too-far-ahead", "starts_at"),
        ({"consultation_mechanism": "99"}, "code-unknown", "consultation_mechanism"),
        ({"activity_location_type": "Z99"}, "code-unknown", "activity_location_type"),
        ({"person_id": str(uuid4())}, "person-unknown", "person_id"),
        ({"starts_at": "2026-06-01T10:00:00"}, "request-invalid", None),
        ({"starts_at": 1_780_000_000}, "request-invalid", None),
        ({"person_id": "<script>"}, "request-invalid", None),
        ({"site_ods_code": "<b>"}, "request-invalid", None),
        ({"clinician_id": " "}, "request-invalid", None),
        ({"clinician_id": "dr\x00grove"}, "request-invalid", None),
        ({"surprise": 1}, "request-invalid", None),
    ],
)
async def test_a_booking_that_cannot_be(site: Site, changes: dict[str, Any], slug: str, field: str | None) -> None:
    body = {**booking(await site.person()), **changes}
    before = await site.store.head()
    told = problem(await site.ask("POST", "/appointments", body))
    assert (told["slug"], told.get("field")) == (slug, field)
    assert await site.store.head() == before


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"capacity": 0}, "capacity-invalid"),
        ({"capacity": 10**30}, "capacity-invalid"),
        ({"ends_at": SESSION["starts_at"]}, "ends-before-start"),
        ({"session_type": "yoga"}, "code-unknown"),
        ({"language": "xx"}, "code-unknown"),
        ({"capacity": "ten"}, "request-invalid"),
    ],
)
async def test_a_session_that_cannot_be(site: Site, changes: dict[str, Any], slug: str) -> None:
    assert problem(await site.ask("POST", "/group-sessions", {**SESSION, **changes}))["slug"] == slug


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"party_size": 0}, "party-size-invalid"),
        ({"party_size": 5}, "party-too-large"),
        ({"party_size": 10**30}, "party-too-large"),
        ({"party_size": 1, "person_id": str(uuid4())}, "person-unknown"),
        ({}, "request-invalid"),
    ],
)
async def test_a_place_that_cannot_be(site: Site, body: dict[str, Any], slug: str) -> None:
    path = f"/group-sessions/{await site.session()}/places"
    assert problem(await site.ask("POST", path, body, role="public"))["slug"] == slug


async def test_attendance_of_what_was_cancelled(site: Site) -> None:
    booked = await site.appointment()
    path = f"/appointments/{booked['id']}"
    early = await site.ask("POST", f"{path}/outcome", {"attendance_status": "5"})
    assert problem(early) == {"status": 409, "slug": "outcome-before-start", "field": "attendance_status"}
    await site.post(f"{path}/cancel", {"cancelled_by": "provider"})
    site.clock.now = NOW + timedelta(hours=4)
    assert problem(await site.ask("POST", f"{path}/outcome", {"attendance_status": "5"}))["slug"] == (
        "appointment-cancelled"
    )
    moved = {"starts_at": at(hours=6), "ends_at": at(hours=7), "rescheduled_by": "patient"}
    assert problem(await site.ask("POST", f"{path}/reschedule", moved))["slug"] == "appointment-cancelled"


@pytest.mark.parametrize(
    ("body", "slug", "field"),
    [
        ({"attendance_status": "0"}, "code-unknown", "attendance_status"),
        ({"attendance_status": "5", "activities": ["tea"]}, "code-unknown", "activities"),
        ({"attendance_status": "5", "others_present": ["dog"]}, "code-unknown", "others_present"),
        ({"attendance_status": "3", "activities": ["assessment"]}, "nobody-seen", "attendance_status"),
    ],
)
async def test_an_outcome_that_cannot_be(site: Site, body: dict[str, Any], slug: str, field: str) -> None:
    booked = await site.appointment()
    site.clock.now = NOW + timedelta(hours=4)
    told = problem(await site.ask("POST", f"/appointments/{booked['id']}/outcome", body))
    assert (told["slug"], told["field"]) == (slug, field)


async def test_a_command_sent_again_has_one_effect_and_the_same_answer(site: Site) -> None:
    key, body = str(uuid4()), booking(await site.person())
    first = await site.post("/appointments", body, key=key)
    site.clock.now = NOW + timedelta(days=30)
    again = await site.post("/appointments", body, key=key)
    assert again == {**first, "duplicate": True}
    assert len(await site.events(f"diary-{body['clinician_id']}-2026-06-01")) == 1


async def test_a_place_asked_for_again_has_the_same_answer_though_its_standing_changed(site: Site) -> None:
    path = f"/group-sessions/{await site.session(capacity=1)}/places"
    taken = await site.post(path, {"party_size": 1})
    key = str(uuid4())
    waits = await site.post(path, {"party_size": 1}, key=key)
    await site.post(f"{path}/{taken['id']}/cancel", {})
    again = await site.post(path, {"party_size": 1}, key=key)
    assert again == {**waits, "duplicate": True, "standing": "booked"}


async def test_a_key_used_for_something_else_is_refused(site: Site) -> None:
    key = str(uuid4())
    await site.appointment(key=key)
    other = await site.ask("POST", f"/group-sessions/{await site.session()}/places", {"party_size": 1}, key=key)
    assert problem(other)["slug"] == "command-id-reused"
    session_key = str(uuid4())
    await site.post("/group-sessions", SESSION, key=session_key)
    body = booking(await site.person())
    assert problem(await site.ask("POST", "/appointments", body, key=session_key))["slug"] == "command-id-reused"
    assert await site.events(f"diary-{body['clinician_id']}-2026-06-01") == []


async def test_a_key_used_for_something_else_at_the_same_session_is_refused(site: Site) -> None:
    path, key = f"/group-sessions/{await site.session()}/places", str(uuid4())
    taken = await site.post(path, {"party_size": 1})
    await site.post(f"{path}/{taken['id']}/cancel", {}, key=key)
    assert problem(await site.ask("POST", path, {"party_size": 1}, key=key))["slug"] == "command-id-reused"


async def test_a_command_without_a_proper_key_is_refused(site: Site) -> None:
    response = await site.ask("POST", "/group-sessions", SESSION, key="seventeen")
    assert problem(response)["slug"] == "idempotency-key-missing"


@pytest.mark.parametrize(("method", "path"), PCN_ROUTES)
async def test_a_user_of_another_network_is_kept_out_of_every_route(site: Site, method: str, path: str) -> None:
    for role in ("clinician", "coordinator", "importer", "public"):
        response = await site.ask(method, filled(path), {}, role=role, pcn=A, pcns=[B])
        assert problem(response) == {"status": 403, "slug": "not-allowed"}


@pytest.mark.parametrize(("method", "path"), PCN_ROUTES)
async def test_nobody_is_let_in_without_a_token(site: Site, method: str, path: str) -> None:
    response = await site.client.request(method, f"/v1/pcns/{A}{filled(path)}", json={})
    assert problem(response) == {"status": 401, "slug": "not-signed-in"}


async def test_from_another_network_nothing_of_this_one_is_there(site: Site) -> None:
    body = booking(await site.person())
    booked, session_id = await site.post("/appointments", body), await site.session()
    place = await site.post(f"/group-sessions/{session_id}/places", {"party_size": 1})
    for path in ("/diary", f"/diary?clinician_id={body['clinician_id']}", "/group-sessions"):
        assert await site.read(path, pcn=B) == []
    for method, path, sent in (
        ("GET", f"/appointments/{booked['id']}", None),
        ("POST", f"/appointments/{booked['id']}/cancel", {"cancelled_by": "patient"}),
        ("GET", f"/group-sessions/{session_id}/register", None),
        ("POST", f"/group-sessions/{session_id}/places/{place['id']}/cancel", {}),
    ):
        assert problem(await site.ask(method, path, sent, pcn=B))["status"] == 404
    # the same person and clinician there are somebody else
    assert problem(await site.ask("POST", "/appointments", body, pcn=B))["slug"] == "person-unknown"
    there = {**body, "person_id": await site.person(B)}
    assert (await site.ask("POST", "/appointments", there, pcn=B)).status_code == 201


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("operator", "GET", "/diary"),
        ("operator", "GET", "/group-sessions"),
        ("public", "GET", "/diary"),
        ("public", "POST", "/appointments"),
        ("public", "POST", "/group-sessions"),
        ("public", "GET", "/group-sessions/{group_session_id}/register"),
        ("referrer", "GET", "/diary"),
        ("referrer", "POST", "/appointments/{appointment_id}/outcome"),
        ("coordinator", "POST", "/appointments/{appointment_id}/outcome"),
        ("importer", "POST", "/appointments/{appointment_id}/outcome/correct"),
        ("training-lead", "GET", "/appointments/unoutcomed"),
    ],
)
async def test_what_a_role_may_not_do(site: Site, role: str, method: str, path: str) -> None:
    response = await site.ask(method, filled(path), {}, role=role)
    assert problem(response) == {"status": 403, "slug": "not-allowed"}


async def test_what_somebody_wrote_is_nowhere_in_the_log_in_clear(site: Site) -> None:
    marks = [f"Marker {uuid4()}" for _ in range(3)]
    body = booking(await site.person())
    await site.post("/appointments", body)
    both = await site.post("/appointments", {**body, "override_reason": marks[0]})
    await site.post(f"/appointments/{both['id']}/cancel", {"cancelled_by": "provider", "reason": marks[1]})
    third = await site.appointment()
    site.clock.now = NOW + timedelta(hours=4)
    await site.post(f"/appointments/{third['id']}/outcome", {"attendance_status": "5", "note": marks[2]})
    administrator = await asyncpg.connect(site.database.admin)
    lines = [row["line"] for row in await administrator.fetch("select events::text as line from events")]
    sealed = [row["sealed"] for row in await administrator.fetch("select sealed from events where sealed is not null")]
    await administrator.close()
    assert len(sealed) >= 4
    assert not [mark for mark in marks for line in lines if mark in line]
    assert not [mark for mark in marks for box in sealed if mark.encode() in box]


@pytest.mark.parametrize("query", ["?from=yesterday", "?from=1900-01-01", "?to=9999-12-31", "?clinician_id=%00"])
async def test_days_that_cannot_be(site: Site, query: str) -> None:
    assert problem(await site.ask("GET", f"/diary{query}"))["slug"] == "request-invalid"
