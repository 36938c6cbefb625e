"""Pages about somebody erased say so kindly; who looked at a record is shown to coordinators."""

from uuid import uuid4

import pytest

from services.kit.access_log import accesses_of
from services.kit.tenancy import TenantId
from services.kit.testing import ProjectionCase
from services.portal.names import Identity, Names
from services.portal.readmodels.erased import ERASED, ErasedRow
from services.portal.web.presenters.people import who
from tests.integration.portal.conftest import Portal
from tests.integration.portal.family import OWN, a_family
from tests.unit.portal import scenarios as given
from tests.unit.portal.scenarios import heard
from tests.unit.portal.scheduling_scenarios import APPOINTMENT, PLACE, SESSION

pytestmark = pytest.mark.postgres

PAGE = f"{OWN}/people/{given.PERSON}"


@pytest.fixture(scope="module", autouse=True)
async def known(portal: Portal) -> None:
    await a_family(portal)


async def reads(portal: Portal, person_id: str = given.PERSON) -> list[tuple[str, str, str]]:
    async with portal.pool.scope(given.PCN) as tx:
        return [(each.reader, each.what, each.why) for each in await accesses_of(tx, given.PCN, person_id)]


async def test_opening_a_page_about_a_person_is_written_down_with_its_purpose(portal: Portal) -> None:
    before = len(await reads(portal))
    await portal.page(PAGE, "clinician", given.PCN)
    await portal.page(f"{PAGE}/measures/new", "clinician", given.PCN)
    await portal.page(PAGE, "coordinator", given.PCN)
    assert (await reads(portal))[: -before or None] == [
        ("a coordinator", "page", "coordination"),
        ("a clinician", "page", "direct-care"),
        ("a clinician", "page", "direct-care"),
    ]


@pytest.mark.parametrize(
    ("path", "role", "why"),
    [
        (f"/referrals/{given.REFERRAL}", "referrer", "referral"),
        (f"/referrals/{given.REFERRAL}", "coordinator", "coordination"),
        (f"/referrals/{given.REFERRAL}/withdraw", "coordinator", "coordination"),
        (f"/triage/{given.REFERRAL}", "clinician", "direct-care"),
        (f"/appointments/{APPOINTMENT}", "coordinator", "coordination"),
        (f"/appointments/{APPOINTMENT}/outcome", "clinician", "direct-care"),
        (f"/places/{PLACE}", "referrer", "referral"),
        (f"/sessions/{SESSION}/places/{PLACE}/cancel", "coordinator", "coordination"),
    ],
)
async def test_what_is_somebodys_is_a_page_about_them(portal: Portal, path: str, role: str, why: str) -> None:
    """The address names a referral, an appointment or a place: whose it is, is found by reading it."""
    before = len(await reads(portal))
    assert (await portal.page(f"{OWN}{path}", role, given.PCN)).is_success
    assert (await reads(portal))[: -before or None] == [(f"a {role}", "page", why)]


async def test_who_may_not_open_a_page_leaves_no_line_and_neither_does_an_address_that_is_none(portal: Portal) -> None:
    before = await reads(portal)
    assert (await portal.page(PAGE, "referrer", given.PCN)).status_code == 403
    assert (await portal.page(f"{OWN}/people/Zuleika", "clinician", given.PCN)).status_code == 404
    assert await reads(portal) == before
    assert await reads(portal, "Zuleika") == []


async def test_a_list_leaves_no_line_for_anybody_on_it(portal: Portal) -> None:
    before = await reads(portal)
    assert (await portal.page(f"{OWN}/everybody", "clinician", given.PCN)).is_success
    assert await reads(portal) == before


async def test_a_coordinator_sees_who_looked_and_which_services_did_not_answer(portal: Portal) -> None:
    await portal.page(PAGE, "clinician", given.PCN)
    shown = await portal.page(f"{PAGE}/accesses", "coordinator", given.PCN)
    assert shown.is_success
    for words in ("Who has looked at this record", "a clinician", "A page about them", "Caring for the family"):
        assert words in shown.text
    assert "referral, scheduling, outcomes, training did not answer" in shown.text
    assert (await portal.page(f"{PAGE}/accesses", "clinician", given.PCN)).status_code == 403
    assert ("a coordinator", "access-log", "coordination") in await reads(portal)


async def test_only_a_coordinator_is_shown_the_way_there(portal: Portal) -> None:
    assert f"{PAGE}/accesses" in (await portal.page(PAGE, "coordinator", given.PCN)).text
    assert f"{PAGE}/accesses" not in (await portal.page(PAGE, "clinician", given.PCN)).text


async def test_pages_about_somebody_erased_say_so_and_the_rest_goes_on(portal: Portal) -> None:
    someone = str(uuid4())
    await portal.hear(heard(given.registered(person_id=someone), someone, 1), heard(given.erased(someone), someone, 2))
    page = await portal.page(f"{OWN}/people/{someone}", "clinician", given.PCN)
    assert (page.status_code, "This record was erased" in page.text) == (410, True)
    assert "erased on" in page.text
    for part in ("measures/new", "appointments/new", "goals/new"):
        assert (await portal.page(f"{OWN}/people/{someone}/{part}", "clinician", given.PCN)).status_code == 410, part
    assert (await portal.page(f"{OWN}/people/{someone}/accesses", "coordinator", given.PCN)).is_success
    everybody = await portal.page(f"{OWN}/everybody", "clinician", given.PCN)
    assert someone not in everybody.text
    assert (await portal.page(PAGE, "clinician", given.PCN)).is_success


async def test_the_read_model_holds_the_day_and_nothing_else(portal: Portal) -> None:
    elsewhere = TenantId("U99991")
    case = ProjectionCase(ERASED).given(
        heard(given.registered(), given.PERSON, 1, tenant=elsewhere),
        heard(given.erased(), given.PERSON, 2, tenant=elsewhere),
    )
    await case.then_stored(portal.pool, ErasedRow(person_id=given.PERSON, erased_at=given.CORRECTED))


def test_somebody_erased_is_named_as_that() -> None:
    assert who(Names(people={given.PERSON: Identity(erased=True)}), given.PERSON).name == "Erased person"
