"""Goals and the review of risk flags over the real application."""

from typing import Any
from uuid import uuid4

import pytest

from services.outcomes.domain.events import GoalRated, GoalSet, RiskReviewed
from tests.integration.bad_input import ROLES
from tests.integration.outcomes.conftest import AT_RISK, CALM, A, B, Site
from tests.integration.sites import problem

pytestmark = pytest.mark.postgres

GOAL = {"wording": "to sleep five hours in a row", "set_on": "2026-03-02"}
MARKUP = "<script>alert(1)</script> & 'sleep'"


async def a_goal(site: Site, person: str, **changes: Any) -> str:
    done = await site.done("POST", f"/pcns/{A}/people/{person}/goals", {**GOAL, **changes})
    return str(done["id"])


async def rate(site: Site, person: str, goal: str, rating: int, day: str) -> Any:
    body = {"person_id": person, "rating": rating, "rated_on": day}
    return await site.done("POST", f"/pcns/{A}/goals/{goal}/rate", body)


async def goals_of(site: Site, person: str) -> Any:
    return (await site.done("GET", f"/pcns/{A}/people/{person}/goals"))["goals"]


async def a_flag(site: Site, person: str) -> str:
    await site.record(person, items=AT_RISK)
    return str((await flags_of(site, person))[0]["flag_id"])


async def flags_of(site: Site, person: str) -> Any:
    return (await site.done("GET", f"/pcns/{A}/people/{person}/measures"))["measures"][0]["flags"]


async def test_a_goal_is_set_rated_and_compared_with_itself(site: Site) -> None:
    person = await site.enrol()
    goal, other = await a_goal(site, person), await a_goal(site, person, wording=MARKUP, set_on="2026-03-03")

    await rate(site, person, goal, 6, "2026-05-02")
    await rate(site, person, goal, 2, "2026-03-02")
    await rate(site, person, other, 9, "2026-03-03")

    first, second = await goals_of(site, person)
    assert (first["goal_id"], first["wording"]) == (goal, GOAL["wording"])
    assert [(each["rated_on"], each["rating"]) for each in first["ratings"]] == [("2026-03-02", 2), ("2026-05-02", 6)]
    assert (first["change"]["improvement"], first["change"]["class"], first["change"]["threshold"]) == (
        4.0,
        "improved",
        3.0,
    )
    assert (second["wording"], second["change"]) == (MARKUP, None)


async def test_the_same_goal_command_twice_is_one_goal(site: Site) -> None:
    person, key = await site.enrol(), str(uuid4())

    first = await site.done("POST", f"/pcns/{A}/people/{person}/goals", GOAL, key=key)
    again = await site.done("POST", f"/pcns/{A}/people/{person}/goals", GOAL, key=key)

    assert again == {**first, "duplicate": True}
    assert [type(event) for event in (await site.events(f"record-{person}"))[1:]] == [GoalSet]


async def test_the_words_of_a_goal_are_sealed_and_in_no_table(site: Site) -> None:
    person = await site.enrol()
    goal = await a_goal(site, person, wording="wholly-private-words")
    await rate(site, person, goal, 5, "2026-05-02")

    async with site.pool.scope(A) as tx:
        log = await tx.fetch("select data, meta, sealed from events where stream = $1", f"record-{person}")
        rows = await tx.fetch("select goals::text from goals where person_id = $1", person)

    assert len(rows) == 1
    assert "wholly-private-words" not in str([(row["data"], row["meta"]) for row in log]) + str(rows)
    assert all(b"wholly-private-words" not in (row["sealed"] or b"") for row in log)


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"rating": 11}, "rating-out-of-range", "rating"),
        ({"rating": -1}, "rating-out-of-range", "rating"),
        ({"rated_on": "2026-06-02"}, "day-in-future", "rated_on"),
        ({"rated_on": "1999-12-31"}, "day-too-early", "rated_on"),
        ({"rated_on": "2026-03-01"}, "rated-before-set", "rated_on"),
    ],
)
async def test_a_rating_that_cannot_be_is_refused(site: Site, changes: dict[str, Any], slug: str, field: str) -> None:
    person = await site.enrol()
    goal = await a_goal(site, person)
    body = {"person_id": person, "rating": 5, "rated_on": "2026-03-02", **changes}

    response = await site.ask("POST", f"/pcns/{A}/goals/{goal}/rate", body)

    assert problem(response) == {"status": 422, "slug": slug, "field": field}
    assert not any(isinstance(event, GoalRated) for event in await site.events(f"record-{person}"))


@pytest.mark.parametrize(
    "body",
    [
        {**GOAL, "wording": ""},
        {**GOAL, "wording": "   "},
        {**GOAL, "wording": "x" * 501},
        {**GOAL, "set_on": "2026-02-30"},
        {**GOAL, "person_id": str(uuid4())},
        {"set_on": "2026-03-02"},
    ],
)
async def test_a_goal_in_the_wrong_form_is_refused(site: Site, body: dict[str, Any]) -> None:
    person = await site.enrol()

    response = await site.ask("POST", f"/pcns/{A}/people/{person}/goals", body)

    assert problem(response) == {"status": 422, "slug": "request-invalid"}
    assert len(await site.events(f"record-{person}")) == 1


