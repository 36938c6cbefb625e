"""Somebody whose record is here was erased: nothing is read or added, what is sealed opens no more, the facts stay."""

from uuid import uuid4

import pytest

from services.outcomes.domain.events import EpisodeClosed, GoalSet
from services.outcomes.domain.record import CloseEpisode, ForgetPerson
from tests.integration.outcomes.conftest import EPDS, A, Site
from tests.integration.sites import problem
from tests.unit.outcomes.builders import NOW

REFUSED = {"status": 409, "slug": "erased", "field": "person_id"}


async def somebody_erased(site: Site) -> str:
    person_id = await site.enrol()
    await site.record(person_id)
    goal = {"wording": "Zuleika sleeps", "set_on": "2026-05-20"}
    await site.done("POST", f"/pcns/{A}/people/{person_id}/goals", goal)
    # In a whole platform the referral service destroys the key; this one hears of it.
    await site.store.erase(A, person_id)
    gone = ForgetPerson(person_id=person_id, erased_at=NOW)
    await site.application.take(A, gone, command_id=uuid4(), actor="test")
    return person_id


@pytest.mark.parametrize("part", ["measures", "goals", "safeguarding", "mha-periods"])
async def test_nothing_is_read(site: Site, part: str) -> None:
    person_id = await somebody_erased(site)
    assert problem(await site.ask("GET", f"/pcns/{A}/people/{person_id}/{part}")) == REFUSED


async def test_nothing_is_added(site: Site) -> None:
    person_id = await somebody_erased(site)
    for path, body in (
        ("/measures", {**EPDS, "person_id": person_id, "completed_on": "2026-05-21"}),
        (f"/people/{person_id}/goals", {"wording": "x", "set_on": "2026-05-20"}),
        (f"/people/{person_id}/safeguarding-concerns", {"level": "concern-raised", "opened_on": "2026-05-20"}),
    ):
        assert problem(await site.ask("POST", f"/pcns/{A}{path}", body)) == REFUSED, path


async def test_the_facts_stay_and_the_words_are_gone(site: Site) -> None:
    person_id = await somebody_erased(site)
    goal = next(event for event in await site.events(f"record-{person_id}") if isinstance(event, GoalSet))
    assert (goal.wording, goal.set_on.isoformat()) == (None, "2026-05-20")
    async with site.pool.scope(A) as tx:
        assert await tx.fetchval("select count(*) from person_measures where person_id = $1", person_id) == 1


async def test_the_end_of_their_care_is_still_heard(site: Site) -> None:
    person_id = await somebody_erased(site)
    end = CloseEpisode(
        person_id=person_id, referral_id=str(uuid4()), ended_by="closed", reason="person_erased", ended_at=NOW
    )
    await site.application.take(A, end, command_id=uuid4(), actor="test")
    assert isinstance((await site.events(f"record-{person_id}"))[-1], EpisodeClosed)


async def test_who_read_a_record_is_written_down_part_by_part(site: Site) -> None:
    person_id = await site.enrol()
    for part in ("measures", "goals", "safeguarding", "mha-periods"):
        await site.done("GET", f"/pcns/{A}/people/{person_id}/{part}")
    path = f"/pcns/{A}/people/{person_id}/accesses"
    lines = await site.done("GET", path, role="coordinator")
    assert [line["what"] for line in lines] == ["mha-periods", "safeguarding", "goals", "measures"]
    assert {(line["reader"], *line["roles"]) for line in lines} == {("a clinician", "clinician")}
    assert (await site.ask("GET", path)).status_code == 403
