"""A family asks for help; its clock explains itself at every step, and stops. In a real browser, with real services."""

import re
from datetime import UTC, datetime

import pytest

from services.kit.testing import eventually
from services.portal.web.moments import london_day
from tests.e2e.conftest import PCN, Visit
from tests.e2e.steps import also_if_busy, on
from tests.e2e.visitor import Visitor

ASK = {
    "asking_for": "B1",
    "telephone": "01632 960004",
    "preferred_language": "en",
    "interpreter_required": "no",
    "contact_preference": "9",
    "access_note": "Please ring after six (synthetic).",
    "words": "I need somebody to talk to.",
}
PHQ9 = {f"item-{number}": "1" for number in range(1, 10)} | {"item-9": "0"}
PARTS = ("First time seen", "First questionnaire", "Assessment", "Care plan or first help")


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("scripts", "name"), [(True, "Mina Okoro (synthetic)"), (False, "Rosa Okoro (synthetic)")])
async def test_a_clock_explains_itself_until_it_stops(visit: Visit, scripts: bool, name: str) -> None:
    await asks_for_help(await visit(None, scripts=scripts), name)
    clinician = await visit("clinician", scripts=scripts)
    await opens_referral(clinician, name)
    await says(clinician, missing=PARTS)
    await was_asked_once(clinician)
    await clinician.check("clock-begins")
    await accepts(clinician)
    referral = clinician.path
    await says(clinician, missing=PARTS)
    person = await to_the_person(clinician)
    await sees(clinician, person, {"attendance_status": "3"})
    await at(clinician, referral, missing=PARTS)
    await sees(clinician, person, {"attendance_status": "5"}, "assessment")
    await at(clinician, referral, missing=(PARTS[1], PARTS[3]))
    await is_on_the_waiting_list(clinician, name)
    await measures(clinician, person)
    await at(clinician, referral, missing=(PARTS[3],))
    await sees(clinician, person, {"attendance_status": "5"}, "care_plan")
    await at(clinician, referral, missing=())
    assert "The clock stopped on" in await clinician.text()
    await clinician.check("clock-stopped")
    await tells_its_story(clinician, person)
    await closes(clinician, referral)


async def asks_for_help(family: Visitor, name: str) -> None:
    await family.page.goto(f"{family.portal}/help/{PCN}")
    await family.fill({**ASK, "full_name": name, "access_needs-step_free": "yes"})
    await family.check("ask-for-help-filled")
    await family.press("Ask for help")


async def opens_referral(clinician: Visitor, name: str) -> None:
    async def listed() -> bool:
        await clinician.open("/triage")
        return name in await clinician.text()

    await eventually(listed, within=15, what="the referral is on the triage list")
    await clinician.follow(name)


async def says(clinician: Visitor, *, missing: tuple[str, ...]) -> None:
    said = await clinician.text()
    for part in PARTS:
        assert (f"{part}: missing" in said) is (part in missing), part


async def was_asked_once(clinician: Visitor) -> None:
    """What the family needs and wrote is before whoever triages."""
    said = await clinician.text()
    for words in ("A way in without steps", "Please ring after six", "By text message", "I need somebody to talk to."):
        assert words in said


async def at(clinician: Visitor, referral: str, *, missing: tuple[str, ...]) -> None:
    """The clock hears of it through Kafka, twice over: scheduling or outcomes, then referral, then this page."""

    async def heard() -> bool:
        await clinician.page.goto(f"{clinician.portal}{referral}")
        said = await clinician.text()
        return all((f"{part}: missing" in said) is (part in missing) for part in PARTS)

    await eventually(heard, within=20, what=f"the clock misses {missing}")


async def accepts(clinician: Visitor) -> None:
    await clinician.fill({"clinical_response_priority": "3"})
    await clinician.press("Save triage")
    await clinician.fill({"care_strand": "parent_infant"})
    await clinician.press("Accept referral")
    assert "The referral has been accepted." in await clinician.text()
    await clinician.page.goto(clinician.page.url.partition("?")[0])


