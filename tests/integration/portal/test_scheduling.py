"""Appointments, group sessions and places: the rows in PostgreSQL, and the pages of those who work with them."""

from datetime import datetime, timedelta

import pytest

from services.kit.tenancy import TenantId
from services.kit.testing import ProjectionCase
from services.portal.readmodels.appointments import (
    APPOINTMENTS,
    appointment,
    appointments_of,
    clinicians,
    diary,
    without_outcome,
)
from services.portal.readmodels.group_sessions import (
    GROUP_SESSIONS,
    group_session,
    sessions_before,
    sessions_from,
    sessions_to_come,
)
from services.portal.readmodels.places import PLACES, families_ahead, place, places_of, places_of_person
from tests.integration.portal.conftest import Portal
from tests.integration.portal.family import APPOINTMENT, OTHER, OWN, SESSION, a_family
from tests.unit.portal import scheduling_scenarios as given
from tests.unit.portal.scenarios import CORRECTED, PCN, PERSON, an_id, heard

pytestmark = pytest.mark.postgres

WAITING = [an_id(f"waiting {number}") for number in range(3)]
BEFORE, AFTER = given.STARTS - timedelta(hours=1), given.ENDS + timedelta(hours=1)


@pytest.fixture(scope="module", autouse=True)
async def known(portal: Portal) -> None:
    """A family, its appointment and place in the past and not recorded; three more wait for a place."""
    await a_family(portal)
    for turn, place_id in enumerate(WAITING, start=3):
        await portal.hear(heard(given.waitlisted(place_id=place_id, person_id=None), SESSION, turn))


async def test_every_read_model_stores_what_it_folds(portal: Portal) -> None:
    tenant = TenantId("U99990")
    await (
        ProjectionCase(APPOINTMENTS)
        .given(
            heard(given.booked(), APPOINTMENT, 1, tenant=tenant),
            heard(given.missed(), APPOINTMENT, 2, tenant=tenant, at=CORRECTED),
        )
        .then_stored(
            portal.pool,
            given.an_appointment(
                status="missed", attendance_status="3", outcome_at=given.STARTS, outcome_recorded_at=CORRECTED
            ),
        )
    )
    session = [heard(given.scheduled(), SESSION, 1, tenant=tenant)]
    await ProjectionCase(GROUP_SESSIONS).given(*session).then_stored(portal.pool, given.a_session())
    await (
        ProjectionCase(PLACES)
        .given(*session, heard(given.place_booked(), SESSION, 2, tenant=tenant))
        .then_stored(portal.pool, given.a_place())
    )


async def test_another_network_sees_none_of_it(portal: Portal) -> None:
    async with portal.pool.scope(OTHER) as tx:
        # Asking for the right network from another's connection gives nothing either: the database keeps them apart.
        for tenant in (OTHER, PCN):
            assert await diary(tx, tenant, BEFORE, AFTER, clinician_id=None, status=None) == ([], 0)
            assert await without_outcome(tx, tenant, AFTER, clinician_id=None, limit=9, offset=0) == ([], 0)
            assert await appointment(tx, tenant, given.APPOINTMENT) is None
            assert await appointments_of(tx, tenant, PERSON) == []
            assert await clinicians(tx, tenant) == []
            assert await sessions_from(tx, tenant, BEFORE, status=None, limit=9, offset=0) == ([], 0)
            assert await sessions_before(tx, tenant, AFTER, status=None, limit=9, offset=0) == ([], 0)
            assert await sessions_to_come(tx, tenant, BEFORE, limit=9) == ([], 0)
            assert await group_session(tx, tenant, given.SESSION) is None
            assert await places_of(tx, tenant, given.SESSION) == []
            assert await place(tx, tenant, given.PLACE) is None
            assert await places_of_person(tx, tenant, PERSON) == []
            assert await families_ahead(tx, tenant, given.a_place(turn=9)) == 0


@pytest.mark.parametrize(
    ("span", "clinician", "status", "found"),
    [
        ((BEFORE, AFTER), None, None, 1),
        ((BEFORE, AFTER), given.CLINICIAN, "booked", 1),
        ((BEFORE, AFTER), "another", None, 0),
        ((BEFORE, AFTER), None, "attended", 0),
        ((given.STARTS, AFTER), None, None, 1),
        ((BEFORE, given.STARTS), None, None, 0),
    ],
)
async def test_a_diary_has_whose_and_when(
    portal: Portal, span: tuple[datetime, datetime], clinician: str | None, status: str | None, found: int
) -> None:
    async with portal.pool.scope(PCN) as tx:
        assert (await diary(tx, PCN, *span, clinician_id=clinician, status=status))[1] == found