async def test_ten_megabytes_of_words_are_refused(site: Site) -> None:
    person = await site.enrol()

    response = await site.ask("POST", f"/pcns/{A}/people/{person}/goals", {**GOAL, "wording": "x" * 10_000_000})

    assert problem(response)["slug"] == "too-large"


async def test_goals_and_flags_of_nobody_are_refused(site: Site) -> None:
    person, nobody = await site.enrol(), str(uuid4())
    rating = {"person_id": person, "rating": 5, "rated_on": "2026-03-02"}
    review = {"person_id": person, "outcome": "monitoring"}

    unknown = await site.ask("POST", f"/pcns/{A}/people/{nobody}/goals", GOAL)
    no_goal = await site.ask("POST", f"/pcns/{A}/goals/{uuid4()}/rate", rating)
    no_flag = await site.ask("POST", f"/pcns/{A}/risk-flags/{uuid4()}/review", review)

    assert problem(unknown) == {"status": 404, "slug": "person-unknown", "field": "person_id"}
    assert problem(no_goal) == {"status": 404, "slug": "goal-unknown", "field": "goal_id"}
    assert problem(no_flag) == {"status": 404, "slug": "risk-flag-unknown", "field": "flag_id"}


async def test_a_flag_is_reviewed_once_and_stays(site: Site) -> None:
    person = await site.enrol()
    flag = await a_flag(site, person)
    body = {"person_id": person, "outcome": "safety-plan-agreed", "note": "spoke on the telephone"}

    done = await site.done("POST", f"/pcns/{A}/risk-flags/{flag}/review", body)
    again = await site.ask("POST", f"/pcns/{A}/risk-flags/{flag}/review", body)
    measure_id = (await site.done("GET", f"/pcns/{A}/people/{person}/measures"))["measures"][0]["measure_id"]
    await site.correct(person, measure_id, items=CALM)

    shown = (await flags_of(site, person))[0]
    assert done["id"] == flag
    assert problem(again) == {"status": 409, "slug": "risk-flag-already-reviewed", "field": "flag_id"}
    assert (shown["outcome"], shown["note"]) == ("safety-plan-agreed", "spoke on the telephone")
    assert shown["reviewed_at"] is not None


async def test_a_review_sent_again_is_answered_again(site: Site) -> None:
    person, key = await site.enrol(), str(uuid4())
    flag = await a_flag(site, person)
    body = {"person_id": person, "outcome": "monitoring"}

    first = await site.done("POST", f"/pcns/{A}/risk-flags/{flag}/review", body, key=key)
    again = await site.done("POST", f"/pcns/{A}/risk-flags/{flag}/review", body, key=key)

    assert again == {**first, "duplicate": True}
    assert sum(isinstance(event, RiskReviewed) for event in await site.events(f"record-{person}")) == 1


async def test_a_review_with_an_unknown_outcome_is_refused(site: Site) -> None:
    person = await site.enrol()
    flag = await a_flag(site, person)

    response = await site.ask(
        "POST", f"/pcns/{A}/risk-flags/{flag}/review", {"person_id": person, "outcome": "never-mind"}
    )

    assert problem(response) == {"status": 422, "slug": "code-unknown", "field": "outcome"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/pcns/{A}/people/{uuid4()}/goals"),
        ("POST", f"/pcns/{A}/goals/{uuid4()}/rate"),
        ("GET", f"/pcns/{A}/people/{uuid4()}/goals"),
        ("POST", f"/pcns/{A}/risk-flags/{uuid4()}/review"),
    ],
)
@pytest.mark.parametrize("role", ROLES)
async def test_only_a_clinician_gets_past_the_door(site: Site, role: str, method: str, path: str) -> None:
    response = await site.ask(method, path, {}, role=role)

    assert (response.status_code != 403) == (role == "clinician")


async def test_another_network_sees_and_touches_nothing(site: Site) -> None:
    person = await site.enrol()
    goal, flag = await a_goal(site, person), await a_flag(site, person)
    rating = {"person_id": person, "rating": 5, "rated_on": "2026-03-02"}
    review = {"person_id": person, "outcome": "monitoring"}

    shown = await site.done("GET", f"/pcns/{B}/people/{person}/goals", pcns=[B])
    refused = [
        await site.ask("POST", f"/pcns/{B}/people/{person}/goals", GOAL, pcns=[B]),
        await site.ask("POST", f"/pcns/{B}/goals/{goal}/rate", rating, pcns=[B]),
        await site.ask("POST", f"/pcns/{B}/risk-flags/{flag}/review", review, pcns=[B]),
    ]
    not_mine = await site.ask("GET", f"/pcns/{A}/people/{person}/goals", pcns=[B])

    assert shown["goals"] == []
    assert {problem(response)["slug"] for response in refused} == {"person-unknown"}
    assert problem(not_mine) == {"status": 403, "slug": "not-allowed"}
