"""What a clinician does with what weighs most, once with the keyboard alone; and how referrals end otherwise than well."""

from datetime import UTC, datetime

import pytest

from services.portal.web.moments import london_day
from tests.e2e.conftest import Visit
from tests.e2e.steps import EPDS_HIGH, a_new_person, record_epds
from tests.e2e.visitor import Visitor


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scripts", [True, False])
async def test_a_risk_is_reviewed_and_what_is_restricted_is_kept(visit: Visit, scripts: bool) -> None:
    clinician = await visit("clinician", scripts=scripts)
    await a_new_person(clinician, f"Oona Byrne {scripts} (synthetic)")
    person = clinician.page.url.partition("?")[0]
    await record_epds(clinician, EPDS_HIGH)
    await reviews_the_flag(clinician, person)
    await sets_and_rates_a_goal(clinician, person)
    await takes_a_concern_further_and_closes_it(clinician, person)
    await begins_and_ends_a_period(clinician, person)
    coordinator = await visit("coordinator", scripts=scripts)
    await coordinator.page.goto(person)
    said = await coordinator.text()
    for words in ("Safeguarding", "Mental Health Act", "Risk flag", "To have a walk"):
        assert words not in said
    await coordinator.follow("Who has looked at this record")
    said = await coordinator.text()
    assert "clinician.u12001" in said
    assert "coordinator.u12001" in said
    await coordinator.check("accesses")


async def test_a_risk_is_reviewed_with_the_keyboard_alone(visit: Visit) -> None:
    clinician = await visit("clinician")
    await a_new_person(clinician, "Sian Byrne (synthetic)")
    await record_epds(clinician, EPDS_HIGH)
    await clinician.page.goto(clinician.page.url.partition("?")[0])
    await clinician.tab_to("Skip to main content", most=1)
    await clinician.page.keyboard.press("Enter")
    await clinician.tab_to("Review", most=1)
    await clinician.enter()
    await clinician.tab_to("Save")
    await clinician.enter()
    await clinician.tab_to("Say what came of it", most=1)
    await clinician.page.keyboard.press("Enter")
    assert "Spoken with the person" in await clinician.focused()
    for key in ("Space", "ArrowDown", "ArrowDown"):
        await clinician.page.keyboard.press(key)
    await clinician.tab_to("Note", most=1)
    await clinician.page.keyboard.type("Her sister stays tonight.")
    await clinician.tab_to("Save", most=1)
    await clinician.enter()
    said = await clinician.text()
    assert "What came of the risk flag has been recorded." in said
    assert "A safety plan was agreed" in said
    assert "Her sister stays tonight." in said


async def asks(clinician: Visitor, link: str, name: str) -> None:
    """Follow a link of the person's page to its form, and see that it can be read and left again."""
    await clinician.follow(link)
    await clinician.page.wait_for_selector("main form[method=post]")
    await every_box_has_a_name(clinician)
    assert await clinician.page.locator(".nhsuk-back-link").count() == 1
    await clinician.check(name)


async def every_box_has_a_name(visitor: Visitor) -> None:
    """Every field says what it is for, and none is out of the order of the page."""
    boxes = visitor.page.locator("main :is(input:not([type=hidden]), select, textarea)")
    for box in await boxes.all():
        named = await box.evaluate(
            "box => box.labels && box.labels.length > 0 && box.labels[0].innerText.trim() !== ''"
        )
        assert named, await box.get_attribute("name")
        assert await box.get_attribute("tabindex") in (None, "-1")


async def is_told(clinician: Visitor, button: str, *mistakes: str) -> None:
    """Sent too early: the summary says what is missing, has the focus where scripts may move it, and leads to each field."""
    await clinician.press(button)
    summary = clinician.page.locator(".nhsuk-error-summary")
    said = await summary.inner_text()
    assert all(mistake in said for mistake in mistakes), said
    assert (await clinician.page.title()).startswith("Error: ")
    if clinician.scripts:
        assert await summary.evaluate("summary => summary === document.activeElement")
    for link in await summary.get_by_role("link").all():
        target = (await link.get_attribute("href") or "").removeprefix("#")
        assert await clinician.page.locator(f"[id='{target}']").count() == 1, target


async def reviews_the_flag(clinician: Visitor, person: str) -> None:
    await clinician.page.goto(person)
    await asks(clinician, "Review the risk flag", "flag-review")
    await is_told(clinician, "Save", "Say what came of it")
    await clinician.fill({"outcome": "safety-plan-agreed", "note": "Spoken with her and her partner."})
    await clinician.press("Save")
    assert "What came of the risk flag has been recorded." in await clinician.text()
    await clinician.check("flag-reviewed")


