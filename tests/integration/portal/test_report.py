"""The report and the probe for programs, over HTTP and a real database."""

import asyncio
import time
from datetime import timedelta

import pytest

from services.kit.tenancy import TenantId
from tests.integration.portal.conftest import Portal
from tests.unit.portal import scenarios as given
from tests.unit.portal.scenarios import heard

pytestmark = pytest.mark.postgres

PERIOD = {"from": "2026-05-01", "to": "2026-05-31"}
WHOLE = {"from": "2021-01-01", "to": "2025-12-31"}


async def told(portal: Portal, pcn: TenantId) -> None:
    """Three people, of whom one filled in two questionnaires, one of them corrected later."""
    for number, (first, last) in enumerate(((16.0, 9.0), (8.0, None), (None, None))):
        person = given.an_id(f"{pcn} {number}")
        stream = f"record-{person}"
        one = {"person_id": person, "measure_id": given.an_id(f"{pcn} {number} first"), "completed_on": "2026-05-04"}
        two = {"person_id": person, "measure_id": given.an_id(f"{pcn} {number} last"), "completed_on": "2026-05-18"}
        await portal.hear(heard(given.measured({"total": first}, **one), stream, 2, tenant=pcn))
        if last is not None:
            flag = given.flagged(person_id=person, measure_id=two["measure_id"])
            await portal.hear(
                heard(given.measured({"total": 12.0}, **two), stream, 3, tenant=pcn),
                heard(flag, stream, 4, tenant=pcn),
                heard(given.corrected({"total": last}, **two), stream, 5, tenant=pcn, at=given.CORRECTED),
            )


async def test_the_report_gives_first_last_and_change(portal: Portal) -> None:
    pcn = TenantId("U88881")
    await told(portal, pcn)
    response = await portal.api(f"/pcns/{pcn}/report", "importer", TenantId("*"), **PERIOD)
    assert response.status_code == 200
    report = response.json()
    [epds] = report["measures"]
    assert (epds["instrument"], epds["score"]) == ("epds", "total")
    assert epds["first"] == {
        "n": 2,
        "mean": 12,
        "sd": 5.657,
        "min": 8,
        "max": 16,
        "at_or_above": {"10": 1, "11": 1, "13": 1},
    }
    assert epds["last"]["mean"] == 9
    assert (epds["pairs"]["n"], epds["pairs"]["mean_change"], epds["pairs"]["better"]) == (1, -7, "lower")
    assert (report["risk_flags"], report["questionnaires"]) == (1, 4)
    assert report["measures"][0]["unpaired"]["mean"] == 8
    assert report["definitions"]["sd"] == "Sample standard deviation."


async def test_the_same_moment_gives_the_same_report(portal: Portal) -> None:
    pcn = TenantId("U88882")
    await told(portal, pcn)
    before = (given.CORRECTED - timedelta(hours=1)).isoformat()
    first = (await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **PERIOD, as_at=before)).json()
    await portal.hear(
        heard(
            given.measured({"total": 30.0}, person_id=given.an_id("late")),
            "record-late",
            2,
            tenant=pcn,
            at=given.CORRECTED,
        )
    )
    again = (await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **PERIOD, as_at=before)).json()
    assert again == first
    assert first["measures"][0]["last"]["mean"] == 12
    now = (await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **PERIOD)).json()
    assert now["measures"][0]["first"]["max"] == 30


async def test_a_day_as_at_means_its_end_in_england(portal: Portal) -> None:
    pcn = TenantId("U88883")
    await told(portal, pcn)
    response = await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **PERIOD, as_at="2026-05-26")
    assert response.json()["as_at"] == "2026-05-26T22:59:59.999999+00:00"
    assert response.json()["measures"][0]["last"]["mean"] == 12


