"""Given events, then rows: however they arrive, stored in PostgreSQL, and never to be seen from another network."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.kit.record import Recorded
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import NOW, TENANT, ProjectionCase
from services.training.domain.coverage import twelve_months
from services.training.domain.events import Event
from services.training.migrate import MIGRATIONS
from services.training.projections.attendances import (
    ATTENDANCES,
    AttendanceRow,
    PracticeCoverage,
    coverage,
    names_of,
)
from services.training.projections.community_inputs import COMMUNITY_INPUTS, CommunityInputRow, community_inputs
from services.training.projections.consultation_log import (
    CONSULTATION_LOG,
    ConsultationRow,
    consultation,
    consultations,
)
from services.training.projections.practice_lists import PRACTICE_LISTS, PracticeListRow
from services.training.projections.training_sessions import (
    TRAINING_SESSIONS,
    AnswerPair,
    Registered,
    TrainingSessionRow,
    sessions,
)
from tests.conftest import MakeDatabase
from tests.integration.sites import in_streams
from tests.unit.training.scenarios import (
    ATTENDEE,
    COLLEAGUE,
    CONSULTATION,
    ENDS,
    HELD_ON,
    INPUT,
    PERSON,
    PLANNED_AT,
    SESSION,
    STARTS,
    a_colleague,
    a_practice,
    attended,
    confident,
    consultation_logged,
    held,
    input_logged,
    practices_noted,
    scheduled,
)

pytestmark = pytest.mark.postgres

ANOTHER = TenantId("U00002")
OTHER_SESSION = "00000000-0000-4000-8000-0000000000a2"
TODAY = NOW.date()


@pytest.fixture(scope="module")
async def pool(new_database: MakeDatabase) -> AsyncIterator[TenantPool]:
    pool = await TenantPool.open((await new_database(MIGRATIONS)).app)
    yield pool
    await pool.close()


def log(*events: Event, tenant: TenantId = TENANT) -> list[Recorded[Event]]:
    """Events in the streams they belong to, in this order."""
    return in_streams(stream_of, events, tenant)


def stream_of(event: Any) -> str:
    names = ("training_session_id", "consultation_id", "input_id", "pcn_ods_code")
    return f"stream-{next(getattr(event, name) for name in names if hasattr(event, name))}"


PLANNED = TrainingSessionRow(
    training_session_id=SESSION,
    course="listening-to-families",
    starts_at=STARTS,
    ends_at=ENDS,
    objectives=("ask-about-mood", "include-partners"),
    scale="0-10",
    held_at=None,
    attended=0,
    register=(),
)
VERA = Registered(
    attendee_id=ATTENDEE,
    full_name="Vera Testcase",
    professional_type="health_visitor",
    practice_ods_code="X00001",
    org_ods_code=None,
    confidence=(
        AnswerPair(objective="ask-about-mood", before=4, after=8),
        AnswerPair(objective="include-partners", before=None, after=7),
    ),
)
NAMELESS = Registered(
    attendee_id=COLLEAGUE,
    full_name=None,
    professional_type="receptionist",
    practice_ods_code=None,
    org_ods_code="RXX01",
    confidence=(),
)
HELD = replace(PLANNED, held_at=ENDS, attended=2, register=(VERA, NAMELESS))
THE_SESSION = (
    scheduled(),
    held(2),
    attended(),
    confident(4, 8),
    confident(None, 7, objective="include-partners"),
    a_colleague(),
)


def attendance(session: str = SESSION, **changes: Any) -> AttendanceRow:
    row = AttendanceRow(
        attendance_id=f"{session}/{ATTENDEE}",
        training_session_id=session,
        attendee_id=ATTENDEE,
        full_name="Vera Testcase",
        professional_type="health_visitor",
        practice_ods_code="X00001",
        attended_at=ENDS,
    )
    return replace(row, **changes)


async def test_a_planned_session_is_a_row(pool: TenantPool) -> None:
    case = ProjectionCase(TRAINING_SESSIONS).given(*log(scheduled(), practices_noted(), consultation_logged()))
    await case.then_stored(pool, PLANNED)


async def test_a_held_session_has_its_register(pool: TenantPool) -> None:
    await ProjectionCase(TRAINING_SESSIONS).given(*log(*THE_SESSION)).then_stored(pool, HELD)


async def test_sessions_and_networks_stay_apart(pool: TenantPool) -> None:
    other = (
        scheduled(training_session_id=OTHER_SESSION, starts_at=STARTS - timedelta(days=7)),
        held(training_session_id=OTHER_SESSION),
        attended(training_session_id=OTHER_SESSION),
    )
    beside = replace(
        PLANNED,
        training_session_id=OTHER_SESSION,
        starts_at=STARTS - timedelta(days=7),
        held_at=ENDS,
        attended=1,
        register=(replace(VERA, confidence=()),),
    )
    facts = [*log(*THE_SESSION, *other), *log(scheduled(), tenant=ANOTHER)]
    await ProjectionCase(TRAINING_SESSIONS).given(*facts).then_stored(pool, HELD, beside, PLANNED)
    async with pool.scope(TENANT) as tx:
        assert await sessions(tx, TENANT) == [HELD, beside]
    async with pool.scope(ANOTHER) as tx:
        assert await sessions(tx, TENANT) == []
        assert await sessions(tx, ANOTHER) == [PLANNED]


async def test_an_attendance_is_a_row_a_session(pool: TenantPool) -> None:
    again = attended(training_session_id=OTHER_SESSION, practice_ods_code="X00002")
    colleague = attendance(
        attendance_id=f"{SESSION}/{COLLEAGUE}",
        attendee_id=COLLEAGUE,
        full_name=None,
        professional_type="receptionist",
        practice_ods_code=None,
    )
    await (
        ProjectionCase(ATTENDANCES)
        .given(*log(*THE_SESSION, again))
        .then_stored(pool, attendance(), attendance(OTHER_SESSION, practice_ods_code="X00002"), colleague)
    )


async def test_somebody_is_known_by_the_name_given_last(pool: TenantPool) -> None:
    earlier = attended(training_session_id=OTHER_SESSION, full_name="Vera Before", occurred_at=ENDS - timedelta(days=9))
    facts = log(attended(), earlier, a_colleague())
    await apply(pool, ATTENDANCES, facts)
    async with pool.scope(TENANT) as tx:
        wanted = [ATTENDEE, COLLEAGUE, PERSON]
        assert await names_of(tx, TENANT, wanted) == {ATTENDEE: "Vera Testcase", COLLEAGUE: None}
    async with pool.scope(ANOTHER) as tx:
        assert await names_of(tx, TENANT, [ATTENDEE]) == {}


async def test_a_list_of_practices_is_a_row_from_when_it_holds(pool: TenantPool) -> None:
    later = practices_noted("X00002", at=NOW)
    first = PracticeListRow(list_id=PLANNED_AT.isoformat(), noted_at=PLANNED_AT, practices=(a_practice(),))
    second = PracticeListRow(list_id=NOW.isoformat(), noted_at=NOW, practices=(a_practice("X00002"),))
    await ProjectionCase(PRACTICE_LISTS).given(*log(practices_noted(), later)).then_stored(pool, first, second)


async def test_coverage_is_by_the_practices_of_that_day(pool: TenantPool) -> None:
    joined = practices_noted("X00001", "X00002", at=datetime(2026, 5, 30, 8, tzinfo=UTC))
    left = practices_noted("X00002", at=datetime(2026, 5, 31, 8, tzinfo=UTC))
    await apply(pool, PRACTICE_LISTS, log(practices_noted(), joined, left))
    await apply(pool, ATTENDANCES, log(attended(), a_colleague()))
    first = [("X00001", 1)]
    assert await covered(pool, date(2026, 1, 1)) == [("X00001", 0)]
    assert await covered(pool, date(2026, 5, 29)) == first
    assert await covered(pool, date(2026, 5, 30)) == [*first, ("X00002", 0)]
    assert await covered(pool, TODAY) == [("X00002", 0)]


async def test_coverage_counts_each_professional_once_within_twelve_months(pool: TenantPool) -> None:
    last_moment = datetime(2026, 6, 1, 22, 59, 59, tzinfo=UTC)
    a_year_ago = datetime(2025, 6, 1, 22, 59, 59, tzinfo=UTC)
    twice = attended(training_session_id=OTHER_SESSION, occurred_at=last_moment)
    too_old = a_colleague(practice_ods_code="X00001", occurred_at=a_year_ago)
    await apply(pool, PRACTICE_LISTS, log(practices_noted("X00001", "X00002")))
    await apply(pool, ATTENDANCES, log(attended(), too_old, twice))
    async with pool.scope(TENANT) as tx:
        window = twelve_months(TODAY, today=TODAY)
        assert await coverage(tx, TENANT, window) == [
            PracticeCoverage(
                practice_ods_code="X00001", name="Practice X00001", trained=1, last_trained_at=last_moment
            ),
            PracticeCoverage(practice_ods_code="X00002", name="Practice X00002", trained=0, last_trained_at=None),
        ]
    async with pool.scope(ANOTHER) as tx:
        assert await coverage(tx, TENANT, window) == []
    assert (await covered(pool, TODAY - timedelta(days=1)))[0] == ("X00001", 2)


async def test_a_consultation_is_a_row_and_the_newest_comes_first(pool: TenantPool) -> None:
    row = ConsultationRow(
        consultation_id=CONSULTATION,
        subject_kind="named_patient",
        person_id=PERSON,
        topic="low-mood",
        duration_minutes=25,
        professional_type="midwife",
        practice_ods_code="X00001",
        outcome="led_to_referral",
        held_on=HELD_ON,
        logged_at=NOW,
    )
    day_before = {"consultation_id": OTHER_SESSION, "held_on": HELD_ON - timedelta(days=1)}
    earlier = replace(row, **day_before)
    facts = log(input_logged(), consultation_logged(**day_before, note=None), consultation_logged())
    await ProjectionCase(CONSULTATION_LOG).given(*facts).then_stored(pool, row, earlier)
    async with pool.scope(TENANT) as tx:
        assert await consultations(tx, TENANT) == [row, earlier]
        assert await consultation(tx, TENANT, CONSULTATION) == row
    async with pool.scope(ANOTHER) as tx:
        assert await consultations(tx, TENANT) == []
        assert await consultation(tx, TENANT, CONSULTATION) is None


async def test_a_contribution_is_a_row_and_the_newest_comes_first(pool: TenantPool) -> None:
    row = CommunityInputRow(
        input_id=INPUT,
        kind="advisory-group",
        people=7,
        held_on=HELD_ON,
        logged_at=NOW,
    )
    day_before = {"input_id": OTHER_SESSION, "held_on": HELD_ON - timedelta(days=1)}
    earlier = replace(row, **day_before)
    facts = log(consultation_logged(), input_logged(**day_before, note=None), input_logged())
    await ProjectionCase(COMMUNITY_INPUTS).given(*facts).then_stored(pool, row, earlier)
    async with pool.scope(TENANT) as tx:
        assert await community_inputs(tx, TENANT) == [row, earlier]
    async with pool.scope(ANOTHER) as tx:
        assert await community_inputs(tx, TENANT) == []


async def apply(pool: TenantPool, model: Any, facts: list[Recorded[Event]]) -> None:
    """The facts in an otherwise empty table."""
    async with pool.scope(TENANT) as tx:
        await tx.execute(f"delete from {model.table} where tenant = $1", TENANT)
        await model.apply(tx, TENANT, facts)


async def covered(pool: TenantPool, as_at: date) -> list[tuple[str, int]]:
    async with pool.scope(TENANT) as tx:
        found = await coverage(tx, TENANT, twelve_months(as_at, today=TODAY))
    return [(each.practice_ods_code, each.trained) for each in found]
