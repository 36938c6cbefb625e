"""What must not happen: a script in a name, two referrals from one form, a page after signing out."""

import asyncio
import base64
import time
from dataclasses import replace

import pytest

from deploy.local.stack import Stack
from services.portal.session import Cookies
from tests.e2e.conftest import Visit
from tests.e2e.steps import BY_A_MIDWIFE, PERSON, WITHOUT_A_NUMBER, refers
from tests.e2e.visitor import Visitor

SCRIPT = "<script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">'\"{{7*7}}"
SHORT = "\"'><b>x"
NOT_WHAT_THEY_SHOULD_BE = {
    "postcode": "This is not a postcode of the United Kingdom",
    "telephone": "This is not a telephone number",
    "email": "This is not an email address",
}


async def test_a_script_in_any_field_is_shown_as_text(visit: Visit) -> None:
    clinician = await visit("clinician")
    await clinician.open("/refer")
    typed = {"full_name": SCRIPT, "email": SCRIPT, "telephone": SHORT, "postcode": SHORT, "nhs_number": SHORT}
    await clinician.fill({**PERSON, **typed, **BY_A_MIDWIFE, "referring_org_ods_code": SHORT})
    await clinician.press("Send referral")
    await still_itself(clinician)
    for name, value in typed.items():
        assert await clinician.page.locator(f"[name={name}]").input_value() == value
    await clinician.fill({"nhs_number_known": "no", "nhs_number_missing_reason": "nhs-number-not-known"})
    await clinician.fill({"referring_org_ods_code": ""})
    await clinician.fill({"access_note": SCRIPT, "note": SCRIPT, "postal_address": SCRIPT})
    await is_told_field_by_field(clinician, typed)
    await clinician.press("Send referral")
    await still_itself(clinician)
    for path in (clinician.path.partition(f"/{clinician.pcn}")[2], "/triage", "/waiting"):
        await clinician.open(path)
        await still_itself(clinician)
    assert SCRIPT in await clinician.text()
    await clinician.follow("<script>")
    await still_itself(clinician)
    assert await clinician.page.locator("h1").inner_text() == SCRIPT


async def is_told_field_by_field(clinician: Visitor, typed: dict[str, str]) -> None:
    """What cannot be what it should be is refused beside its box, with what was typed still in it; then it is taken out."""
    for name, message in NOT_WHAT_THEY_SHOULD_BE.items():
        await clinician.press("Send referral")
        await still_itself(clinician)
        assert message in await clinician.page.locator(f"#{name}-error").inner_text()
        assert await clinician.page.locator(f"[name={name}]").input_value() == typed[name]
        await clinician.fill({name: ""})


async def still_itself(visitor: Visitor) -> None:
    """No script ran, no element came from what was typed, and the console is quiet."""
    assert "hit" not in await visitor.page.title()
    assert await visitor.page.locator("main img, main script, main b").count() == 0
    assert visitor.complaints == []


@pytest.mark.parametrize("path", ["/report?from-day={}", "/triage?status={}&priority={}", "/people/{}", "/?saved={}"])
async def test_a_script_in_an_address_is_shown_as_text_or_not_at_all(visit: Visit, path: str) -> None:
    clinician = await visit("clinician")
    await clinician.open(path.replace("{}", "%3Cscript%3Edocument.title='hit'%3C/script%3E"))
    await still_itself(clinician)


async def test_a_script_in_a_search_is_shown_as_text(visit: Visit) -> None:
    clinician = await visit("clinician")
    await clinician.open("/people")
    await clinician.fill({"by": "full_name", "term": f"zz{SCRIPT}"})
    await clinician.press("Search")
    await still_itself(clinician)
    assert "0 people found" in await clinician.text()


async def test_a_form_sent_twice_at_once_refers_once(visit: Visit) -> None:
    coordinator = await visit("coordinator")
    await coordinator.open("/refer")
    await coordinator.fill({**WITHOUT_A_NUMBER, "full_name": "Gita Rao (synthetic)", **BY_A_MIDWIFE})
    sent = await coordinator.page.evaluate("Object.fromEntries(new FormData(document.querySelector('main form')))")
    address = coordinator.page.url
    both = [coordinator.context.request.post(address, form=sent, max_redirects=0) for _ in range(2)]
    first, second = await asyncio.gather(*both)
    assert (first.status, second.status) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    await coordinator.open("/waiting")
    assert (await coordinator.text()).count("Gita Rao (synthetic)") == 1


async def test_what_was_saved_is_on_the_next_page_at_once(visit: Visit) -> None:
    coordinator = await visit("coordinator")
    for number in range(3):
        await refers(coordinator, f"Hana Sato {number} (synthetic)")
        assert "To triage" in await coordinator.text()


async def test_a_refusal_of_the_owner_is_beside_its_field(visit: Visit) -> None:
    clinician = await visit("clinician")
    await clinician.open("/refer")
    await clinician.fill({**PERSON, "full_name": "Iris Lund (synthetic)", "nhs_number": "9990000019", **BY_A_MIDWIFE})
    await clinician.press("Send referral")
    assert clinician.path.endswith("/refer")
    beside = clinician.page.locator("#nhs_number-error")
    assert "NHS number" in await beside.inner_text()
    summary = clinician.page.get_by_role("alert").get_by_role("link")
    assert await summary.get_attribute("href") == "#nhs_number"
    assert await clinician.page.locator("[name=full_name]").input_value() == "Iris Lund (synthetic)"
    await clinician.check("refer-refused")


async def test_each_role_sees_its_own_pages_only(visit: Visit) -> None:
    referrer = await visit("referrer")
    for path in ("/triage", "/waiting", "/people", "/report"):
        response = await referrer.open(path)
        assert response.status == 403
        assert "You cannot open this page" in await referrer.text()
    await referrer.check("forbidden")
    assert (await referrer.open("/nothing")).status == 404
    await referrer.check("not-found")


async def test_signing_out_ends_both_sessions(visit: Visit) -> None:
    nobody = await visit(None)
    await nobody.page.goto(f"{nobody.portal}/pcns/{nobody.pcn}/triage")
    await nobody.check("sign-in")
    await nobody.page.get_by_role("button", name="Sign in").click()
    await nobody.give_password("clinician")
    assert nobody.path == f"/pcns/{nobody.pcn}/triage"
    await nobody.press("Sign out")
    await nobody.page.wait_for_url("**/signed-out")
    await nobody.check("signed-out")
    await nobody.open("/triage")
    assert nobody.path.startswith("/sign-in")
    await nobody.page.get_by_role("button", name="Sign in").click()
    assert await nobody.page.locator("input[name=password]").count() == 1


async def test_a_token_is_renewed_before_it_runs_out(visit: Visit, stack: Stack) -> None:
    clinician = await visit("clinician")
    cookies = Cookies(base64.b64decode(stack.wiring.credentials.key("cookie-key")), secure=False)
    held = {cookie["name"]: cookie["value"] for cookie in await clinician.context.cookies(clinician.portal)}
    session = cookies.session(held)
    assert session is not None
    ending = cookies.keep_session(replace(session, expires_at=time.time() + 5))[0]
    value = ending.partition(";")[0].partition("=")[2]
    await clinician.context.add_cookies([{"name": "session", "value": value, "url": clinician.portal}])
    assert (await clinician.open("/triage")).status == 200
    held = {cookie["name"]: cookie["value"] for cookie in await clinician.context.cookies(clinician.portal)}
    renewed = cookies.session(held)
    assert renewed is not None
    assert renewed.token != session.token
    assert renewed.expires_at > time.time() + 60