@pytest.mark.parametrize(
    ("query", "slug", "field"),
    [
        ({"from": "2026-05-31", "to": "2026-05-01"}, "period-invalid", "to"),
        ({**PERIOD, "as_at": "yesterday"}, "as-at-invalid", "as_at"),
        ({**PERIOD, "as_at": "2026-05-26T10:00:00"}, "as-at-invalid", "as_at"),
        ({**PERIOD, "as_at": "0001-01-01T00:00:00+14:00"}, "as-at-invalid", "as_at"),
    ],
)
async def test_a_period_that_makes_no_sense_is_refused(
    portal: Portal, query: dict[str, str], slug: str, field: str
) -> None:
    response = await portal.api(f"/pcns/{given.PCN}/report", "coordinator", given.PCN, **query)
    assert response.status_code == 422
    assert (response.json()["slug"], response.json()["field"]) == (slug, field)


async def test_a_report_needs_a_period(portal: Portal) -> None:
    assert (await portal.api(f"/pcns/{given.PCN}/report", "coordinator", given.PCN)).status_code == 422


@pytest.mark.parametrize(("role", "status"), [("referrer", 403), ("operator", 403), ("training-lead", 403)])
async def test_the_report_is_for_those_who_may(portal: Portal, role: str, status: int) -> None:
    assert (await portal.api(f"/pcns/{given.PCN}/report", role, given.PCN, **PERIOD)).status_code == status


async def test_the_report_works_with_a_session_too(portal: Portal) -> None:
    headers = portal.as_browser(portal.session("coordinator", given.PCN))
    response = await portal.client.get(f"/v1/pcns/{given.PCN}/report", headers=headers, params=PERIOD)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"


async def test_the_report_page_shows_the_same_numbers(portal: Portal) -> None:
    pcn = TenantId("U88884")
    await told(portal, pcn)
    days = {"from-day": 1, "from-month": 5, "from-year": 2026, "to-day": 31, "to-month": 5, "to-year": 2026}
    query = "&".join(f"{name}={value}" for name, value in days.items())
    page = await portal.page(f"/pcns/{pcn}/report?{query}", "coordinator", pcn)
    assert "12.00" in page.text
    assert "5.66" in page.text
    assert "1 risk flag from questions about self-harm" in page.text
    wrong = await portal.page(f"/pcns/{pcn}/report?{query}&as_at-day=99", "coordinator", pcn)
    assert wrong.status_code == 422
    assert "There is a problem" in wrong.text


async def test_a_program_can_wait_for_what_it_stored(portal: Portal) -> None:
    pcn = TenantId("U88885")
    stream = f"referral-{given.REFERRAL}"
    asked = asyncio.ensure_future(
        portal.api(f"/pcns/{pcn}/streams/{stream}", "importer", TenantId("*"), version=1, wait=10)
    )
    await asyncio.sleep(0)
    await portal.hear(heard(given.received(), stream, 1, tenant=pcn))
    assert (await asked).json() == {"version": 1}
    began = time.monotonic()
    late = await portal.api(f"/pcns/{pcn}/streams/{stream}", "importer", TenantId("*"), version=2, wait=0.2)
    assert late.json() == {"version": 1}
    assert time.monotonic() - began >= 0.2


@pytest.fixture(scope="module")
async def five_years(portal: Portal) -> TenantId:
    """A network of 600 families a year, with everything that was told of them."""
    pcn = TenantId("U88886")
    async with portal.pool.scope(pcn) as tx:
        for statement in FIVE_YEARS:
            await tx.execute(statement, pcn)
        await tx.execute("analyze evidence")
    return pcn


async def test_five_years_are_counted_whole(portal: Portal, five_years: TenantId) -> None:
    response = await portal.api(f"/pcns/{five_years}/report", "coordinator", five_years, **WHOLE)
    report = response.json()
    assert (report["questionnaires"], report["waits"]["complete"]) == (12_000, 3_000)
    assert report["activity"]["appointments"]["attended"] > 17_000
    assert report["data_quality"]["people"] == 3_000
    assert report["impacts"]["parental_mental_health"]["people"] == 3_000


