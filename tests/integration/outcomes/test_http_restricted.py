"""Safeguarding concerns and Mental Health Act periods over the real application: kept, and shown to few."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from services.outcomes.domain.events import (
    MhaPeriodEnded,
    MhaPeriodStarted,
    PersonEnrolled,
    SafeguardingConcernOpened,
)
from tests.integration.bad_input import ROLES
from tests.integration.outcomes.conftest import A, B, Site
from tests.integration.sites import problem

pytestmark = pytest.mark.postgres

CONCERN = {"level": "concern-raised", "opened_on": "2026-05-01"}
PERIOD = {"legal_status": "02", "started_on": "2026-05-01"}


async def open_concern(site: Site, person: str, **changes: Any) -> Any:
    return await site.done("POST", f"/pcns/{A}/people/{person}/safeguarding-concerns", {**CONCERN, **changes})


async def start_period(site: Site, person: str, **changes: Any) -> Any:
    return await site.done("POST", f"/pcns/{A}/people/{person}/mha-periods", {**PERIOD, **changes})


async def facts(site: Site, person: str) -> list[type]:
    return [type(event) for event in await site.events(f"restricted-{person}")]


async def test_a_concern_is_opened_taken_further_and_closed(site: Site) -> None:
    person = await site.enrol()

    opened = await open_concern(site, person, note="heard at the door")
    path = f"/pcns/{A}/safeguarding-concerns/{opened['id']}"
    further = {"person_id": person, "level": "child-in-need", "changed_on": "2026-05-10"}
    await site.done("POST", f"{path}/level", further)
    over = {"person_id": person, "reason": "no-longer-at-risk", "closed_on": "2026-06-01"}
    await site.done("POST", f"{path}/close", over)

    shown = (await site.done("GET", f"/pcns/{A}/people/{person}/safeguarding"))["concerns"][0]
    levels = [(each["level"], each["since"]) for each in shown["levels"]]
    assert (shown["concern_id"], shown["note"]) == (opened["id"], "heard at the door")
    assert levels == [("concern-raised", "2026-05-01"), ("child-in-need", "2026-05-10")]
    assert (shown["level"], shown["closed_on"], shown["reason"]) == ("child-in-need", "2026-06-01", "no-longer-at-risk")


async def test_a_concern_is_kept_in_a_stream_of_its_own(site: Site) -> None:
    person = await site.enrol()

    opened = await open_concern(site, person)

    assert (opened["stream"], opened["version"]) == (f"restricted-{person}", 1)
    assert await facts(site, person) == [SafeguardingConcernOpened]
    assert [type(event) for event in await site.events(f"record-{person}")] == [PersonEnrolled]


async def test_a_period_is_started_and_ended_and_says_what_it_counts_as(site: Site) -> None:
    person = await site.enrol()

    started = await start_period(site, person, legal_status="20")
    body = {"person_id": person, "ended_on": "2026-05-01"}
    await site.done("POST", f"/pcns/{A}/mha-periods/{started['id']}/end", body)
    await start_period(site, person)

    shown = (await site.done("GET", f"/pcns/{A}/people/{person}/mha-periods"))["mha_periods"]
    assert [(each["legal_status"], each["counts_as"], each["ended_on"]) for each in shown] == [
        ("20", "short-term-order", "2026-05-01"),
        ("02", "detention", None),
    ]
    assert await facts(site, person) == [MhaPeriodStarted, MhaPeriodEnded, MhaPeriodStarted]


async def test_a_command_sent_again_is_answered_again(site: Site) -> None:
    person = await site.enrol()
    for path, body in (("safeguarding-concerns", CONCERN), ("mha-periods", PERIOD)):
        key = str(uuid4())
        first = await site.done("POST", f"/pcns/{A}/people/{person}/{path}", body, key=key)
        again = await site.done("POST", f"/pcns/{A}/people/{person}/{path}", body, key=key)
        assert again == {**first, "duplicate": True}

    assert await facts(site, person) == [SafeguardingConcernOpened, MhaPeriodStarted]


async def test_the_note_is_sealed_and_in_no_table(site: Site) -> None:
    person = await site.enrol()
    await open_concern(site, person, note="wholly-private-words")

    async with site.pool.scope(A) as tx:
        log = await tx.fetch("select data, meta, sealed from events where stream = $1", f"restricted-{person}")
        rows = await tx.fetch("select c::text from safeguarding_concerns c where person_id = $1", person)

    assert len(rows) == len(log) == 1
    assert "wholly-private-words" not in str([(row["data"], row["meta"]) for row in log]) + str(rows)
    assert b"wholly-private-words" not in log[0]["sealed"]


@pytest.mark.parametrize(
    ("path", "body", "slug", "field"),
    [
        ("safeguarding-concerns", {**CONCERN, "level": "worrying"}, "code-unknown", "level"),
        ("safeguarding-concerns", {**CONCERN, "opened_on": "2026-06-02"}, "day-in-future", "opened_on"),
        ("safeguarding-concerns", {**CONCERN, "opened_on": "1999-12-31"}, "day-too-early", "opened_on"),
        ("mha-periods", {**PERIOD, "legal_status": "2"}, "code-unknown", "legal_status"),
        ("mha-periods", {**PERIOD, "started_on": "2026-06-02"}, "day-in-future", "started_on"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_stored(
    site: Site, path: str, body: dict[str, Any], slug: str, field: str
) -> None:
    person = await site.enrol()

    response = await site.ask("POST", f"/pcns/{A}/people/{person}/{path}", body)

    assert problem(response) == {"status": 422, "slug": slug, "field": field}
    assert await facts(site, person) == []


@pytest.mark.parametrize(
    ("what", "body", "slug", "field"),
    [
        ("level", {"level": "worrying", "changed_on": "2026-05-10"}, "code-unknown", "level"),
        ("level", {"level": "early-help", "changed_on": "2026-04-30"}, "before-last-change", "changed_on"),
        ("close", {"reason": "because", "closed_on": "2026-05-10"}, "code-unknown", "reason"),
        ("close", {"reason": "other", "closed_on": "2026-04-30"}, "end-before-start", "closed_on"),
        ("close", {"reason": "other", "closed_on": "2026-06-02"}, "day-in-future", "closed_on"),
    ],
)
async def test_a_concern_does_not_go_where_it_cannot(
    site: Site, what: str, body: dict[str, Any], slug: str, field: str
) -> None:
    person = await site.enrol()
    concern = (await open_concern(site, person))["id"]

    response = await site.ask(
        "POST", f"/pcns/{A}/safeguarding-concerns/{concern}/{what}", {"person_id": person, **body}
    )

    assert problem(response) == {"status": 422, "slug": slug, "field": field}
    assert await facts(site, person) == [SafeguardingConcernOpened]


async def test_what_is_over_is_over(site: Site) -> None:
    person = await site.enrol()
    concern, period = (await open_concern(site, person))["id"], (await start_period(site, person))["id"]
    close = {"person_id": person, "reason": "other", "closed_on": "2026-05-10"}
    end = {"person_id": person, "ended_on": "2026-05-10"}
    await site.done("POST", f"/pcns/{A}/safeguarding-concerns/{concern}/close", close)
    await site.done("POST", f"/pcns/{A}/mha-periods/{period}/end", end)

    closed = await site.ask("POST", f"/pcns/{A}/safeguarding-concerns/{concern}/close", close)
    ended = await site.ask("POST", f"/pcns/{A}/mha-periods/{period}/end", end)

    assert problem(closed) == {"status": 409, "slug": "concern-closed", "field": "concern_id"}
    assert problem(ended) == {"status": 409, "slug": "mha-period-ended", "field": "period_id"}


async def test_periods_do_not_overlap(site: Site) -> None:
    person = await site.enrol()
    first = (await start_period(site, person))["id"]
    path = f"/pcns/{A}/people/{person}/mha-periods"

    beside = await site.ask("POST", path, {**PERIOD, "started_on": "2026-05-20"})
    before = await site.ask(
        "POST", f"/pcns/{A}/mha-periods/{first}/end", {"person_id": person, "ended_on": "2026-04-30"}
    )
    await site.done("POST", f"/pcns/{A}/mha-periods/{first}/end", {"person_id": person, "ended_on": "2026-05-20"})
    inside = await site.ask("POST", path, {**PERIOD, "started_on": "2026-05-10"})

    assert problem(beside) == {"status": 409, "slug": "mha-period-open", "field": "started_on"}
    assert problem(before) == {"status": 422, "slug": "end-before-start", "field": "ended_on"}
    assert problem(inside) == {"status": 409, "slug": "mha-periods-overlap", "field": "started_on"}


async def test_of_two_periods_started_at_once_one_is_kept(site: Site) -> None:
    person = await site.enrol()
    path = f"/pcns/{A}/people/{person}/mha-periods"

    answers = await asyncio.gather(*(site.ask("POST", path, PERIOD) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    assert await facts(site, person) == [MhaPeriodStarted]


async def test_what_is_not_there_is_refused(site: Site) -> None:
    person, nobody = await site.enrol(), str(uuid4())
    level = {"level": "early-help", "changed_on": "2026-05-10"}
    end = {"ended_on": "2026-05-10"}

    unknown = [
        await site.ask("POST", f"/pcns/{A}/people/{nobody}/safeguarding-concerns", CONCERN),
        await site.ask("POST", f"/pcns/{A}/people/{nobody}/mha-periods", PERIOD),
        await site.ask("POST", f"/pcns/{A}/safeguarding-concerns/{uuid4()}/level", {"person_id": nobody, **level}),
        await site.ask("POST", f"/pcns/{A}/mha-periods/{uuid4()}/end", {"person_id": nobody, **end}),
    ]
    no_concern = await site.ask(
        "POST", f"/pcns/{A}/safeguarding-concerns/{uuid4()}/level", {"person_id": person, **level}
    )
    no_period = await site.ask("POST", f"/pcns/{A}/mha-periods/{uuid4()}/end", {"person_id": person, **end})

    person_unknown = {"status": 404, "slug": "person-unknown", "field": "person_id"}
    assert [problem(response) for response in unknown] == [person_unknown] * 4
    assert problem(no_concern) == {"status": 404, "slug": "concern-unknown", "field": "concern_id"}
    assert problem(no_period) == {"status": 404, "slug": "mha-period-unknown", "field": "period_id"}
    assert await facts(site, nobody) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "people/{person}/safeguarding"),
        ("GET", "people/{person}/mha-periods"),
        ("POST", "people/{person}/safeguarding-concerns"),
        ("POST", "people/{person}/mha-periods"),
        ("POST", "safeguarding-concerns/{person}/level"),
        ("POST", "safeguarding-concerns/{person}/close"),
        ("POST", "mha-periods/{person}/end"),
    ],
)
@pytest.mark.parametrize("role", ROLES)
async def test_only_a_clinician_gets_past_the_door(site: Site, role: str, method: str, path: str) -> None:
    response = await site.ask(method, f"/pcns/{A}/{path.format(person=uuid4())}", {}, role=role)

    assert (response.status_code != 403) == (role == "clinician")


async def test_nothing_restricted_is_in_what_others_are_shown(site: Site) -> None:
    person = await site.enrol()
    await open_concern(site, person)
    await start_period(site, person)

    for path in ("measures", "goals"):
        shown = await site.ask("GET", f"/pcns/{A}/people/{person}/{path}")
        assert not any(word in shown.text for word in ("safeguarding", "concern-raised", "mha", "detention"))


async def test_another_network_sees_and_touches_nothing(site: Site) -> None:
    person = await site.enrol()
    concern, period = (await open_concern(site, person))["id"], (await start_period(site, person))["id"]
    close = {"person_id": person, "reason": "other", "closed_on": "2026-05-10"}
    end = {"person_id": person, "ended_on": "2026-05-10"}

    shown = [
        await site.done("GET", f"/pcns/{B}/people/{person}/safeguarding", pcns=[B]),
        await site.done("GET", f"/pcns/{B}/people/{person}/mha-periods", pcns=[B]),
    ]
    refused = [
        await site.ask("POST", f"/pcns/{B}/people/{person}/safeguarding-concerns", CONCERN, pcns=[B]),
        await site.ask("POST", f"/pcns/{B}/people/{person}/mha-periods", PERIOD, pcns=[B]),
        await site.ask("POST", f"/pcns/{B}/safeguarding-concerns/{concern}/close", close, pcns=[B]),
        await site.ask("POST", f"/pcns/{B}/mha-periods/{period}/end", end, pcns=[B]),
    ]
    not_mine = await site.ask("GET", f"/pcns/{A}/people/{person}/safeguarding", pcns=[B])

    assert [each.get("concerns", each.get("mha_periods")) for each in shown] == [[], []]
    assert {problem(response)["slug"] for response in refused} == {"person-unknown"}
    assert problem(not_mine) == {"status": 403, "slug": "not-allowed"}
