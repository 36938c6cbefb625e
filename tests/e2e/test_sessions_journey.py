"""A couple gets a place on a full session, and a session is held: in a real browser, with and without JavaScript."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, ViewportSize

from deploy.cli.client import Client
from deploy.local.stack import Stack
from services.portal.web.moments import london_day
from tests.e2e.bad_input.seeded import Seeded, Seeding
from tests.e2e.conftest import PCN, Visit
from tests.e2e.steps import on
from tests.e2e.visitor import Visitor, keep_picture

REACH = {"telephone": "01632 960002", "preferred_language": "en", "interpreter_required": "no"}
KNOWN = {
    "nhs_number_missing_reason": "nhs-number-not-known",
    "practice_ods_code": "Y12011",
    "ethnic_category": "A",
    "preferred_language": "en",
    "interpreter_required": False,
}
PAPER: ViewportSize = {"width": 718, "height": 1000}
"""A4 within the margins of a browser, in CSS pixels."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scripts", [True, False])
async def test_a_couple_is_promoted(visit: Visit, stack: Stack, scripts: bool) -> None:
    session = a_session_for_three(stack, days=12)
    family = await visit(None, scripts=scripts)
    first = await asks_for_a_place(family, session, "Gita Rao (synthetic)")
    assert "You have a place" in await family.text()
    await family.check("join-has-a-place")
    couple = await visit(None, scripts=scripts)
    second = await asks_for_a_place(couple, session, "Hana Lund (synthetic)")
    said = await couple.text()
    assert "You are waiting for a place" in said
    assert "You are the next family." in said
    await couple.check("join-waiting")
    clinician = await visit("clinician", scripts=scripts)
    await sees_who_waits(clinician, session)
    await family.page.goto(f"{family.portal}{first}")
    await family.press("Give up my place")
    assert "You have given up your place" in await family.text()
    await family.check("join-given-up")
    await couple.page.goto(f"{couple.portal}{second}")
    assert "Good news: you have a place now" in await couple.text()
    await couple.check("join-promoted")
    await clinician.open(f"/sessions/{session}")
    assert "Moved up" in await clinician.text()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scripts", [True, False])
async def test_a_session_is_held(visit: Visit, stack: Stack, scripts: bool) -> None:
    session = a_session_for_three(stack, "Rosa Marin (synthetic)", "Hana Lund (synthetic)", days=-1)
    await holds_the_session(await visit("clinician", scripts=scripts), session)


def a_session_for_three(stack: Stack, *families: str, days: int) -> str:
    """An antenatal session open to all with room for three people, a place for one on it for each of the families."""
    begins = datetime.now(UTC).replace(hour=9, minute=0) + timedelta(days=days)
    body = {
        "session_type": "antenatal",
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=2)).isoformat(),
        "capacity": 3,
        "activity_location_type": "K01",
        "language": "en",
        "open_to_all": True,
    }
    with Client(stack.home, "importer") as importer, Client(stack.home, f"clinician.{PCN.lower()}") as clinician:
        seeding = Seeding(stack=stack, pcn=PCN, importer=importer, clinician=clinician, seeded=Seeded(pcn=PCN))
        session = seeding.command("scheduling", "/group-sessions", body)
        for name in families:
            person = seeding.command("referral", "/people", {"full_name": name, **KNOWN})
            place = {"person_id": person, "party_size": 1}
            seeding.command("scheduling", f"/group-sessions/{session}/places", place)
        seeding.arrived()
    return session


async def asks_for_a_place(family: Visitor, session: str, name: str) -> str:
    """The address of the family's place, found from the list of sessions as a family finds it."""
    await family.page.goto(f"{family.portal}/join/{PCN}")
    await family.check("join-sessions")
    await family.page.locator(f"a[href$='{session}']").click()
    await family.check("join-form")
    await family.press("Ask for a place")
    assert "Write a name, so that we know who you are" in await family.text()
    await family.check("join-mistakes")
    await family.fill({"full_name": name, "party_size": "2", **REACH})
    await family.press("Ask for a place")
    assert family.path.startswith(f"/join/{PCN}/places/")
    assert name not in family.page.url
    return family.path