async def test_other_pages_are_answered_while_a_report_is_made(portal: Portal, five_years: TenantId) -> None:
    headers = portal.as_browser(portal.session("coordinator", given.PCN))
    path = f"/pcns/{five_years}/report"
    report = asyncio.ensure_future(portal.api(path, "coordinator", five_years, **WHOLE))
    waited: list[float] = []
    asked = time.perf_counter()
    while not report.done():
        began = time.perf_counter()
        light = await portal.client.get(f"/pcns/{given.PCN}", headers=headers)
        waited.append(time.perf_counter() - began)
        assert light.status_code == 200
    assert (await report).status_code == 200
    took = time.perf_counter() - asked
    assert sorted(waited)[len(waited) // 2] < took / 10, "the report kept everybody waiting"


# 3,000 people over five years: each with a referral whose clock stops, six appointments, two EPDS and two GAD-7.
_EVIDENCE = """
insert into evidence (tenant, event, stream, version, type, subject, day, occurred_at, recorded_at, facts)
select $1, stream || '/' || version, stream, version, 'perinatal-' || type || '-1', subject, day, day, day, facts from (
    select {}
) told
"""
_DAY = "(date '2021-01-01' + (n % 1600))"
_WHO = "'person_id', 'person-' || n"
FIVE_YEARS = [
    _EVIDENCE.format(
        f"""'person-' || n as stream, 1 as version, 'person-registered' as type, 'person-' || n as subject, {_DAY} as day,
            jsonb_build_object('ethnic_category', (array['A', 'D', 'H', 'M', 'Z'])[n % 5 + 1], 'imd_decile', n % 10 + 1,
                'preferred_language', (array['en', 'bn'])[n % 2 + 1], 'interpreter_required', n % 2 = 0,
                'age_band', '25-29', 'nhs_number_status', '01') as facts
        from generate_series(1, 3000) n"""
    ),
    _EVIDENCE.format(
        f"""'appointment-' || n || '-' || turn as stream, 1 as version, 'appointment-booked' as type,
            'appointment-' || n || '-' || turn as subject, {_DAY} + turn * 14 as day, jsonb_build_object() as facts
        from generate_series(1, 3000) n, generate_series(1, 6) turn"""
    ),
    _EVIDENCE.format(
        f"""'record-' || n as stream, turn * 2 + which as version, 'measure-recorded' as type,
            gen_random_uuid()::text as subject, {_DAY} + turn * 90 as day,
            jsonb_build_object({_WHO}, 'instrument', (array['epds', 'gad7'])[which], 'instrument_version', '1',
                               'scores', jsonb_build_object('total', (n * 7 + turn * 11) % 22)) as facts
        from generate_series(1, 3000) n, generate_series(0, 1) turn, generate_series(1, 2) which"""
    ),
    _EVIDENCE.format(
        f"""'referral-' || n as stream, version, type, 'spell-' || n as subject, {_DAY} as day,
            jsonb_build_object({_WHO}, 'source_of_referral', 'A4', 'self_referred', false, 'care_strand', 'universal',
                'complete', true, 'received_at', {_DAY}::timestamptz, 'accepted_at', {_DAY}::timestamptz,
                'clock_started_at', {_DAY}::timestamptz, 'due_on', {_DAY} + 28, 'part', part,
                'days', n % 60, 'why', 'complete') as facts
        from generate_series(1, 3000) n, unnest(
            array['referral-received', 'wait-started', 'referral-accepted', 'wait-advanced', 'wait-advanced',
                  'wait-advanced', 'wait-advanced', 'wait-stopped'],
            array['', '', '', 'first_contact', 'assessment', 'baseline_measure', 'plan_or_intervention', '']
        ) with ordinality as told (type, part, version)"""
    ),
    _EVIDENCE.format(
        f"""'appointment-' || n || '-' || turn as stream, 2 as version, 'session-attended' as type,
            'appointment-' || n || '-' || turn as subject, {_DAY} + turn * 14 as day,
            jsonb_build_object({_WHO}, 'appointment_id', n, 'attended_at', {_DAY}::timestamptz) as facts
        from generate_series(1, 3000) n, generate_series(1, 6) turn"""
    ),
]
