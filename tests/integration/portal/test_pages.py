"""The pages over HTTP: who may see what, and what is shown while the other services are down."""

import re

import pytest

from services.kit.tenancy import TenantId
from services.portal.identity import SignInFailed
from services.portal.web.app import ROUTERS
from services.portal.web.site import FormExpired
from tests.integration.portal.conftest import Portal
from tests.integration.portal.family import IDS, OTHER, OWN, a_family, addresses
from tests.unit.portal import scenarios as given

pytestmark = pytest.mark.postgres

FOR_CLINICIANS = re.compile(r"/(triage|measures|goals|flags|restricted|outcome)/|/(outcome|redirect|close)$")
ASKED = {"/report.csv": "?from=2026-05-01&to=2026-05-31"}
ASKED["/report/events"] = f"{ASKED['/report.csv']}&figure=reach.received"
UNANSWERED = {"/details": 422, f"/{IDS['training_session_id']}/correct": 503, "/certificates": 503}
"""What a page cannot do without its owner, which is down here: {end of its address: status}."""


def paths(portal: Portal, method: str) -> list[str]:
    """The address of every route of a network, pages and API alike, filled in with things that are there."""
    every = [*portal.app.routes, *(route for router in ROUTERS for route in router.routes)]
    return [path for path in addresses(every, method) if f"/pcns/{given.PCN}" in path]


@pytest.fixture(scope="module", autouse=True)
async def known(portal: Portal) -> None:
    await a_family(portal)


async def test_every_page_opens_for_somebody(portal: Portal) -> None:
    pages = [path for path in paths(portal, "GET") if not path.startswith("/v1/")]
    assert len(pages) > 60
    for path in pages:
        asked = path + ASKED.get(path.removeprefix(OWN), "")
        said = {(await portal.page(asked, role, given.PCN)).status_code for role in ("clinician", "coordinator")}
        expected = [status for end, status in UNANSWERED.items() if path.endswith(end)] or [200]
        assert expected[0] in said <= {403, expected[0]}, (path, said)


async def test_what_is_for_clinicians_is_not_for_a_coordinator(portal: Portal) -> None:
    """Whatever the address says, and whether it is looked at or sent."""
    session = portal.session("coordinator", given.PCN)
    refused = set()
    for method in ("GET", "POST"):
        for path in paths(portal, method):
            response = await portal.browse(session, path, method)
            assert (response.status_code == 403) is bool(FOR_CLINICIANS.search(path)), (method, path)
            refused |= {path} if response.status_code == 403 else set()
    assert len(refused) > 15


@pytest.mark.parametrize("role", ["clinician", "coordinator", "referrer"])
async def test_somebody_of_another_network_sees_nothing(portal: Portal, role: str) -> None:
    for path in paths(portal, "GET"):
        response = await portal.page(path, role, OTHER)
        assert response.status_code == 403, path
        assert given.PERSON not in response.text
        assert "Northfield" not in response.text


async def test_somebody_of_another_network_changes_nothing(portal: Portal) -> None:
    session = portal.session("clinician", OTHER)
    for path in paths(portal, "POST"):
        response = await portal.browse(session, path, "POST")
        assert response.status_code == 403, path


async def test_nobody_signed_in_is_sent_to_sign_in(portal: Portal) -> None:
    for path in (*paths(portal, "GET"), "/", "/operations"):
        response = await portal.client.get(path)
        assert response.status_code == (401 if path.startswith("/v1/") else 303), path
        assert path.startswith("/v1/") or response.headers["location"].startswith("/sign-in?to=%2F")


async def test_nobody_signed_in_changes_nothing(portal: Portal) -> None:
    for path in paths(portal, "POST"):
        response = await portal.client.post(path, data={"csrf": "x"})
        assert response.status_code == 401, path


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("clinician", ["", "/refer", "/triage", "/waiting", "/people", f"/people/{given.PERSON}", "/report"]),
        ("coordinator", ["", "/refer", "/triage", "/waiting", "/people", f"/people/{given.PERSON}", "/report"]),
        ("referrer", ["", "/refer", f"/referrals/{given.REFERRAL}"]),
        ("training-lead", [""]),
        ("operator", [""]),
    ],
)
async def test_each_role_opens_its_own_pages(portal: Portal, role: str, allowed: list[str]) -> None:
    every = ["", "/refer", "/triage", "/waiting", "/people", f"/people/{given.PERSON}", "/report"]
    for path in {*every, *allowed}:
        response = await portal.page(f"{OWN}{path}", role, given.PCN)
        assert response.status_code == (200 if path in allowed else 403), path


async def test_only_clinicians_see_measures_and_flags(portal: Portal) -> None:
    clinician = await portal.page(f"{OWN}/people/{given.PERSON}", "clinician", given.PCN)
    coordinator = await portal.page(f"{OWN}/people/{given.PERSON}", "coordinator", given.PCN)
    assert "EPDS question 10, completed 19 May 2026" in clinician.text
    assert "at or above 13: probable depression" in clinician.text
    assert "EPDS" not in coordinator.text
    assert "Risk flag" not in (await portal.page(f"{OWN}/waiting", "coordinator", given.PCN)).text
    assert "Risk flag" in (await portal.page(f"{OWN}/waiting", "clinician", given.PCN)).text


async def test_a_referrer_sees_what_became_of_a_referral_and_not_whose_it_is(portal: Portal) -> None:
    response = await portal.page(f"{OWN}/referrals/{given.REFERRAL}", "referrer", given.PCN)
    assert "It has arrived. A clinician reads it next." in response.text
    assert "Perinatal mental health" not in response.text
    assert given.PERSON not in response.text


