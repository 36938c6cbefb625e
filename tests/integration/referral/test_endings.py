"""Redirected, withdrawn, closed over HTTP; the family that refers itself; and a return."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.kit.testing import NOW
from services.referral.domain.events import ReferralClosed, ReferralReceived, WaitStarted, WaitStopped
from tests.integration.referral.conftest import PERSON, UNTRACED, A, Site
from tests.integration.sites import problem

CLOSE = {"reason": "work_completed"}
WITHDRAW = {"reason": "no_longer_needed", "withdrawn_by": "family"}
REDIRECT = {"reason": "better_met_elsewhere", "redirected_to": "talking_therapies"}


async def a_referral(site: Site, **changes: Any) -> str:
    return f"/pcns/{A}/referrals/{await site.refer(await site.register(), **changes)}"


async def read(site: Site, path: str) -> dict[str, Any]:
    return await site.done("GET", path)


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [("redirect", REDIRECT, "redirected"), ("withdraw", WITHDRAW, "withdrawn"), ("close", CLOSE, "closed")],
)
async def test_a_referral_ends_with_a_reason(site: Site, verb: str, body: dict[str, str], status: str) -> None:
    path = await a_referral(site)
    ended = await site.done("POST", f"{path}/{verb}", {**body, "note": "Agreed with them."})
    await site.caught_up(ended["position"])
    row = await read(site, path)
    assert (row["status"], row["end_reason"], row["clock"]["why"]) == (status, body["reason"], status)
    assert (row["clock"]["status"], row["clock"]["days"], row["clock"]["breached"]) == ("stopped", 0, False)
    waiting = (await site.ask("GET", f"/pcns/{A}/waiting-list")).json()
    to_triage = (await site.ask("GET", f"/pcns/{A}/triage-list")).json()
    assert row["referral_id"] not in {one["referral_id"] for one in [*waiting, *to_triage]}


async def test_a_note_is_opened_for_the_service_and_shown_to_nobody_else(site: Site) -> None:
    path = await a_referral(site)
    done = await site.done("POST", f"{path}/close", {**CLOSE, "note": "Marker note."})
    *_, closing, stop = await site.events(done["stream"])
    assert isinstance(closing, ReferralClosed)
    assert isinstance(stop, WaitStopped)
    assert closing.note == "Marker note."
    assert "Marker" not in (await site.ask("GET", path)).text


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("redirect", {"reason": "not_suitable"}, "reason"),
        ("redirect", {**REDIRECT, "redirected_to": "Dr Test"}, "redirected_to"),
        ("withdraw", {**WITHDRAW, "reason": "work_completed"}, "reason"),
        ("withdraw", {**WITHDRAW, "withdrawn_by": "us"}, "withdrawn_by"),
        ("close", {"reason": "did not engage"}, "reason"),
    ],
)
async def test_a_reason_is_from_its_list(site: Site, verb: str, body: dict[str, str], field: str) -> None:
    path = await a_referral(site)
    response = await site.ask("POST", f"{path}/{verb}", body)
    assert problem(response) == {"status": 422, "slug": "code-unknown", "field": field}


async def test_what_has_ended_goes_no_further(site: Site) -> None:
    for verb, body in (("redirect", REDIRECT), ("withdraw", WITHDRAW), ("close", CLOSE)):
        path = await a_referral(site)
        await site.done("POST", f"{path}/{verb}", body)
        slug = {"redirect": "redirected", "withdraw": "withdrawn", "close": "closed"}[verb]
        response = await site.ask("POST", f"{path}/triage", {"clinical_response_priority": "3"})
        assert problem(response) == {"status": 409, "slug": f"referral-already-{slug}"}


async def test_a_coordinator_may_note_a_withdrawal_but_not_close(site: Site) -> None:
    path = await a_referral(site)
    assert problem(await site.ask("POST", f"{path}/close", CLOSE, role="coordinator"))["slug"] == "not-allowed"
    await site.done("POST", f"{path}/withdraw", WITHDRAW, role="coordinator")


async def test_an_unknown_referral_is_not_found(site: Site) -> None:
    path = f"/pcns/{A}/referrals/{uuid4()}"
    assert problem(await site.ask("GET", path)) == {"status": 404, "slug": "referral-unknown"}
    assert problem(await site.ask("POST", f"{path}/close", CLOSE)) == {"status": 404, "slug": "referral-unknown"}


async def test_a_return_within_thirty_days_is_a_new_spell_that_names_the_one_before(site: Site) -> None:
    person_id = await site.register()
    first = await site.refer(person_id, received_at=(NOW - timedelta(days=90)).isoformat())
    closed = await site.done("POST", f"/pcns/{A}/referrals/{first}/close", CLOSE)
    await site.caught_up(closed["position"])
    again = await site.refer(person_id)
    _, started = await site.events(f"referral-{again}")
    assert isinstance(started, WaitStarted)
    assert (started.spell_id, started.follows_spell_id) == (again, first)
    assert (await read(site, f"/pcns/{A}/referrals/{again}"))["clock"]["follows_spell_id"] == first


async def test_a_referral_names_the_consultation_it_came_from(site: Site) -> None:
    consultation = str(uuid4())
    path = await a_referral(site, consultation_id=consultation)
    assert (await read(site, path))["consultation_id"] == consultation


async def test_a_family_refers_itself_without_signing_in(site: Site) -> None:
    person = await site.done("POST", f"/pcns/{A}/people", {**PERSON, **UNTRACED}, role="public")
    body = {"person_id": person["id"], "primary_reason": "13", "received_at": NOW.isoformat()}
    for source in ("B1", "B2"):
        answer = await site.done("POST", f"/pcns/{A}/referrals", {**body, "source_of_referral": source}, role="public")
        received, _ = await site.events(answer["stream"])
        assert isinstance(received, ReferralReceived)
        assert received.self_referred is True
    response = await site.ask("POST", f"/pcns/{A}/referrals", {**body, "source_of_referral": "A1"}, role="public")
    assert problem(response) == {"status": 403, "slug": "source-only-family", "field": "source_of_referral"}


async def test_a_family_is_not_told_whether_its_number_is_known(site: Site) -> None:
    """And is not turned away for being known: the pair is for the duplicate review."""
    await site.register(nhs_number="9434765870")
    body = {**PERSON, "nhs_number": "9434765870"}
    assert (await site.ask("POST", f"/pcns/{A}/people", body, role="public")).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/waiting-list", None),
        ("GET", "/triage-list", None),
        ("GET", f"/referrals/{uuid4()}", None),
        ("POST", "/people/search", {"full_name": "Synthia"}),
        ("POST", "/people/identities", {"person_ids": [str(uuid4())]}),
        ("POST", f"/referrals/{uuid4()}/withdraw", WITHDRAW),
    ],
)
async def test_who_has_not_signed_in_reads_nothing(site: Site, method: str, path: str, body: Any) -> None:
    response = await site.ask(method, f"/pcns/{A}{path}", body, role="public")
    assert problem(response) == {"status": 403, "slug": "not-allowed"}


async def test_what_is_refused_leaves_nothing_behind(site: Site) -> None:
    person_id = await site.register()
    body = {"person_id": person_id, "source_of_referral": "A1", "primary_reason": "04"}
    later = (NOW + timedelta(days=1)).isoformat()
    response = await site.ask("POST", f"/pcns/{A}/referrals", {**body, "received_at": later})
    assert problem(response)["slug"] == "received-in-future"
    assert await site.events(f"wait-facts-{person_id}") == []