async def to_the_person(clinician: Visitor) -> str:
    await clinician.follow("Open the person’s page")
    return clinician.path


async def sees(clinician: Visitor, person: str, answers: dict[str, str], *activities: str) -> None:
    """An appointment at the first moment of today, which has begun at whatever hour this runs: booked, and its outcome."""
    await clinician.page.goto(f"{clinician.portal}{person}/appointments/new")
    await clinician.fill({**on("day", london_day(datetime.now(UTC))), "starts": "00:00", "ends": "00:30"})
    await also_if_busy(clinician, "Book appointment")
    assert "The appointment has been booked." in await clinician.text()
    await clinician.page.goto(f"{clinician.page.url.partition('?')[0]}/outcome")
    await clinician.fill({**answers, **{f"activities-{each}": "yes" for each in activities}})
    await clinician.press("Save")
    assert "What became of the appointment has been recorded." in await clinician.text()


async def is_on_the_waiting_list(clinician: Visitor, name: str) -> None:
    await clinician.open("/waiting?part=plan_or_intervention")
    assert name in await clinician.text()
    await clinician.check("waiting-clock")
    await clinician.open("/waiting?part=first_contact")
    assert name not in await clinician.text()


async def measures(clinician: Visitor, person: str) -> None:
    await clinician.page.goto(f"{clinician.portal}{person}/measures/new?instrument=phq9")
    await clinician.fill({**PHQ9, "collection_point": "baseline"})
    await clinician.press("Save questionnaire")
    assert "The questionnaire has been recorded." in await clinician.text()


async def tells_its_story(clinician: Visitor, person: str) -> None:
    await clinician.page.goto(f"{clinician.portal}{person}/goals/new")
    await clinician.check("goal-new")
    await clinician.fill({"wording": "To sleep when the baby sleeps (synthetic)"})
    await clinician.press("Save goal")
    said = await clinician.text()
    assert "To sleep when the baby sleeps (synthetic)" in said
    # A day more where midnight came meanwhile.
    assert re.search("Waiting clock stopped after (0 days|1 day)", said)
    assert "Appointment: Did not come, and gave no warning" in said
    await clinician.follow("Rate this goal")
    await clinician.fill({"rating": "3"})
    await clinician.check("goal-rate")
    await clinician.press("Save rating")
    assert "3 of 10" in await clinician.text()
    await clinician.page.goto(f"{clinician.portal}{person}/restricted/concerns/new")
    await clinician.check("concern-new")
    await clinician.fill({"level": "early-help"})
    await clinician.press("Open concern")
    assert "Early help, from" in await clinician.text()
    await clinician.page.goto(f"{clinician.portal}{person}/restricted/periods/new")
    await clinician.fill({"legal_status": "02"})
    await clinician.press("Save period")
    assert "Section 2, from" in await clinician.text()
    await clinician.check("person-whole")


async def closes(clinician: Visitor, referral: str) -> None:
    await clinician.page.goto(f"{clinician.portal}{referral}")
    await clinician.follow("Close the referral")
    await clinician.press("Close referral")
    assert "Say why" in await clinician.text()
    await clinician.check("referral-close")
    await clinician.fill({"reason": "work_completed"})
    await clinician.press("Close referral")
    said = await clinician.text()
    assert "The referral has been closed." in said
    assert "The work is completed" in said


@pytest.mark.timeout(120)
async def test_whoever_runs_the_platform_sees_how_the_services_are(visit: Visit) -> None:
    coordinator = await visit("coordinator")
    await coordinator.page.goto(f"{coordinator.portal}/operations")
    said = await coordinator.text()
    assert "Does not answer" not in said
    assert "Every service is up" in said
    await coordinator.check("operations")
    for details in await coordinator.page.locator("details > summary").all():
        await details.click()
    said = await coordinator.text()
    assert "Events of other services" in said
    assert "perinatal.referral.events" in said
    await coordinator.check("operations-open")
    await coordinator.open("/everybody")
    await coordinator.check("everybody")
