"""What a health visitor asks becomes a referral; professionals are trained; a manager follows a number to its events."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from services.portal.web.moments import london_day
from tests.e2e.conftest import Visit
from tests.e2e.steps import BY_A_MIDWIFE, WITHOUT_A_NUMBER, on
from tests.e2e.visitor import Visitor

YESTERDAY = london_day(datetime.now(UTC)) - timedelta(days=1)
CONSULTATION = {
    "topic": "low-mood",
    "professional_type": "health_visitor",
    "duration_minutes": "25",
    "outcome": "led_to_referral",
}


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_consultation_becomes_a_referral_and_a_number(visit: Visit, scripts: bool) -> None:
    lead = await visit("training-lead", scripts=scripts)
    await a_session_is_planned_and_held(lead)
    await a_register_is_for_good_use(lead)
    name = f"Gita Rao {scripts} (synthetic)"
    await a_health_visitor_is_advised(await visit("clinician", scripts=scripts), name)
    await the_manager_follows_a_number(await visit("coordinator", scripts=scripts))


async def a_session_is_planned_and_held(lead: Visitor) -> None:
    await lead.open("/training/new")
    await lead.check("training-plan")
    await plans(lead, "9:30", "11:00")
    assert "The training session has been planned." in await lead.text()
    await lead.check("training-register")
    first = {"name-1": "Hana Novak (synthetic)", "professional_type-1": "midwife"}
    await lead.page.locator("[name='practice-1']").select_option(index=1)
    await lead.fill({**first, "before-ask-about-mood-1": "3", "after-ask-about-mood-1": "8"})
    await lead.press("Add six more lines")
    assert await lead.page.locator("[name='name-12']").count() == 1
    assert await lead.page.locator("[name='name-1']").input_value() == "Hana Novak (synthetic)"
    await lead.press("Save register")
    said = await lead.text()
    assert "The register of the training session has been saved." in said
    assert "3 before, 8 after" in said
    assert "Hana Novak (synthetic)" in said
    await lead.check("training-held")


async def plans(lead: Visitor, starts: str, ends: str) -> None:
    when = {**on("day", YESTERDAY), "starts": starts, "ends": ends}
    await lead.fill({"course": "asking-about-risk", **when, "objectives-ask-about-mood": "yes"})
    await lead.press("Plan session")


async def a_register_is_for_good_use(lead: Visitor) -> None:
    """It is corrected, printed as certificates, and counted."""
    await the_register_is_corrected(lead)
    await lead.press("Certificates of attendance")
    assert "Ivo Marsh (synthetic)" in await lead.text()
    await lead.check("training-certificates")
    await somebody_is_known_again(lead)
    await lead.open("/training")
    await lead.check("training-list")
    await lead.open("/training/coverage")
    assert "1 of " in await lead.text()
    await lead.check("training-coverage")
    await families_contribute(lead)


async def the_register_is_corrected(lead: Visitor) -> None:
    await lead.press("Correct the register")
    await lead.check("training-correct")
    await lead.fill(
        {"after-ask-about-mood-1": "9", "name-2": "Ivo Marsh (synthetic)", "professional_type-2": "midwife"}
    )
    await lead.press("Save the corrected register")
    assert "Choose why it is corrected" in await lead.text()
    await lead.fill({"reason": "person-forgotten"})
    await lead.press("Save the corrected register")
    said = await lead.text()
    assert "The register has been corrected." in said
    assert "2 attended" in said
    assert "3 before, 9 after" in said


async def somebody_is_known_again(lead: Visitor) -> None:
    """Chosen from those who attended before: nothing else has to be filled in."""
    await lead.open("/training/new")
    await plans(lead, "13:30", "15:00")
    await lead.page.locator("[name='known-1']").select_option(label="Hana Novak (synthetic), midwife")
    await lead.check("training-register-known")
    await lead.press("Save register")
    said = await lead.text()
    assert "1 attended" in said
    assert "Hana Novak (synthetic)" in said


async def families_contribute(lead: Visitor) -> None:
    await lead.open("/community/new")
    await lead.press("Log contribution")
    assert "There is a problem" in await lead.text()
    await lead.check("community-mistakes")
    await lead.fill({"kind": "advisory-group", "people": "7"})
    await lead.press("Log contribution")
    said = await lead.text()
    assert "What families contributed has been logged." in said
    assert "A group of families advised" in said
    await lead.check("community")


async def a_health_visitor_is_advised(clinician: Visitor, name: str) -> None:
    await clinician.open("/consultations/new")
    await clinician.press("Log consultation")
    assert "There is a problem" in await clinician.text()
    await clinician.check("consultation-mistakes")
    await clinician.fill({"subject_kind": "anonymous_case", **CONSULTATION})
    await clinician.press("Log consultation")
    said = await clinician.text()
    assert "The consultation has been logged." in said
    assert "This request follows the consultation you logged" in said
    await clinician.check("refer-after-consultation")
    by_a_health_visitor = {"source_of_referral": "A2", "referring_professional_type": "health_visitor"}
    await clinician.fill({**WITHOUT_A_NUMBER, "full_name": name, **BY_A_MIDWIFE, **by_a_health_visitor})
    await clinician.press("Send referral")
    assert "The referral has been received." in await clinician.text()
    await clinician.open("/consultations")
    assert "A referral follows" in await clinician.text()
    await clinician.check("consultations")


async def the_manager_follows_a_number(manager: Visitor) -> None:
    await manager.open("/report")
    await manager.check("report")
    await manager.page.get_by_role("link", name="events behind Consultations that led to a referral").click()
    said = await manager.text()
    assert "consultation-logged-1" in said
    await manager.check("report-events")
    link = manager.page.get_by_role("link", name="Download as JSON")
    answer = await manager.context.request.get(f"{manager.portal}{await link.get_attribute('href')}")
    listed = await answer.json()
    assert listed["number"] == len(listed["events"]) >= 1
    await manager.follow("Back to the report")
    file = manager.page.get_by_role("link", name="Download as CSV")
    answer = await manager.context.request.get(f"{manager.portal}{await file.get_attribute('href')}")
    lines = list(csv.DictReader(io.StringIO(await answer.text())))
    [minutes] = [line["value"] for line in lines if line["figure"] == "consultation_minutes"]
    assert int(minutes) >= 25
