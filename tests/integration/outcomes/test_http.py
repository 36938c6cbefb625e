"""The JSON API over the real application: what is sent, what is answered, what is then in the log and the read model."""

from typing import Any
from uuid import uuid4

import pytest

from services.outcomes.domain.events import MeasureCorrected, MeasureRecorded, PersonEnrolled, RiskFlagged
from services.outcomes.domain.measures import flag_id_for
from tests.integration.outcomes.conftest import AT_RISK, CALM, EPDS, A, B, Site
from tests.integration.sites import problem

pytestmark = pytest.mark.postgres


async def test_a_measure_is_recorded_scored_and_shown(site: Site) -> None:
    person = await site.enrol()

    done = await site.record(person, gestation_weeks=31.5)

    assert (done["stream"], done["version"]) == (f"record-{person}", 2)
    shown = await site.done("GET", f"/pcns/{A}/people/{person}/measures")
    measure = shown["measures"][0]
    assert (measure["measure_id"], measure["scores"], measure["bands"]) == (
        done["id"],
        {"total": 7.0},
        {"total": "unlikely"},
    )
    assert (measure["answers"], measure["gestation_weeks"], measure["flags"]) == (CALM, 31.5, [])
    assert [type(event) for event in await site.events(f"record-{person}")] == [PersonEnrolled, MeasureRecorded]


async def test_answers_by_position_are_turned(site: Site) -> None:
    person = await site.enrol()

    await site.record(person, items=[0] * 10, orientation="position")

    measure = (await site.done("GET", f"/pcns/{A}/people/{person}/measures"))["measures"][0]
    assert measure["scores"] == {"total": 21.0}
    assert [flag["item"] for flag in measure["flags"]] == [10]


async def test_the_risk_item_flags_without_a_total(site: Site) -> None:
    person = await site.enrol()

    await site.record(person, items=[None] * 9 + [1])

    measure = (await site.done("GET", f"/pcns/{A}/people/{person}/measures"))["measures"][0]
    assert (measure["scores"], measure["flags"][0]["concern"]) == ({"total": None}, "self-harm")


async def test_the_same_command_twice_has_one_effect_and_one_answer(site: Site) -> None:
    person, key = await site.enrol(), str(uuid4())
    body = {**EPDS, "person_id": person}

    first = await site.done("POST", f"/pcns/{A}/measures", body, key=key)
    again = await site.done("POST", f"/pcns/{A}/measures", body, key=key)

    assert again == {**first, "duplicate": True}
    assert len(await site.events(f"record-{person}")) == 2


async def test_the_same_form_under_another_command_is_the_same_measure(site: Site) -> None:
    person = await site.enrol()

    first, again = await site.record(person), await site.record(person)

    assert (again["id"], again["version"]) == (first["id"], first["version"])
    assert len(await site.events(f"record-{person}")) == 2


async def test_the_same_form_with_other_answers_is_refused(site: Site) -> None:
    person = await site.enrol()
    await site.record(person)

    response = await site.ask("POST", f"/pcns/{A}/measures", {**EPDS, "person_id": person, "items": AT_RISK})

    assert problem(response) == {"status": 409, "slug": "measure-already-recorded", "field": "completed_on"}


async def test_a_correction_supersedes_and_may_flag(site: Site) -> None:
    person = await site.enrol()
    measure_id = (await site.record(person))["id"]

    done = await site.correct(person, measure_id, note="read from the paper form")

    assert (done["id"], done["version"]) == (measure_id, 4)
    measure = (await site.done("GET", f"/pcns/{A}/people/{person}/measures"))["measures"][0]
    assert (measure["scores"], measure["corrections"], len(measure["flags"])) == ({"total": 8.0}, 1, 1)
    *_, corrected, flagged = await site.events(f"record-{person}")
    assert isinstance(corrected, MeasureCorrected)
    assert isinstance(flagged, RiskFlagged)
    assert (corrected.supersedes_version, corrected.note) == (2, "read from the paper form")


