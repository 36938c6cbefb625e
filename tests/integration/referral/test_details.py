"""How somebody is reached, what they need from us, and what was written: asked once, sealed, read by whoever may."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from services.kit.testing import NOW
from services.referral.domain.person_events import PersonDetailsChanged
from tests.integration.referral.conftest import A, B, Site
from tests.integration.sites import problem

NEEDS = {
    "contact_preference": "9",
    "access_needs": ["step_free", "easy_read"],
    "access_note": "Ring twice.",
    "postal_address": "1 High Street\nNorthtown",
    "telephone": "01632 960001",
}


def details(person_id: str) -> str:
    return f"/pcns/{A}/people/{person_id}/details"


async def read(site: Site, person_id: str) -> dict[str, Any]:
    return await site.done("GET", details(person_id), role="coordinator")


async def test_what_was_asked_once_is_shown(site: Site) -> None:
    person_id = await site.register(full_name="Synthia Testcase", **NEEDS)
    known = await read(site, person_id)
    assert {name: known[name] for name in NEEDS} == {**NEEDS, "access_needs": ["easy_read", "step_free"]}
    assert (known["person_id"], known["revision"], known["interpreter_required"]) == (person_id, 1, True)


async def test_what_is_told_changes_and_blank_never_overwrites(site: Site) -> None:
    person_id = await site.register(full_name="Ida Testcase", birth_date="1994-02-03", **NEEDS)
    body = {"interpreter_required": False, "access_needs": ["longer_time"], "seen_revision": 1}
    answer = await site.done("POST", details(person_id), body, role="coordinator")
    assert answer["stream"] == f"person-{person_id}"
    known = await read(site, person_id)
    assert known["access_needs"] == ["longer_time"]
    assert (known["telephone"], known["full_name"], known["revision"]) == ("01632 960001", "Ida Testcase", 2)
    [_, changed] = await site.events(f"person-{person_id}")
    assert isinstance(changed, PersonDetailsChanged)
    assert changed.changed == ("access_needs", "interpreter_required")


async def test_a_changed_name_is_found(site: Site) -> None:
    person_id = await site.register(full_name="Before Testcase")
    answer = await site.done("POST", details(person_id), {"full_name": "After Testcase"})
    await site.caught_up(answer["position"])
    [found] = (await site.ask("POST", f"/pcns/{A}/people/search", {"full_name": "after"})).json()
    assert found["person_id"] == person_id
    assert (await site.ask("POST", f"/pcns/{A}/people/search", {"full_name": "before"})).json() == []


async def test_the_same_change_sent_again_has_one_effect(site: Site) -> None:
    person_id, key = await site.register(), str(uuid4())
    body = {"telephone": "01632 960009", "seen_revision": 1}
    first = await site.done("POST", details(person_id), body, key=key)
    assert await site.done("POST", details(person_id), body, key=key) == {**first, "duplicate": True}
    assert len(await site.events(f"person-{person_id}")) == 2


@pytest.mark.parametrize(
    ("body", "slug", "field"),
    [
        ({"access_needs": ["easy_read", "a pony"]}, "code-unknown", "access_needs"),
        ({"contact_preference": "pigeon"}, "code-unknown", "contact_preference"),
        ({"practice_ods_code": "X99999"}, "practice-unknown", "practice_ods_code"),
        ({"telephone": "call me"}, "telephone-invalid", "telephone"),
        ({"email": "synthia"}, "email-invalid", "email"),
        ({"postcode": "nowhere"}, "postcode-invalid", "postcode"),
        ({"estimated_delivery_date": "2029-01-01"}, "delivery-date-impossible", "estimated_delivery_date"),
        ({"remove": ["full_name"]}, "detail-not-removable", "remove"),
        ({"seen_revision": 7, "telephone": "01632 960009"}, "details-moved-on", None),
        ({"surname": "Testcase"}, "request-invalid", None),
        ({"access_needs": "easy_read"}, "request-invalid", None),
    ],
)
async def test_what_cannot_be_changed(site: Site, body: dict[str, Any], slug: str, field: str | None) -> None:
    person_id = await site.register()
    response = await site.ask("POST", details(person_id), body)
    assert (problem(response)["slug"], problem(response).get("field")) == (slug, field)
    assert len(await site.events(f"person-{person_id}")) == 1


async def test_a_practice_that_has_left_stops_no_change_of_somebody_who_was_registered_with_it(site: Site) -> None:
    await site.configure(B, name="Southfield", practices=[{"ods_code": "X00003", "name": "Leaving Surgery"}])
    person_id = await site.register(B, practice_ods_code="X00003")
    await site.configure(B, name="Southfield")
    path = f"/pcns/{B}/people/{person_id}/details"
    as_it_is = {"practice_ods_code": "X00003", "telephone": "01632 960009"}
    assert (await site.done("POST", path, as_it_is, pcns=[B]))["version"] == 2
    elses = await site.ask("POST", path, {"practice_ods_code": "X00004"}, pcns=[B])
    assert problem(elses) == {"status": 409, "slug": "practice-unknown", "field": "practice_ods_code"}


async def test_a_number_of_somebody_else_is_refused(site: Site) -> None:
    await site.register(nhs_number="9434765870")
    response = await site.ask("POST", details(await site.register()), {"nhs_number": "9434765870"})
    assert problem(response) == {"status": 409, "slug": "nhs-number-already-registered", "field": "nhs_number"}


async def test_notes_are_read_by_clinicians_with_who_wrote_them(site: Site) -> None:
    referral_id = await site.refer(await site.register(), note="Low since birth.")
    path = f"/pcns/{A}/referrals/{referral_id}"
    await site.done("POST", f"{path}/triage", {"clinical_response_priority": "2", "note": "Ring today."})
    closing = {"reason": "contact_lost", "note": "Wrote twice."}
    await site.done("POST", f"{path}/close", closing)
    notes: Any = await site.done("GET", f"{path}/notes")
    assert [(note["about"], note["words"], note["written_by"]) for note in notes] == [
        ("received", "Low since birth.", "a referrer"),
        ("triaged", "Ring today.", "a clinician"),
        ("closed", "Wrote twice.", "a clinician"),
    ]


async def test_what_a_family_wrote_is_nobody_elses_note(site: Site) -> None:
    body = {
        "person_id": await site.register(),
        "source_of_referral": "B1",
        "primary_reason": "13",
        "received_at": NOW.isoformat(),
        "note": "I cannot sleep.",
    }
    answer = await site.done("POST", f"/pcns/{A}/referrals", body, role="public")
    [note] = (await site.ask("GET", f"/pcns/{A}/referrals/{answer['id']}/notes")).json()
    assert (note["words"], note["written_by"]) == ("I cannot sleep.", None)


async def test_who_may_not_read_them(site: Site) -> None:
    person_id = await site.register(**NEEDS)
    referral_id = await site.refer(person_id, note="Low since birth.")
    notes = f"/pcns/{A}/referrals/{referral_id}/notes"
    for role, path in (("referrer", details(person_id)), ("operator", details(person_id)), ("coordinator", notes)):
        response = await site.ask("GET", path, role=role, pcns=["*"])
        assert problem(response) == {"status": 403, "slug": "not-allowed"}
    elsewhere = f"/pcns/{B}/people/{person_id}/details"
    assert problem(await site.ask("GET", elsewhere, pcns=[B]))["slug"] == "person-unknown"
    from_there = await site.ask("GET", f"/pcns/{B}/referrals/{referral_id}/notes", pcns=[B])
    assert problem(from_there)["slug"] == "referral-unknown"


async def test_more_read_at_once_than_there_are_connections(site: Site) -> None:
    """Whoever reads holds no connection while waiting for another: so many would wait for each other."""
    person_id = await site.register(**NEEDS)
    referral_id = await site.refer(person_id, note="Low since birth.")
    for path in (details(person_id), f"/pcns/{A}/referrals/{referral_id}/notes"):
        async with asyncio.timeout(20):
            answers = await asyncio.gather(*(site.ask("GET", path) for _ in range(24)))
        assert {answer.status_code for answer in answers} == {200}
    lines: Any = await site.done("GET", f"/pcns/{A}/people/{person_id}/accesses", role="coordinator")
    assert [line["what"] for line in lines] == ["referral-notes"] * 24 + ["details"] * 24
