"""The read model: given facts, these rows; twice, cut anywhere, interleaved, in PostgreSQL, and one network at a time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.kit.testing import ProjectionCase, record
from services.outcomes.domain.episodes import Gap
from services.outcomes.domain.events import Event
from services.outcomes.projections.person_measures import PERSON_MEASURES, MeasureRow, RaisedFlag, courses, of_person
from tests.integration.outcomes.conftest import Site
from tests.unit.outcomes.builders import (
    AT_RISK,
    CALM,
    DAY,
    FLAG,
    INSTRUMENTS,
    MEASURE,
    NOW,
    PERSON,
    a_form,
    a_record_command,
    corrected,
    enrolled,
    flagged,
    opened,
    recorded,
    reviewed,
)

pytestmark = pytest.mark.postgres

LATER = NOW + timedelta(days=3)
OTHER = "00000000-0000-4000-8000-000000000002"
HERE, THERE = TenantId("U00011"), TenantId("U00012")

CASE = ProjectionCase(PERSON_MEASURES)
FRESH = MeasureRow(
    measure_id=MEASURE,
    person_id=PERSON,
    instrument="epds",
    instrument_version="1",
    answers=CALM,
    scores={"total": 7.0},
    bands={"total": "unlikely"},
    reason=None,
    items_answered=10,
    complete=True,
    completed_on=DAY,
    collection_point="baseline",
    gestation_weeks=None,
    infant_age_weeks=None,
    flags=(),
    recorded_at=NOW,
    corrected_at=None,
    corrections=0,
)
RAISED = RaisedFlag(flag_id=FLAG, item=10, concern="self-harm", flagged_at=LATER)
CORRECTED = replace(FRESH, answers=AT_RISK, scores={"total": 8.0}, flags=(RAISED,), corrected_at=LATER, corrections=1)


def a_stream(*events: Event, person: str = PERSON, tenant: TenantId = HERE) -> list[Recorded[Event]]:
    """The events of one person in order."""
    return [
        record(event, stream=f"record-{person}", version=version, tenant=tenant)
        for version, event in enumerate(events, 1)
    ]


def somebody_else(**changes: Any) -> Any:
    return replace(recorded(measure_id="00000000-0000-4000-8000-0000000000b2"), person_id=OTHER, **changes)


async def test_a_recorded_measure_is_a_row(site: Site) -> None:
    await CASE.given(*a_stream(enrolled(), opened(), recorded())).then_stored(site.pool, FRESH)


async def test_a_correction_takes_the_place_of_the_answers_and_is_counted(site: Site) -> None:
    facts = a_stream(enrolled(), recorded(), corrected(at=LATER), flagged(FLAG, at=LATER))

    await CASE.given(*facts).then_stored(site.pool, CORRECTED)


async def test_a_flag_stays_when_a_correction_takes_its_answer_away(site: Site) -> None:
    at_risk = recorded(a_form(AT_RISK))
    facts = a_stream(enrolled(), at_risk, flagged(FLAG, at=LATER), corrected(a_form(CALM), at=LATER))

    await CASE.given(*facts).then_stored(site.pool, replace(FRESH, flags=(RAISED,), corrected_at=LATER, corrections=1))


async def test_a_reviewed_flag_says_what_came_of_it_and_the_other_does_not(site: Site) -> None:
    other = replace(RAISED, flag_id="00000000-0000-4000-8000-0000000000f2")
    facts = a_stream(
        enrolled(),
        recorded(a_form(AT_RISK)),
        flagged(FLAG, at=LATER),
        flagged(other.flag_id, at=LATER),
        reviewed(occurred_at=LATER),
        corrected(a_form(CALM), at=LATER),
    )
    seen = replace(RAISED, reviewed_at=LATER, outcome="safety-plan-agreed")

    await CASE.given(*facts).then_stored(
        site.pool, replace(FRESH, flags=(seen, other), corrected_at=LATER, corrections=1)
    )


async def test_answers_that_were_not_given_stay_open(site: Site) -> None:
    half = a_form((1, None, *CALM[2:]), scores={"total": None}, bands={"total": None}, reason="why", complete=False)
    row = replace(
        FRESH, answers=half.answers, scores={"total": None}, bands={"total": None}, reason="why", complete=False
    )

    await CASE.given(*a_stream(enrolled(), recorded(half))).then_stored(site.pool, row)


async def test_people_and_networks_stay_apart(site: Site) -> None:
    here = a_stream(enrolled(), recorded(), corrected(at=LATER), flagged(FLAG, at=LATER))
    beside = a_stream(replace(enrolled(), person_id=OTHER), somebody_else(), person=OTHER)
    there = a_stream(enrolled(), recorded(), tenant=THERE)
    neighbour = replace(FRESH, person_id=OTHER, measure_id="00000000-0000-4000-8000-0000000000b2")

    await CASE.given(*here, *beside, *there).then_stored(site.pool, CORRECTED, neighbour, FRESH)

    async with site.pool.scope(THERE) as tx:
        assert await of_person(tx, THERE, PERSON) == [FRESH]
        assert await of_person(tx, HERE, PERSON) == []
    async with site.pool.scope(HERE) as tx:
        assert await of_person(tx, HERE, PERSON) == [CORRECTED]


async def test_a_persons_measures_come_in_the_order_they_were_completed(site: Site) -> None:
    earlier = a_record_command(completed_on=DAY - timedelta(days=7))
    late = recorded(a_form(completed_on=DAY - timedelta(days=7)), measure_id=earlier.measure_id)
    facts = a_stream(enrolled(), recorded(), late)
    first = replace(FRESH, measure_id=earlier.measure_id, completed_on=DAY - timedelta(days=7))
    await CASE.given(*facts).then_stored(site.pool, FRESH, first)

    async with site.pool.scope(HERE) as tx:
        assert await of_person(tx, HERE, PERSON) == [first, FRESH]


def test_a_course_needs_two_forms_of_one_version_with_a_score() -> None:
    later = replace(FRESH, measure_id="2", completed_on=DAY + timedelta(days=30), scores={"total": 3.0})

    assert courses([FRESH], INSTRUMENTS) == []
    assert courses([FRESH, replace(later, instrument_version="2")], INSTRUMENTS) == []
    assert courses([FRESH, replace(later, scores={"total": None})], INSTRUMENTS) == []
    assert [course.change.improvement for course in courses([later, FRESH], INSTRUMENTS)] == [4.0]


def test_first_and_last_are_of_one_course_of_care() -> None:
    gap = Gap(closed_on=DAY + timedelta(days=30), opened_on=DAY + timedelta(days=90))
    forms = [replace(FRESH, measure_id=str(n), completed_on=DAY + timedelta(days=n)) for n in (0, 29, 95, 120)]

    found = courses(forms, INSTRUMENTS, [gap])

    assert [(each.first.completed_on, each.last.completed_on) for each in found] == [
        (DAY, DAY + timedelta(days=29)),
        (DAY + timedelta(days=95), DAY + timedelta(days=120)),
    ]
    assert len(courses(forms, INSTRUMENTS)) == 1