async def test_what_was_lost_before_a_measure_is_counted(site: Site) -> None:
    """A form that is entered again raises the flag others know already: under another id nobody could review that one."""
    person = await site.enrol()
    await site.lost(f"record-{person}")
    await site.lost(f"record-{person}")

    measure_id = (await site.record(person, items=AT_RISK))["id"]
    await site.correct(person, measure_id, items=CALM)

    *_, flagged, corrected = await site.events(f"record-{person}")
    assert flagged.flag_id == flag_id_for(measure_id, 1, 10)
    assert corrected.supersedes_version == 4


async def test_the_note_of_a_correction_is_sealed_and_not_in_the_read_model(site: Site) -> None:
    person = await site.enrol()
    await site.correct(person, (await site.record(person))["id"], note="a most secret note")

    async with site.pool.scope(A) as tx:
        log = await tx.fetch("select data::text, meta::text, sealed from events where stream = $1", f"record-{person}")
        rows = await tx.fetch("select person_measures::text from person_measures where person_id = $1", person)

    assert "secret" not in str([(row["data"], row["meta"]) for row in log]) + str(rows)
    sealed = [row["sealed"] for row in log if row["sealed"] is not None]
    assert len(sealed) == 1
    assert b"secret" not in sealed[0]


async def test_change_is_from_the_first_to_the_last_day_in_whatever_order_they_came(site: Site) -> None:
    person = await site.enrol()
    await site.record(person, items=[1] * 10, completed_on="2026-05-20", collection_point="end")
    assert (await site.done("GET", f"/pcns/{A}/people/{person}/measures"))["changes"] == []
    await site.record(person, items=[2] * 10, completed_on="2026-01-20", collection_point="baseline")

    change = (await site.done("GET", f"/pcns/{A}/people/{person}/measures"))["changes"][0]

    assert (change["first"], change["last"]) == (
        {"completed_on": "2026-01-20", "value": 20.0},
        {"completed_on": "2026-05-20", "value": 10.0},
    )
    assert (change["improvement"], change["class"], change["threshold"]) == (10.0, "improved", 4.0)


async def test_instruments_and_code_lists_are_told(site: Site) -> None:
    instruments = {each["code"]: each for each in await site.done("GET", "/instruments", role="coordinator")}
    lists = await site.done("GET", "/code-lists", role="coordinator")

    assert sorted(instruments) == ["core10", "epds", "gad7", "hads", "phq9"]
    assert [score["name"] for score in instruments["hads"]["scores"]] == ["anxiety", "depression"]
    assert [entry["code"] for entry in lists["collection_point"]["codes"]] == ["baseline", "review", "end"]


@pytest.mark.parametrize(
    ("changes", "status", "slug", "field"),
    [
        ({"instrument": "bdi"}, 422, "instrument-unknown", "instrument"),
        ({"items": [0, 0, 4, 0, 0, 0, 0, 0, 0, 0]}, 422, "answer-out-of-range", "items.3"),
        ({"items": [0, 0]}, 422, "answer-count-wrong", "items"),
        ({"items": [0, "na", 0, 0, 0, 0, 0, 0, 0, 0]}, 422, "answer-not-applicable", "items.2"),
        ({"items": [None] * 10}, 422, "measure-unanswered", "items"),
        ({"completed_on": "2026-06-02"}, 422, "completed-in-future", "completed_on"),
        ({"completed_on": "1999-12-31"}, 422, "completed-too-early", "completed_on"),
        ({"collection_point": "later"}, 422, "code-unknown", "collection_point"),
        ({"person_id": str(uuid4())}, 404, "person-unknown", "person_id"),
    ],
)
async def test_a_measure_that_cannot_be_is_refused(
    site: Site, changes: dict[str, Any], status: int, slug: str, field: str
) -> None:
    person = await site.enrol()

    response = await site.ask("POST", f"/pcns/{A}/measures", {**EPDS, "person_id": person, **changes})

    assert problem(response) == {"status": status, "slug": slug, "field": field}
    assert len(await site.events(f"record-{person}")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"items": ["1"] * 10},
        {"items": [True] * 10},
        {"items": [1.5] * 10},
        {"items": []},
        {"completed_on": 20260520},
        {"completed_on": "2026-02-30"},
        {"completed_on": "20/05/2026"},
        {"person_id": "somebody"},
        {"orientation": "upside-down"},
        {"gestation_weeks": 46},
        {"infant_age_weeks": -1},
        {"score": 7},
    ],
)
async def test_a_body_in_the_wrong_form_is_refused_before_anything_else(site: Site, changes: dict[str, Any]) -> None:
    response = await site.ask("POST", f"/pcns/{A}/measures", {**EPDS, "person_id": str(uuid4()), **changes})

    assert problem(response) == {"status": 422, "slug": "request-invalid"}
    assert next(iter(changes)) in response.json()["errors"][0]["field"]