async def sees_who_waits(clinician: Visitor, session: str) -> None:
    await clinician.open("/sessions")
    await clinician.check("sessions")
    await clinician.open(f"/sessions/{session}")
    said = await clinician.text()
    assert "Gita Rao (synthetic)" in said
    assert said.index("Waiting for a place") < said.index("Hana Lund (synthetic)")
    await clinician.check("session-full")
    await prints_cleanly(clinician)


async def prints_cleanly(clinician: Visitor) -> None:
    """On paper the register is the session, a table of its families with boxes, and room for those without a place."""
    await clinician.page.set_viewport_size(PAPER)
    await clinician.page.emulate_media(media="print")
    assert not await clinician.page.locator(".nhsuk-header").is_visible()
    assert not await clinician.page.get_by_text("Book a place for a family").is_visible()
    assert await clinician.page.get_by_role("columnheader", name="How many came").first.is_visible()
    name, box = clinician.page.get_by_text("Gita Rao (synthetic)").first, clinician.page.locator(".portal-tick").first
    assert abs(await top(name) - await top(box)) < 20
    assert await clinician.page.get_by_role("heading", name="Families without a place").is_visible()
    await keep_picture(clinician.page, "session-print")
    await clinician.page.emulate_media(media="screen")


async def top(element: Locator) -> float:
    box = await element.bounding_box()
    assert box is not None
    return box["y"]


async def holds_the_session(clinician: Visitor, session: str) -> None:
    await clinician.open(f"/sessions/{session}")
    assert "Hana Lund (synthetic)" in await clinician.text()
    await clinician.check("session-begun")
    await clinician.press("Fill in the register")
    await clinician.check("register")
    await clinician.page.get_by_label("How many came: Hana Lund (synthetic)").fill("2")
    await clinician.fill({"drop_ins": "three"})
    await clinician.press("Save register")
    assert "Write a number of people for each family" in await clinician.text()
    await clinician.check("register-mistake")
    await clinician.fill({"drop_ins": "1, 3"})
    await clinician.press("Save register")
    said = await clinician.text()
    assert "The register has been saved." in said
    assert "Families who came 3" in said
    assert "People who came 6" in said
    await clinician.check("session-held")


async def test_a_session_is_planned_with_a_family_on_it_and_cancelled(visit: Visit) -> None:
    coordinator = await visit("coordinator")
    await coordinator.open("/sessions/new")
    await coordinator.check("session-plan")
    when = {**on("day", london_day(datetime.now(UTC)) + timedelta(days=9)), "starts": "6pm", "ends": "17:00"}
    await coordinator.fill({"session_type": "partners", **when, "capacity": "8"})
    await coordinator.press("Put on the calendar")
    assert "The end has to be after the start." in await coordinator.text()
    await coordinator.check("session-plan-refused")
    await coordinator.fill({"ends": "19:30"})
    await coordinator.press("Put on the calendar")
    assert "The session is on the calendar." in await coordinator.text()
    await coordinator.press("Book a place for a family")
    await coordinator.check("session-place")
    await coordinator.fill({"party_size": "4"})
    await coordinator.press("Book the place")
    assert "4 of 8" in await coordinator.text()
    await gives_up_and_cancels(coordinator)


async def gives_up_and_cancels(coordinator: Visitor) -> None:
    await coordinator.follow("Give up")
    await coordinator.check("session-give-up")
    await coordinator.press("Give up the place")
    assert "0 of 8" in await coordinator.text()
    await coordinator.press("Cancel the session")
    await coordinator.check("session-cancel")
    await coordinator.fill({"reason": "weather"})
    await coordinator.press("Cancel the session")
    assert "The session has been cancelled." in await coordinator.text()
    await coordinator.check("session-cancelled")
