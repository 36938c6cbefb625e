"""Every number of the report leads to the events it was counted from, and stays what it was at a moment."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from services.kit.tenancy import TenantId
from services.kit.testing import ProjectionCase
from services.portal.readmodels.consultations import CONSULTATIONS
from services.portal.readmodels.evidence import EVIDENCE, EvidenceRow
from services.portal.readmodels.training_attendances import TRAINING_ATTENDANCES, TrainingAttendanceRow
from services.portal.readmodels.training_sessions import TRAINING_SESSIONS, TrainingSessionRow
from services.portal.readmodels.waits import PARTS, WAITS, WaitRow, wait_of, waits_of_person
from services.portal.report.evaluation import evaluate
from tests.integration.portal.conftest import Portal
from tests.unit.portal import scenarios as given
from tests.unit.portal import training_scenarios as happened
from tests.unit.portal.scenarios import RECEIVED, RECORDED, REFERRAL, heard

pytestmark = pytest.mark.postgres

PERIOD = {"from": "2026-05-01", "to": "2026-05-31"}
SPELL = f"referral-{REFERRAL}"
CLINICAL = ("record-", "restricted-")


def at_path(report: dict[str, Any], name: str) -> Any:
    """The number in the JSON that a figure of this name is."""
    if name.startswith("measures."):
        _, instrument, score, rest = name.split(".", 3)
        [place] = [each for each in report["measures"] if (each["instrument"], each["score"]) == (instrument, score)]
        kind = rest.removeprefix("pairs.")
        place = place["pairs"]["reliable"] if kind in ("improved", "no_change", "deteriorated") else place
        name = kind if place is not None and kind in place else f"{rest}.n" if "." not in rest else rest
    else:
        place = report
    for step in name.split("."):
        place = place[step]
    return place


async def test_every_figure_is_what_its_events_count_for(portal: Portal) -> None:
    pcn = TenantId("U77771")
    await portal.hear(*happened.a_month(pcn))
    asked = {**PERIOD, "as_at": RECORDED.isoformat()}
    report = (await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **asked)).json()
    figures = (await evaluate(portal.pool, pcn, date(2026, 5, 1), date(2026, 5, 31), RECORDED)).events
    assert len(figures) > 80
    for name, events in figures.items():
        listed = (await portal.api(f"/pcns/{pcn}/report/events", "clinician", pcn, **asked, figure=name)).json()
        assert listed["number"] == events.number == sum(each["counts"] for each in listed["events"]), name
        shown = at_path(report, name)
        assert listed["number"] == (shown["n"] if isinstance(shown, dict) else shown), name


@pytest.mark.parametrize("role", ["coordinator", "importer"])
async def test_whose_questionnaires_and_flags_are_counted_is_told_to_clinicians(portal: Portal, role: str) -> None:
    """The stream of a questionnaire or flag is named after the person: with the list of everybody that is a name."""
    pcn = TenantId("U77775")
    await portal.hear(*happened.a_month(pcn))
    figures = (await evaluate(portal.pool, pcn, date(2026, 5, 1), date(2026, 5, 31), RECORDED)).events
    refused = set()
    for name in figures:
        response = await portal.api(f"/pcns/{pcn}/report/events", role, pcn, **PERIOD, figure=name)
        if response.status_code == 403:
            refused.add(name)
        else:
            assert not [each for each in response.json()["events"] if each["stream"].startswith(CLINICAL)], name
    assert {"questionnaires", "risk_flags", "measures.epds.total.first.at_or_above.13"} <= refused
    assert not [name for name in refused if name.startswith(("reach.", "waits.", "activity.", "training."))]


async def test_the_report_links_what_its_reader_may_open(portal: Portal) -> None:
    pcn = TenantId("U77776")
    await portal.hear(*happened.a_month(pcn))
    days = {"from-day": 1, "from-month": 5, "from-year": 2026, "to-day": 31, "to-month": 5, "to-year": 2026}
    for role, may in (("clinician", True), ("coordinator", False)):
        page = (await portal.page(f"/pcns/{pcn}/report?{urlencode(days)}", role, pcn)).text
        links = re.findall(r'href="(/pcns/[^"]*/report/events[^"]*)"', page)
        assert any("figure=questionnaires" in link for link in links) is may
        assert any("figure=reach.received" in link for link in links)
        for link in links:
            assert (await portal.page(unescape(link), role, pcn)).status_code == 200, link


async def test_the_month_is_counted(portal: Portal) -> None:
    pcn = TenantId("U77772")
    await portal.hear(*happened.a_month(pcn))
    report = (await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **PERIOD)).json()
    waits, activity, training = report["waits"], report["activity"], report["training"]
    assert (waits["started"], waits["complete"], waits["complete_in_time"], waits["median_days"]) == (1, 1, 1, 9)
    assert activity["appointments"] == {
        "attended": 1,
        "people_seen": 1,
        "missed": 1,
        "cancelled": 1,
        "cancelled_by_us": 1,
    }
    assert (activity["group_sessions"]["families"], activity["group_sessions"]["participants"]) == (4, 9)
    assert (training["professionals"], training["practices_covered"], training["practices"]) == (1, 1, 1)
    assert (training["consultations"], training["consultation_minutes"], training["led_to_referral"]) == (1, 25, 1)
    assert report["measures"][0]["pairs"]["reliable"]["improved"] == 1


async def test_the_same_moment_gives_the_same_bytes(portal: Portal) -> None:
    pcn = TenantId("U77773")
    await portal.hear(*happened.a_month(pcn))
    asked = {**PERIOD, "as_at": (RECORDED + timedelta(hours=1)).isoformat()}
    before = await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **asked)
    later = RECORDED + timedelta(hours=2)
    await portal.hear(
        heard(happened.revised(), SPELL, 9, tenant=pcn, at=later),
        heard(happened.missed("a"), "appointment-a", 2, tenant=pcn, at=later),
        heard(happened.consulted(consultation_id=given.an_id("second")), "consultation-2", 1, tenant=pcn, at=later),
    )
    again = await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **asked)
    assert again.content == before.content
    now = (await portal.api(f"/pcns/{pcn}/report", "coordinator", pcn, **PERIOD)).json()
    assert (now["waits"]["complete"], now["waits"]["running"], now["waits"]["missing"]["assessment"]) == (0, 1, 1)
    assert (now["activity"]["appointments"]["attended"], now["activity"]["appointments"]["missed"]) == (0, 2)
    assert now["training"]["consultations"] == 2


async def test_a_figure_nobody_has_is_refused(portal: Portal) -> None:
    response = await portal.api(f"/pcns/{given.PCN}/report/events", "coordinator", given.PCN, **PERIOD, figure="x")
    assert (response.status_code, response.json()["slug"]) == (404, "figure-unknown")


async def test_the_pages_lead_from_number_to_events_and_file(portal: Portal) -> None:
    pcn = TenantId("U77774")
    await portal.hear(*happened.a_month(pcn))
    query = "from=2026-05-01&to=2026-05-31"
    events = await portal.page(f"/pcns/{pcn}/report/events?{query}&figure=waits.complete", "coordinator", pcn)
    assert "wait-stopped-1" in events.text
    assert SPELL in events.text
    assert (await portal.page(f"/pcns/{pcn}/report/events?{query}&figure=x", "coordinator", pcn)).status_code == 404
    file = await portal.page(f"/pcns/{pcn}/report.csv?{query}", "coordinator", pcn)
    assert "training,,,consultation_minutes,25" in file.text
    for page in ("/training", f"/training/{happened.TRAINING}", "/training/coverage", "/consultations"):
        assert (await portal.page(f"/pcns/{pcn}{page}", "training-lead", pcn)).status_code == 200, page
    assert (await portal.page(f"/pcns/{pcn}/report.csv?{query}", "training-lead", pcn)).status_code == 403
    log = await portal.page(f"/pcns/{pcn}/consultations.csv", "training-lead", pcn)
    assert happened.CONSULTATION in log.text


async def test_training_rows_come_out_the_same_in_any_order(portal: Portal) -> None:
    stream = f"training-session-{happened.TRAINING}"
    planned, held = heard(happened.training_planned(), stream, 1), heard(happened.training_held(), stream, 2)
    row = TrainingSessionRow(
        training_session_id=happened.TRAINING,
        status="held",
        course="asking-about-risk",
        starts_at=happened.training_planned().starts_at,
        ends_at=happened.HELD,
        objectives=["ask-about-mood"],
        scale="0-10",
        attended=1,
        held_at=happened.HELD,
    )
    await ProjectionCase(TRAINING_SESSIONS).given(planned, held).then_stored(portal.pool, row)
    attendance = TrainingAttendanceRow(
        attendance=f"{happened.TRAINING}/{happened.ATTENDEE}",
        training_session_id=happened.TRAINING,
        attendee_id=happened.ATTENDEE,
        professional_type="midwife",
        practice_ods_code="X00001",
        attended_at=happened.HELD,
        confidence={"ask-about-mood": {"before": 3, "after": 8}},
    )
    told = heard(happened.trained(), stream, 1), heard(happened.confident(), stream, 2)
    await ProjectionCase(TRAINING_ATTENDANCES).given(*told).then_stored(portal.pool, attendance)


async def test_consultations_and_events_are_stored_as_heard(portal: Portal) -> None:
    event = heard(happened.consulted(), f"consultation-{happened.CONSULTATION}", 1)
    row = CONSULTATIONS.evolve(None, event)
    assert row is not None
    assert (row.person_id, row.duration_minutes, row.recorded_at) == (given.PERSON, 25, RECORDED)
    await ProjectionCase(CONSULTATIONS).given(event).then_stored(portal.pool, row)
    told = EvidenceRow(
        event=f"{event.stream}/1",
        stream=event.stream,
        version=1,
        type=event.type,
        subject=happened.CONSULTATION,
        day=date(2026, 5, 13),
        occurred_at=RECORDED,
        recorded_at=RECORDED,
        facts={"duration_minutes": 25, "outcome": "led_to_referral"},
    )
    await ProjectionCase(EVIDENCE).given(event).then_stored(portal.pool, told)


async def test_a_clock_that_runs_again_is_a_row_that_runs(portal: Portal) -> None:
    events = [
        given.wait_started(),
        *(happened.advanced(part, 6) for part in PARTS),
        happened.stopped(),
        happened.revised(),
    ]
    heard_so = [heard(event, SPELL, version) for version, event in enumerate(events, start=1)]
    row = WaitRow(
        spell_id=REFERRAL,
        referral_id=REFERRAL,
        person_id=given.PERSON,
        clock_started_at=RECEIVED,
        started_recorded_at=RECORDED,
        due_on=given.DUE,
        rule_version="waiting-clock-1",
        parts_met=happened.revised().parts_met,
        parts_recorded={"baseline_measure": RECORDED},
        missing_parts=happened.revised().missing_parts,
    )
    await ProjectionCase(WAITS).given(*heard_so).then_stored(portal.pool, row)
    async with portal.pool.scope(given.PCN) as tx:
        assert await wait_of(tx, given.PCN, REFERRAL) == row
        assert await waits_of_person(tx, given.PCN, given.PERSON) == [row]
