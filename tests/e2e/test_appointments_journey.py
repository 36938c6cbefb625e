"""A family asks for help itself, is triaged, booked, not seen, booked again and seen: in a real browser."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.kit.testing import eventually
from services.portal.web.moments import london_day
from tests.e2e.conftest import PCN, Visit
from tests.e2e.steps import also_if_busy, on
from tests.e2e.visitor import Visitor

REQUEST = {
    "asking_for": "B2",
    "your_name": "Ivo Marin (synthetic)",
    "reach_of": "asker",
    "telephone": "01632 960003",
    "preferred_language": "ro",
    "interpreter_required": "yes",
    "access_note": "She uses a wheelchair.",
    "words": "She cries a lot since the baby came.",
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("scripts", "name"), [(True, "Ana Marin (synthetic)"), (False, "Elena Marin (synthetic)")])
async def test_a_family_asks_is_booked_missed_booked_again_and_seen(visit: Visit, scripts: bool, name: str) -> None:
    await asks_for_help(await visit(None, scripts=scripts), name)
    clinician = await visit("clinician", scripts=scripts)
    await triages(clinician, name)
    person = clinician.page.url
    await books(clinician, "9:30", "10:20")
    await records(clinician, {"attendance_status": "3"})
    assert "Did not come, and gave no warning" in await clinician.text()
    await clinician.page.goto(person)
    await books(clinician, "11:00", "11:50")
    await moves(clinician)
    seen = {"attendance_status": "6", "activities-assessment": "yes", "others_present-infant": "yes"}
    await records(clinician, {**seen, "interpreter_present": "yes"})
    said = await clinician.text()
    assert "Came late and was seen" in said
    assert "What was done Assessment" in said
    assert "Others present Baby" in said
    await clinician.check("appointment-attended")
    await corrects(clinician)
    await sees_the_diary(clinician, name)


async def asks_for_help(family: Visitor, name: str) -> None:
    await family.page.goto(f"{family.portal}/help/{PCN}")
    await family.check("help")
    await family.press("Ask for help")
    assert "Tell us who needs help" in await family.text()
    await family.check("help-mistakes")
    await family.fill({**REQUEST, "full_name": name})
    await family.press("Ask for help")
    assert "We have got your message." in await family.text()
    assert family.path == f"/help/{PCN}/sent"
    await family.check("help-sent")


async def triages(clinician: Visitor, name: str) -> None:
    await eventually(lambda: is_listed(clinician, name), within=10, what="the referral is on the triage list")
    await clinician.follow(name)
    await clinician.fill({"clinical_response_priority": "3"})
    await clinician.press("Save triage")
    await clinician.fill({"care_strand": "parental_mental_health"})
    await clinician.press("Accept referral")
    await clinician.follow("Open the person’s page")


async def is_listed(clinician: Visitor, name: str) -> bool:
    await clinician.open("/triage")
    return name in await clinician.text()


def yesterday() -> date:
    return london_day(datetime.now(UTC)) - timedelta(days=1)


async def books(clinician: Visitor, starts: str, ends: str) -> None:
    """For yesterday, as somebody does who saw a family before there was time to write it down."""
    await clinician.press("Book an appointment")
    await clinician.check("appointment-book")
    await clinician.fill({**on("day", yesterday()), "starts": "half past", "ends": ends})
    await clinician.press("Book appointment")
    assert "The start must be a time, like 9:30 or 14:15" in await clinician.text()
    await clinician.check("appointment-mistake")
    await clinician.fill({"starts": starts})
    await also_if_busy(clinician, "Book appointment")
    assert "The appointment has been booked." in await clinician.text()
    await clinician.check("appointment-booked")


async def moves(clinician: Visitor) -> None:
    await clinician.press("Move it")
    await clinician.check("appointment-move")
    await clinician.fill({"starts": "14:00", "ends": "14:50", "rescheduled_by": "patient"})
    await also_if_busy(clinician, "Move appointment")
    said = await clinician.text()
    assert "The appointment has been moved." in said
    assert "2:00pm to 2:50pm" in said
    await clinician.press("Cancel it")
    await clinician.check("appointment-cancel")
    await clinician.follow("Back to the appointment")


async def records(clinician: Visitor, answers: dict[str, str]) -> None:
    await clinician.press("Record what became of it")
    await clinician.press("Save")
    assert "Say what became of it" in await clinician.text()
    await clinician.check("appointment-record")
    await clinician.fill(answers)
    await clinician.press("Save")
    assert "What became of the appointment has been recorded." in await clinician.text()


async def corrects(clinician: Visitor) -> None:
    await clinician.follow("Correct what became of it")
    await clinician.page.wait_for_url("**/outcome/correct")
    await clinician.check("appointment-correct")
    await clinician.fill({"attendance_status": "5", "reason": "entry-error"})
    await clinician.press("Save correction")
    said = await clinician.text()
    assert "What became of it Came on time" in said
    assert "What was done Assessment" in said
    assert "Recorded before Came late and was seen" in said
    await clinician.check("appointment-corrected")


async def sees_the_diary(clinician: Visitor, name: str) -> None:
    await clinician.open(f"/diary?on={yesterday()}")
    said = await clinician.text()
    assert name in said
    assert "2:00pm to 2:50pm" in said
    assert "Interpreter needed: Romanian" in said
    await clinician.check("diary-day")
    await clinician.open(f"/diary?on={yesterday()}&view=week")
    await clinician.check("diary-week")
    await clinician.open("/diary/to-record")
    await clinician.check("diary-to-record")