@pytest.mark.parametrize(
    ("changes", "slug"),
    [({"reason": "because"}, "code-unknown"), ({"items": [9] * 10}, "answer-out-of-range")],
)
async def test_a_correction_that_cannot_be_is_refused(site: Site, changes: dict[str, Any], slug: str) -> None:
    person = await site.enrol()
    measure_id = (await site.record(person))["id"]
    body = {"person_id": person, "items": AT_RISK, "orientation": "oriented", "reason": "entry-error", **changes}

    response = await site.ask("POST", f"/pcns/{A}/measures/{measure_id}/correct", body)

    assert problem(response)["slug"] == slug
    assert len(await site.events(f"record-{person}")) == 2


async def test_a_correction_of_nothing_is_refused(site: Site) -> None:
    person = await site.enrol()
    body = {"person_id": person, "items": AT_RISK, "orientation": "oriented", "reason": "entry-error"}

    missing = await site.ask("POST", f"/pcns/{A}/measures/{uuid4()}/correct", body)
    nobody = await site.ask("POST", f"/pcns/{A}/measures/{uuid4()}/correct", {**body, "person_id": str(uuid4())})

    assert problem(missing) == {"status": 404, "slug": "measure-unknown", "field": "measure_id"}
    assert problem(nobody) == {"status": 404, "slug": "person-unknown", "field": "person_id"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", f"/pcns/{A}/measures", {"clinician", "importer"}),
        ("POST", f"/pcns/{A}/measures/{uuid4()}/correct", {"clinician"}),
        ("GET", f"/pcns/{A}/people/{uuid4()}/measures", {"clinician"}),
    ],
)
@pytest.mark.parametrize("role", ["referrer", "clinician", "coordinator", "training-lead", "operator", "importer"])
async def test_only_those_who_may_get_past_the_door(
    site: Site, role: str, method: str, path: str, allowed: set[str]
) -> None:
    response = await site.ask(method, path, {}, role=role)

    assert (response.status_code != 403) == (role in allowed)


async def test_another_network_sees_and_touches_nothing(site: Site) -> None:
    person = await site.enrol()
    measure_id = (await site.record(person))["id"]
    body = {"person_id": person, "items": AT_RISK, "orientation": "oriented", "reason": "entry-error"}

    assert (await site.done("GET", f"/pcns/{B}/people/{person}/measures", pcns=[B]))["measures"] == []
    elsewhere = await site.ask("POST", f"/pcns/{B}/measures/{measure_id}/correct", body, pcns=[B])
    there = await site.ask("POST", f"/pcns/{B}/measures", {**EPDS, "person_id": person}, pcns=[B])
    not_mine = await site.ask("GET", f"/pcns/{A}/people/{person}/measures", pcns=[B])

    assert problem(elsewhere)["slug"] == problem(there)["slug"] == "person-unknown"
    assert problem(not_mine) == {"status": 403, "slug": "not-allowed"}
