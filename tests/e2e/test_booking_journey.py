"""Whoever refers a family books it a place on a session, and sees nothing clinical on the way."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from deploy.cli.client import Client
from deploy.local.stack import Stack
from tests.e2e.conftest import PCN, Visit
from tests.e2e.steps import refers
from tests.e2e.visitor import Visitor


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_referrer_books_a_place(visit: Visit, stack: Stack, scripts: bool) -> None:
    sessions(stack)
    name = f"Jana Bell {scripts} (synthetic)"
    referrer = await visit("referrer", scripts=scripts)
    await refers(referrer, name)
    await referrer.follow("Book a place on a session for this family")
    assert name in await referrer.text()
    await referrer.check("booking-sessions")
    await referrer.follow("Book a place")
    await referrer.fill({"party_size": "0"})
    await referrer.press("Book the place")
    assert "must be a whole number" in await referrer.text()
    await referrer.check("booking-mistakes")
    await referrer.fill({"party_size": "2"})
    await referrer.press("Book the place")
    said = await referrer.text()
    assert "The family has a place" in said
    assert "It is for 2 people." in said
    await referrer.check("booking-booked")
    another = await referrer.page.get_by_role("link", name="Book another place").get_attribute("href") or ""
    person = another.partition("=")[2]
    for path in (f"/people/{person}", "/sessions", "/waiting", "/report"):
        assert (await referrer.open(path)).status == 403, path
    await a_clinician_books_from_the_persons_page(await visit("clinician", scripts=scripts), person, name)


def sessions(stack: Stack) -> None:
    """Two, a day apart."""
    with Client(stack.home, "importer") as client:
        for days in (7, 8):
            # In the morning: at night they would end on another day.
            begins = datetime.now(UTC).replace(hour=9, minute=0) + timedelta(days=days)
            body = {
                "session_type": "antenatal",
                "starts_at": begins.isoformat(),
                "ends_at": (begins + timedelta(hours=2)).isoformat(),
                "capacity": 30,
                "activity_location_type": "K01",
                "language": "en",
                "open_to_all": True,
            }
            client.command("scheduling", "POST", f"/v1/pcns/{PCN}/group-sessions", body, uuid4())


async def a_clinician_books_from_the_persons_page(clinician: Visitor, person: str, name: str) -> None:
    """On the session they are booked on already, which is refused, and on the last there is."""
    for number, said in (
        (0, "This person already has or waits for a place at this session."),
        (-1, "The list below says"),
    ):
        await clinician.open(f"/people/{person}")
        await clinician.press("Book a place on a session")
        await clinician.page.get_by_role("link", name="Book a place").nth(number).click()
        assert name in await clinician.text()
        await clinician.fill({"party_size": "1"})
        await clinician.press("Book the place")
        assert said in await clinician.text()
