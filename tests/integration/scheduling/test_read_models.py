"""Given events, then rows: however they arrive, stored in PostgreSQL, and never to be seen from another network."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.kit.record import Recorded
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import NOW, TENANT, ProjectionCase
from services.scheduling.domain.events import Event
from services.scheduling.main import PROJECTIONS
from services.scheduling.migrate import MIGRATIONS
from services.scheduling.projections import diary, group_sessions
from services.scheduling.projections.diary import DIARY, DiaryRow
from services.scheduling.projections.group_sessions import GROUP_SESSIONS, SessionRow
from services.scheduling.projections.register import REGISTER, RegisterRow, of_session
from services.scheduling.projections.unoutcomed import UNOUTCOMED, UnoutcomedRow, over_by
from tests.conftest import MakeDatabase
from tests.integration.sites import in_streams
from tests.unit.scheduling.scenarios import (
    APPOINTMENT,
    CLINICIAN,
    NEXT_WEEK,
    PERSON,
    REFERRAL,
    SERIES,
    SESSION,
    SOON,
    a_slot,
    attended,
    booked,
    cancelled,
    claimed,
    dropped_in,
    held,
    known,
    missed,
    place_attended,
    place_booked,
    place_cancelled,
    place_missed,
    promoted,
    released,
    rescheduled,
    scheduled,
    session_cancelled,
    waitlisted,
)

pytestmark = pytest.mark.postgres
ANOTHER = TenantId("U00002")


@pytest.fixture(scope="module")
async def pool(new_database: MakeDatabase) -> AsyncIterator[TenantPool]:
    pool = await TenantPool.open((await new_database(MIGRATIONS)).app)
    yield pool
    await pool.close()


@pytest.fixture(autouse=True)
def on_time() -> None:
    """These tests need no service."""


def log(*events: Event, tenant: TenantId = TENANT) -> list[Recorded[Event]]:
    """Events in the streams they belong to, in this order."""
    return in_streams(stream_of, events, tenant, NOW)


def stream_of(event: Any) -> str:
    if hasattr(event, "command_id") or type(event).__name__ == "SlotReleased":
        return "diary"
    named = getattr(event, "group_session_id", None) or getattr(event, "appointment_id", None) or event.person_id
    return f"stream-{named}"


def diary_row(**changes: Any) -> DiaryRow:
    row: dict[str, Any] = {
        "appointment_id": APPOINTMENT,
        "person_id": PERSON,
        "referral_id": REFERRAL,
        "clinician_id": CLINICIAN,
        "starts_at": SOON,
        "ends_at": SOON + timedelta(minutes=50),
        "consultation_mechanism": "01",
        "activity_location_type": "C01",
        "site_ods_code": "X00001",
        "interpreter_required": True,
        "overridden": False,
        "status": "booked",
        "attendance_status": None,
        "activities": (),
        "others_present": (),
        "interpreter_present": None,
        "partner_assessment_offered": None,
        "revision": 0,
        "changed_at": NOW,
    }
    return DiaryRow(**{**row, **changes})


def unoutcomed_row(**changes: Any) -> UnoutcomedRow:
    row: dict[str, Any] = {
        "appointment_id": APPOINTMENT,
        "person_id": PERSON,
        "referral_id": REFERRAL,
        "clinician_id": CLINICIAN,
        "starts_at": SOON,
        "ends_at": SOON + timedelta(minutes=50),
        "consultation_mechanism": "01",
    }
    return UnoutcomedRow(**{**row, **changes})


def session_row(**changes: Any) -> SessionRow:
    row: dict[str, Any] = {
        "group_session_id": SESSION,
        "session_type": "antenatal",
        "starts_at": NEXT_WEEK,
        "ends_at": NEXT_WEEK + timedelta(hours=2),
        "capacity": 4,
        "consultation_mechanism": "01",
        "site_ods_code": "X00001",
        "activity_location_type": "K01",
        "language": "en",
        "open_to_all": True,
        "series_id": SERIES,
        "status": "scheduled",
        "cancellation_reason": None,
        "parties_booked": 0,
        "people_booked": 0,
        "places_left": 4,
        "people_waiting": 0,
        "waiting_place_ids": (),
        "families": None,
        "participant_count": None,
        "drop_ins": None,
    }
    return SessionRow(**{**row, **changes})


def register_row(place_id: str, turn: int, standing: str, party_size: int = 2, **changes: Any) -> RegisterRow:
    row: dict[str, Any] = {"group_session_id": SESSION, "person_id": None, "asked_at": NOW, "people": None}
    return RegisterRow(
        **{**row, "place_id": place_id, "turn": turn, "standing": standing, "party_size": party_size, **changes}
    )


MOVED = {"starts_at": SOON + timedelta(hours=2), "ends_at": SOON + timedelta(hours=2, minutes=50)}


async def test_the_diary_shows_appointments_as_they_now_stand(pool: TenantPool) -> None:
    events = log(
        *(claimed(), booked(), claimed(), rescheduled(overridden=True), released()),
        attended(activities=("assessment",), others_present=("infant",), interpreter_present=True),
        *(booked(appointment_id="a-2"), cancelled(appointment_id="a-2")),
        *(booked(appointment_id="a-3"), attended(appointment_id="a-3", activities=("care_plan",))),
        missed(appointment_id="a-3", supersedes_version=2, correction_reason="other"),
        *(known(), scheduled(), booked(appointment_id="a-4")),
    )
    seen = {"activities": ("assessment",), "others_present": ("infant",), "interpreter_present": True}
    await (
        ProjectionCase(DIARY)
        .given(*events)
        .then_stored(
            pool,
            diary_row(**MOVED, **seen, overridden=True, status="attended", attendance_status="5", revision=2),
            diary_row(appointment_id="a-2", status="cancelled", attendance_status="2", revision=1),
            diary_row(appointment_id="a-3", status="missed", attendance_status="3", revision=2),
            diary_row(appointment_id="a-4"),
        )
    )


async def test_a_diary_is_one_clinicians_or_everybodys_from_an_instant_to_another(pool: TenantPool) -> None:
    events = log(
        booked(appointment_id="later", slot=a_slot(starts_at=SOON + timedelta(hours=1))),
        booked(appointment_id="soon"),
        booked(appointment_id="other", clinician_id="dr-hill"),
        booked(appointment_id="too-late", slot=a_slot(starts_at=SOON + timedelta(hours=2))),
        tenant=ANOTHER,
    )
    async with pool.scope(ANOTHER) as tx:
        await DIARY.apply(tx, ANOTHER, events)
        period = {"since": SOON, "until": SOON + timedelta(hours=2)}
        mine = await diary.between(tx, ANOTHER, clinician_id=CLINICIAN, **period)
        everybodys = await diary.between(tx, ANOTHER, clinician_id=None, **period)
    assert [row.appointment_id for row in mine] == ["soon", "later"]
    assert [row.appointment_id for row in everybodys] == ["soon", "other", "later"]


async def test_an_appointment_asks_for_its_outcome_until_it_has_one(pool: TenantPool) -> None:
    events = log(
        *(booked(), rescheduled(), claimed()),
        *(booked(appointment_id="a-2"), cancelled(appointment_id="a-2")),
        *(booked(appointment_id="a-3"), missed(appointment_id="a-3"), attended(appointment_id="a-3")),
    )
    await ProjectionCase(UNOUTCOMED).given(*events).then_stored(pool, unoutcomed_row(**MOVED))


async def test_whether_it_is_over_depends_on_when_one_looks(pool: TenantPool) -> None:
    end = SOON + timedelta(minutes=50)
    async with pool.scope(ANOTHER) as tx:
        await UNOUTCOMED.apply(tx, ANOTHER, log(booked(), tenant=ANOTHER))
        assert await over_by(tx, ANOTHER, end - timedelta(seconds=1)) == []
        assert await over_by(tx, ANOTHER, end) == [unoutcomed_row()]


async def test_places_left_are_counted_in_people_and_waiting_ones_in_turn(pool: TenantPool) -> None:
    events = log(
        *(scheduled(), place_booked("a", 2), place_booked("b", 2), waitlisted("c", 2), waitlisted("d", 1)),
        *(waitlisted("e", 1), place_cancelled("e", 1), place_cancelled("a", 2), promoted("c", 2)),
        *(scheduled(group_session_id="s-2"), session_cancelled(group_session_id="s-2"), booked()),
        *(scheduled(group_session_id="s-3"), place_booked("f", 1, group_session_id="s-3")),
        *(place_attended("f", 1, group_session_id="s-3"), dropped_in("x", 3, group_session_id="s-3")),
        held(group_session_id="s-3", families=2, participant_count=4, drop_ins=1, language="ur"),
    )
    waiting = {"people_waiting": 1, "waiting_place_ids": ("d",)}
    sums = {"families": 2, "participant_count": 4, "drop_ins": 1}
    booked_one = {"parties_booked": 1, "people_booked": 1, "places_left": 3}
    await (
        ProjectionCase(GROUP_SESSIONS)
        .given(*events)
        .then_stored(
            pool,
            session_row(parties_booked=2, people_booked=4, places_left=0, **waiting),
            session_row(group_session_id="s-2", status="cancelled", cancellation_reason="weather"),
            session_row(group_session_id="s-3", status="held", language="ur", **booked_one, **sums),
        )
    )


async def test_families_see_what_is_open_to_all_and_not_called_off(pool: TenantPool) -> None:
    events = log(
        scheduled(),
        scheduled(group_session_id="closed", open_to_all=False),
        *(scheduled(group_session_id="off"), session_cancelled(group_session_id="off")),
        scheduled(group_session_id="later", starts_at=NEXT_WEEK + timedelta(days=1)),
        tenant=ANOTHER,
    )
    async with pool.scope(ANOTHER) as tx:
        await GROUP_SESSIONS.apply(tx, ANOTHER, events)
        period = {"since": NEXT_WEEK, "until": NEXT_WEEK + timedelta(days=1)}
        open_to_all = await group_sessions.between(tx, ANOTHER, **period, open_only=True)
        every = await group_sessions.between(tx, ANOTHER, **period)
    assert [row.group_session_id for row in open_to_all] == [SESSION]
    assert {row.group_session_id for row in every} == {SESSION, "closed", "off"}


async def test_the_register_is_in_the_order_of_asking(pool: TenantPool) -> None:
    events = log(
        *(scheduled(), place_booked("a", person_id=PERSON), place_booked("b"), waitlisted("c", 1), waitlisted("d")),
        *(place_cancelled("b"), promoted("c", 1), place_attended("a", 1), place_missed("c")),
        dropped_in("x", 3),
        held(families=2, participant_count=4, drop_ins=1),
    )
    rows = [
        register_row("a", 2, "attended", person_id=PERSON, people=1),
        register_row("b", 3, "cancelled"),
        register_row("c", 4, "missed", 1, people=0),
        register_row("d", 5, "waitlisted"),
        register_row("x", 10, "dropped_in", 3, asked_at=NEXT_WEEK, people=3),
    ]
    await ProjectionCase(REGISTER).given(*events).then_stored(pool, *rows)
    async with pool.scope(ANOTHER) as tx:
        await REGISTER.apply(tx, ANOTHER, log(*(recorded.event for recorded in events), tenant=ANOTHER))
        assert await of_session(tx, ANOTHER, SESSION) == rows


@pytest.mark.parametrize("model", PROJECTIONS, ids=lambda model: model.name)
async def test_another_network_sees_nothing_and_no_network_sees_nothing(pool: TenantPool, model: Any) -> None:
    third = TenantId("U00003")
    async with pool.scope(third) as tx:
        await model.apply(tx, third, log(booked(), scheduled(), place_booked(), tenant=third))
        assert await tx.fetchval(f"select count(*) from {model.table}") == 1
    async with pool.scope(TenantId("U00004")) as tx:
        assert await tx.fetch(f"select * from {model.table}") == []
    async with pool.unscoped() as tx:
        assert await tx.fetch(f"select * from {model.table}") == []
