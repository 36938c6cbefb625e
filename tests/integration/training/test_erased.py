"""Somebody a consultation was about was erased: its note opens no more, the consultation stays counted."""

import asyncio
from uuid import uuid4

from services.kit.testing import NOW
from services.training.domain.person import ForgetPerson
from tests.integration.sites import problem
from tests.integration.training.conftest import CONSULTATION, A, Site

REFUSED = {"status": 409, "slug": "erased", "field": "person_id"}


def about(person_id: str) -> dict[str, object]:
    return {**CONSULTATION, "subject_kind": "named_patient", "person_id": person_id, "note": "Zuleika is tearful."}


async def forget(site: Site, person_id: str) -> None:
    # In a whole platform the referral service destroys the key; this one hears of it.
    await site.store.erase(A, person_id)
    gone = ForgetPerson(person_id=person_id, erased_at=NOW)
    await site.application.take(A, gone, command_id=uuid4(), actor="test")


async def test_the_note_is_not_read_and_the_consultation_stays_in_the_log(site: Site) -> None:
    person_id = str(uuid4())
    done = await site.done("POST", f"/pcns/{A}/consultations", about(person_id), role="clinician")
    path = f"/pcns/{A}/consultations/{done['id']}"
    assert (await site.done("GET", path, role="clinician"))["note"] == "Zuleika is tearful."
    await forget(site, person_id)
    assert problem(await site.ask("GET", path, role="clinician")) == REFUSED
    assert await site.application.note_of(A, done["stream"]) is None
    log = await site.done("GET", f"/pcns/{A}/consultations", role="clinician")
    assert [row["person_id"] for row in log if row["consultation_id"] == done["id"]] == [person_id]


async def test_nothing_more_is_logged(site: Site) -> None:
    person_id = str(uuid4())
    await forget(site, person_id)
    refused = await site.ask("POST", f"/pcns/{A}/consultations", about(person_id), role="clinician")
    assert problem(refused) == REFUSED


async def test_who_read_a_note_is_written_down(site: Site) -> None:
    person_id = str(uuid4())
    done = await site.done("POST", f"/pcns/{A}/consultations", about(person_id), role="clinician")
    await site.done("GET", f"/pcns/{A}/consultations/{done['id']}", role="clinician")
    path = f"/pcns/{A}/people/{person_id}/accesses"
    lines = await site.done("GET", path, role="coordinator")
    assert [(line["reader"], line["what"]) for line in lines] == [("a clinician", "consultation-note")]
    assert (await site.ask("GET", path, role="clinician")).status_code == 403


async def test_more_notes_read_at_once_than_there_are_connections(site: Site) -> None:
    """Whoever reads holds no connection while waiting for another: so many would wait for each other."""
    done = await site.done("POST", f"/pcns/{A}/consultations", about(str(uuid4())), role="clinician")
    path = f"/pcns/{A}/consultations/{done['id']}"
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(site.ask("GET", path, role="clinician") for _ in range(24)))
    assert {answer.json()["note"] for answer in answers} == {"Zuleika is tearful."}
