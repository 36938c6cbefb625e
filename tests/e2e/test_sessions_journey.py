"""A couple gets a place on a full session, and the session is held: in a real browser, with and without JavaScript."""

from asyncio import gather
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from deploy.cli.client import Client
from deploy.local.stack import Stack
from services.kit.testing import eventually
from services.portal.web.moments import london_day
from tests.e2e.conftest import PCN, Visit
from tests.e2e.visitor import Visitor, keep_picture

BEGINS_IN = timedelta(seconds=100)
REACH = {"telephone": "01632 960002", "preferred_language": "en", "interpreter_required": "no"}


@pytest.mark.timeout(300)
async def test_a_couple_is_promoted_and_the_session_is_held(visit: Visit, stack: Stack) -> None:
    """With and without JavaScript at the same time: either has to wait until its session begins."""
    await gather(*(a_full_session(visit, stack, scripts=scripts) for scripts in (True, False)))


async def a_full_session(visit: Visit, stack: Stack, *, scripts: bool) -> None:
    begins = datetime.now(UTC) + BEGINS_IN
    session = a_session_for_three(stack, begins)
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
    await eventually(lambda: begun(begins), within=BEGINS_IN.seconds, what="the session begins")
    await holds_the_session(clinician, session)


def midnight_after(moment: datetime) -> datetime:
    """A session ends on the day it begins on."""
    there = moment.astimezone(ZoneInfo("Europe/London"))
    return there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def a_session_for_three(stack: Stack, begins: datetime) -> str:
    """An antenatal session open to all that begins in a moment, with room for three people."""
    body = {
        "session_type": "antenatal",
        "starts_at": begins.isoformat(),
        "ends_at": min(begins + timedelta(minutes=10), midnight_after(begins) - timedelta(seconds=1)).isoformat(),
        "capacity": 3,
        "activity_location_type": "K01",
        "language": "en",
        "open_to_all": True,
    }
    with Client(stack.home, "importer") as client:
        return str(client.command("scheduling", "POST", f"/v1/pcns/{PCN}/group-sessions", body, uuid4())["id"])


async def begun(begins: datetime) -> bool:
    return datetime.now(UTC) > begins


async def asks_for_a_place(family: Visitor, session: str, name: str) -> str:
    """The address of the family's place, found from the list of sessions as a family finds it."""
    await eventually(lambda: is_listed(family, session), within=10, what="the session is on the page for families")
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


async def is_listed(family: Visitor, session: str) -> bool:
    await family.page.goto(f"{family.portal}/join/{PCN}")
    return await family.page.locator(f"a[href$='{session}']").count() == 1


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
    """On paper the register is the session, its families with boxes to tick, and room for those without a place."""
    await clinician.page.emulate_media(media="print")
    assert not await clinician.page.locator(".nhsuk-header").is_visible()
    assert not await clinician.page.get_by_text("Book a place for a family").is_visible()
    assert await clinician.page.locator(".portal-tick").first.is_visible()
    assert await clinician.page.get_by_role("heading", name="Families without a place").is_visible()
    await keep_picture(clinician.page, "session-print")
    await clinician.page.emulate_media(media="screen")


async def opens(visitor: Visitor, name: str) -> None:
    """Follow a link that looks like a button, and wait for the page it leads to."""
    button = visitor.page.get_by_role("button", name=name)
    path = await button.get_attribute("href")
    await button.click()
    await visitor.page.wait_for_url(f"**{path}")


async def holds_the_session(clinician: Visitor, session: str) -> None:
    await clinician.open(f"/sessions/{session}")
    said = await clinician.text()
    assert "Moved up" in said
    await clinician.check("session-begun")
    await opens(clinician, "Fill in the register")
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
    day = london_day(datetime.now(UTC)) + timedelta(days=9)
    when = {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}
    await coordinator.fill({"session_type": "partners", **when, "starts": "6pm", "ends": "17:00", "capacity": "8"})
    await coordinator.press("Put on the calendar")
    assert "The end has to be after the start." in await coordinator.text()
    await coordinator.check("session-plan-refused")
    await coordinator.fill({"ends": "19:30"})
    await coordinator.press("Put on the calendar")
    assert "The session is on the calendar." in await coordinator.text()
    await opens(coordinator, "Book a place for a family")
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
    await opens(coordinator, "Cancel the session")
    await coordinator.check("session-cancel")
    await coordinator.fill({"reason": "weather"})
    await coordinator.press("Cancel the session")
    assert "The session has been cancelled." in await coordinator.text()
    await coordinator.check("session-cancelled")