async def sets_and_rates_a_goal(clinician: Visitor, person: str) -> None:
    await clinician.page.goto(person)
    await asks(clinician, "Set a goal", "goal-set")
    await is_told(clinician, "Save goal", "Write the goal")
    await clinician.fill({"wording": "To have a walk each day (synthetic)"})
    await clinician.press("Save goal")
    assert "The goal has been recorded." in await clinician.text()
    await asks(clinician, "Rate this goal", "goal-rating")
    await is_told(clinician, "Save rating", "Choose a number from 0 to 10")
    await clinician.fill({"rating": "7"})
    await clinician.press("Save rating")
    assert "7 of 10" in await clinician.text()


async def takes_a_concern_further_and_closes_it(clinician: Visitor, person: str) -> None:
    await clinician.page.goto(person)
    await asks(clinician, "Open a safeguarding concern", "concern-open")
    await is_told(clinician, "Open concern", "Choose a level")
    await clinician.fill({"level": "early-help"})
    await clinician.press("Open concern")
    await asks(clinician, "Change the level", "concern-level")
    await is_told(clinician, "Save level", "Choose a level")
    await clinician.fill({"level": "child-in-need"})
    await clinician.press("Save level")
    said = await clinician.text()
    assert "Early help, from" in said
    assert "Child in need, from" in said
    await asks(clinician, "close the concern", "concern-close")
    await is_told(clinician, "Close concern", "Say why")
    await clinician.fill({"reason": "no-longer-at-risk", "closed_on-year": "1999"})
    await clinician.press("Close concern")
    assert "before" in await clinician.page.locator(".nhsuk-error-summary").inner_text()
    await clinician.fill({"closed_on-year": str(london_day(datetime.now(UTC)).year)})
    await clinician.press("Close concern")
    assert "closed" in await clinician.text()
    await clinician.check("concern-closed")


async def begins_and_ends_a_period(clinician: Visitor, person: str) -> None:
    await clinician.page.goto(person)
    await asks(clinician, "Start a Mental Health Act period", "period-start")
    await is_told(clinician, "Save period", "Choose the legal status")
    await clinician.fill({"legal_status": "02"})
    await clinician.press("Save period")
    await asks(clinician, "End the period", "period-end")
    await clinician.fill({"ended_on-day": "31", "ended_on-month": "2"})
    await is_told(clinician, "Save end", "The last day must be a real date, like 27 3 2026")
    await clinician.page.go_back()
    await clinician.page.reload()
    await clinician.press("Save end")
    assert "Ended" in await clinician.text()
    await clinician.check("period-ended")
    restricted = clinician.page.get_by_role("heading", name="Safeguarding concerns")
    assert await restricted.is_visible()
    await clinician.page.emulate_media(media="print")
    assert not await restricted.is_visible()
    await clinician.page.emulate_media(media="screen")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scripts", [True, False])
async def test_a_referral_is_sent_on_another_taken_back(visit: Visit, scripts: bool) -> None:
    clinician = await visit("clinician", scripts=scripts)
    await a_new_person(clinician, f"Petra Lund {scripts} (synthetic)")
    await to_its_referral(clinician)
    await asks(clinician, "Send the family on", "referral-redirect")
    await is_told(clinician, "Send on", "Say why")
    await clinician.fill({"reason": "better_met_elsewhere", "redirected_to": "specialist_perinatal_team"})
    await clinician.press("Send on")
    said = await clinician.text()
    assert "The family has been sent on to another service." in said
    await clinician.check("referral-redirected")
    await a_new_person(clinician, f"Rhian Lund {scripts} (synthetic)")
    await to_its_referral(clinician)
    await asks(clinician, "Withdraw the referral", "referral-withdraw")
    await is_told(clinician, "Withdraw", "Say who takes it back", "Say why")
    await clinician.fill({"withdrawn_by": "family", "reason": "no_longer_needed"})
    await clinician.press("Withdraw")
    assert "The referral has been withdrawn." in await clinician.text()
    await clinician.check("referral-withdrawn")
    await are_among_all_referrals(clinician, f"Petra Lund {scripts} (synthetic)", f"Rhian Lund {scripts} (synthetic)")


async def to_its_referral(clinician: Visitor) -> None:
    link = clinician.page.locator("main a[href*='/triage/'], main a[href*='/referrals/']").first
    await clinician.page.goto(f"{clinician.portal}{await link.get_attribute('href')}")


async def are_among_all_referrals(clinician: Visitor, redirected: str, withdrawn: str) -> None:
    await clinician.open("/referrals")
    said = await clinician.text()
    assert redirected in said
    assert withdrawn in said
    await clinician.check("referrals")
    await clinician.open("/referrals?status=withdrawn")
    said = await clinician.text()
    assert redirected not in said
    assert withdrawn in said
    file = clinician.page.get_by_role("link", name="CSV with names")
    answer = await clinician.context.request.get(f"{clinician.portal}{await file.get_attribute('href')}")
    lines = (await answer.text()).splitlines()
    assert withdrawn in "".join(lines)
    assert {line.split(",")[2] for line in lines[1:]} == {"withdrawn"}