async def test_without_the_referral_service_lists_are_shown_with_ids(portal: Portal) -> None:
    for path in ("/triage", "/waiting", f"/people/{given.PERSON}", f"/triage/{given.REFERRAL}"):
        response = await portal.page(f"{OWN}{path}", "clinician", given.PCN)
        assert response.status_code == 200, path
        assert "Names cannot be shown just now" in response.text
        assert f"Person {given.PERSON[:8]}" in response.text


async def test_a_form_that_cannot_be_saved_now_keeps_what_was_typed_and_its_command(portal: Portal) -> None:
    session = portal.session("clinician", given.PCN)
    sent = {"command_id": given.an_id("a command"), "clinical_response_priority": "2"}
    response = await portal.browse(session, f"{OWN}/triage/{given.REFERRAL}/triage", "POST", sent)
    assert response.status_code == 422
    assert "Nothing you entered is lost" in response.text
    assert f'name="command_id" value="{given.an_id("a command")}"' in response.text
    assert re.search(r'value="2"\s+checked', response.text)


async def test_a_form_from_elsewhere_is_refused(portal: Portal) -> None:
    assert FormExpired.slug == "form-expired"
    session = portal.session("clinician", given.PCN)
    for csrf in ({}, {"csrf": "guessed"}):
        response = await portal.client.post(f"{OWN}/refer", headers=portal.as_browser(session), data=csrf)
        assert response.status_code == 403
        assert "This form was open for too long" in response.text


async def test_a_form_sent_after_signing_out_says_so(portal: Portal) -> None:
    response = await portal.client.post(f"{OWN}/refer", data={"csrf": "x"})
    assert response.status_code == 401
    assert "You have been signed out" in response.text


@pytest.mark.parametrize("from_where", ["same-origin", "cross-site"])
async def test_what_could_not_be_saved_is_given_back_to_who_wrote_it(portal: Portal, from_where: str) -> None:
    """Whoever was signed out, or sent the form of an older page, copies it; another site has no words of its own shown here."""
    session = portal.session("clinician", given.PCN)
    data = {"csrf": session.csrf, "note": "She sleeps <little> and has nobody to talk to in the night."}
    for headers, sent in (({}, data), (portal.as_browser(session), {**data, "csrf": "of an older page"})):
        response = await portal.client.post(
            f"{OWN}/refer", headers={**headers, "sec-fetch-site": from_where}, data=sent, follow_redirects=False
        )
        assert response.status_code in (401, 403)
        assert ("She sleeps &lt;little&gt; and has nobody" in response.text) is (from_where == "same-origin")
        assert session.csrf not in response.text


async def test_coming_back_from_sign_in_without_having_left_is_refused(portal: Portal) -> None:
    assert SignInFailed.slug == "sign-in-failed"
    response = await portal.client.get("/sign-in/done", params={"state": "x", "code": "y"})
    assert response.status_code == 403
    assert "Signing in did not work" in response.text


async def test_a_page_that_is_not_there_says_so_in_plain_words(portal: Portal) -> None:
    for path in ("/nothing", "/pcns/riverside", f"{OWN}/people/not-an-id", "/assets/nothing.css"):
        response = await portal.page(path, "clinician", given.PCN)
        assert response.status_code == 404, path
        assert "Page not found" in response.text


async def test_what_was_saved_but_has_not_arrived_is_announced(portal: Portal) -> None:
    path = f"{OWN}/referrals/{given.an_id('on its way')}?saved=referral-received-soon"
    response = await portal.page(path, "referrer", given.PCN)
    assert response.status_code == 200
    assert "Nothing is lost. The referral will be on this page shortly." in response.text


async def test_somebody_of_two_networks_chooses(portal: Portal) -> None:
    response = await portal.page("/", "clinician", given.PCN, OTHER)
    assert "Northfield PCN" in response.text
    assert f'href="/pcns/{OTHER}"' in response.text
    only = await portal.page("/", "clinician", given.PCN)
    assert only.headers["location"] == OWN
    assert (await portal.page("/", "operator", TenantId("*"))).status_code == 200


async def test_nothing_but_our_own_files_may_be_used(portal: Portal) -> None:
    page = await portal.page(OWN, "clinician", given.PCN)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?! (type=\"module\" )?src=\"/assets/)|\sstyle=|\son\w+=|https?://(?!127)", page.text)


async def test_files_are_kept_by_the_browser_and_ask_for_nothing_outside(portal: Portal) -> None:
    page = await portal.page(OWN, "clinician", given.PCN)
    for address in re.findall(r'"(/assets/[^"]+)"', page.text):
        response = await portal.client.get(address)
        assert response.status_code == 200, address
        assert "immutable" in response.headers["cache-control"]
        assert not re.search(r"url\(\s*[\"']?https?:|@import|assets\.nhs\.uk", response.text), address


async def test_a_synthetic_installation_says_so_on_every_page(portal: Portal) -> None:
    for path in ("/sign-in", "/signed-out", "/nothing"):
        assert "Nobody on these pages is real." in (await portal.client.get(path)).text
    assert "Nobody on these pages is real." in (await portal.page(OWN, "clinician", given.PCN)).text


async def test_a_crash_is_an_apology_without_particulars(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("Amara Nwosu")

    monkeypatch.setattr("services.portal.web.pages.home.counts", broken)
    response = await portal.page(OWN, "clinician", given.PCN)
    assert response.status_code == 500
    assert "Sorry, something went wrong" in response.text
    assert "Amara" not in response.text