async def test_an_appointment_is_to_be_recorded_once_it_has_begun_until_it_is(portal: Portal) -> None:
    tenant = TenantId("U99989")
    await portal.hear(heard(given.booked(), APPOINTMENT, 1, tenant=tenant))
    assert await to_record(portal, tenant, BEFORE) == 0
    assert await to_record(portal, tenant, AFTER) == 1
    await portal.hear(heard(given.attended(), APPOINTMENT, 2, tenant=tenant))
    assert await to_record(portal, tenant, AFTER) == 0


async def to_record(portal: Portal, tenant: TenantId, now: datetime) -> int:
    async with portal.pool.scope(tenant) as tx:
        return (await without_outcome(tx, tenant, now, clinician_id=None, limit=9, offset=0))[1]


async def test_a_session_knows_how_full_it_is_and_families_their_turn(portal: Portal) -> None:
    async with portal.pool.scope(PCN) as tx:
        filled = await group_session(tx, PCN, given.SESSION)
        rows = await places_of(tx, PCN, given.SESSION)
        assert [await families_ahead(tx, PCN, row) for row in rows[1:]] == [0, 1, 2]
    assert filled is not None
    assert (filled.people_booked, filled.families_waiting, filled.room) == (2, 3, 0)
    assert [row.place_id for row in rows] == [given.PLACE, *WAITING]


async def test_sessions_to_come_and_past_are_apart_and_only_open_ones_are_for_all(portal: Portal) -> None:
    tenant, invited = TenantId("U99988"), an_id("by invitation")
    await portal.hear(
        heard(given.scheduled(), SESSION, 1, tenant=tenant),
        heard(given.scheduled(group_session_id=invited, open_to_all=False), f"session-{invited}", 1, tenant=tenant),
    )
    async with portal.pool.scope(tenant) as tx:
        assert (await sessions_from(tx, tenant, BEFORE, status=None, limit=9, offset=0))[1] == 2
        assert (await sessions_from(tx, tenant, AFTER, status=None, limit=9, offset=0))[1] == 0
        assert (await sessions_before(tx, tenant, AFTER, status="scheduled", limit=9, offset=0))[1] == 2
        assert (await sessions_to_come(tx, tenant, BEFORE, limit=9))[1] == 2
        assert (await sessions_to_come(tx, tenant, given.STARTS, limit=9))[1] == 0, "no place is taken once it began"
        shown, total = await sessions_to_come(tx, tenant, BEFORE, every_family=True, limit=9)
    assert ([each.session.group_session_id for each in shown], total) == ([given.SESSION], 1)


async def test_the_diary_of_a_day_shows_it_with_ids_while_names_cannot_be_asked(portal: Portal) -> None:
    response = await portal.page(f"{OWN}/diary?on=2026-05-14&clinician=everybody", "clinician", PCN)
    assert "9:30am to 10:20am" in response.text
    assert f"Person {PERSON[:8]}" in response.text
    assert "Interpreter needed: Bengali" in response.text
    for strange in ("", "2026-02-31", "0001-01-01", "9999-12-31", "<b>"):
        response = await portal.page(f"{OWN}/diary?view=week&on={strange}", "clinician", PCN)
        assert response.status_code == 200, strange


async def test_a_place_of_another_session_is_not_found(portal: Portal) -> None:
    path = f"{OWN}/sessions/{an_id('another session')}/places/{given.PLACE}/cancel"
    assert (await portal.page(path, "clinician", PCN)).status_code == 404


async def test_what_cannot_be_saved_now_keeps_what_was_typed(portal: Portal) -> None:
    session = portal.session("clinician", PCN)
    sent = {"people-" + given.PLACE: "2", "drop_ins": "1, 3", "language": "bn"}
    response = await portal.browse(session, f"{OWN}/sessions/{given.SESSION}/hold", "POST", sent)
    assert response.status_code == 422
    assert "Nothing you entered is lost" in response.text
    assert 'value="1, 3"' in response.text
