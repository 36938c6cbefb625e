"""Clocks, endings, reviews, goals, the timeline, the files; and what nobody but clinicians may even know of."""

from datetime import date

import pytest

from services.kit.tenancy import TenantId
from services.portal.readmodels.goals import goal, goals_of
from services.portal.readmodels.mha_periods import mha_periods_of
from services.portal.readmodels.people import everybody
from services.portal.readmodels.safeguarding import concerns_of
from services.portal.readmodels.waiting import Narrowed, waiting, waiting_numbers
from services.portal.web.app import ROUTERS
from tests.integration.portal.conftest import Portal
from tests.integration.portal.family import (
    APPOINTMENT,
    OTHER,
    OWN,
    PERSON,
    RECORD,
    REFERRAL,
    RESTRICTED,
    a_family,
    addresses,
)
from tests.unit.portal import clinical_scenarios as then
from tests.unit.portal import scenarios as given
from tests.unit.portal import scheduling_scenarios as scheduling
from tests.unit.portal.scenarios import heard

pytestmark = pytest.mark.postgres

OTHERS = ["coordinator", "referrer", "training-lead", "operator", "importer", "public"]
PAGE = f"{OWN}/people/{given.PERSON}"
TODAY = date(2026, 6, 3)


@pytest.fixture(scope="module")
async def family(portal: Portal) -> None:
    """The family after it was seen: its clock has one part less to wait for, its goal a rating, its concern another level."""
    await a_family(portal)
    await portal.hear(
        heard(then.advanced(), REFERRAL, 4),
        heard(then.goal_rated(6), RECORD, 9),
        heard(scheduling.attended(), APPOINTMENT, 2),
        heard(then.level_changed(), RESTRICTED, 3),
    )


@pytest.mark.usefixtures("family")
async def test_the_waiting_list_says_what_is_there_and_what_is_missing(portal: Portal) -> None:
    page = (await portal.page(f"{OWN}/waiting", "coordinator", given.PCN)).text
    assert '<li class="portal-part portal-part--met">First time seen: <span class="portal-nowrap">14 May 2026' in page
    assert '<li class="portal-part">Assessment: <strong>missing</strong>' in page
    assert "four-week-1" in page


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("", True),
        ("?due=overdue", True),
        ("?due=soon", False),
        ("?part=assessment", True),
        ("?part=first_contact", False),
        ("?strand=universal", False),
        ("?status=received", True),
        ("?status=accepted", False),
        ("?status=closed", False),
    ],
)
async def test_the_waiting_list_is_filtered_and_so_is_its_file(portal: Portal, query: str, listed: bool) -> None:
    for path in ("/waiting", "/waiting.csv"):
        response = await portal.page(f"{OWN}{path}{query}", "clinician", given.PCN)
        assert response.status_code == 200
        assert (given.PERSON in response.text) is listed, path


@pytest.mark.usefixtures("family")
async def test_a_file_has_coded_facts_and_no_names_unless_they_can_be_had(portal: Portal) -> None:
    response = await portal.page(f"{OWN}/waiting.csv", "clinician", given.PCN)
    heading, line = response.text.removeprefix("\ufeff").strip().split("\r\n")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="waiting-list.csv"'
    facts = dict(zip(heading.split(","), line.split(","), strict=True))
    assert facts["first_contact"] == "2026-05-14"
    assert facts["missing_parts"] == "baseline_measure assessment plan_or_intervention"
    assert facts["breached"] == "yes"
    assert "full_name" not in facts
    for name in ("waiting", "triage", "everybody"):
        assert (await portal.page(f"{OWN}/{name}.csv", "clinician", given.PCN)).status_code == 200
        # The referral service is down in these tests.
        response = await portal.page(f"{OWN}/{name}.csv?names=yes", "clinician", given.PCN)
        assert response.status_code == 503
        assert "Names cannot be shown just now" in response.text


@pytest.mark.usefixtures("family")
async def test_the_referral_page_explains_its_clock(portal: Portal) -> None:
    for path, role in ((f"/triage/{given.REFERRAL}", "clinician"), (f"/referrals/{given.REFERRAL}", "coordinator")):
        page = (await portal.page(f"{OWN}{path}", role, given.PCN)).text
        assert (
            "The clock is running. It stops when this has happened too: first questionnaire, assessment and care"
            in page
        )
        assert "when the referral was received" in page
    referrer = (await portal.page(f"{OWN}/referrals/{given.REFERRAL}", "referrer", given.PCN)).text
    assert "Waiting clock" not in referrer


@pytest.mark.usefixtures("family")
async def test_the_timeline_holds_universal_and_targeted_in_order(portal: Portal) -> None:
    page = (await portal.page(PAGE, "clinician", given.PCN)).text
    line = page[page.index('<ol class="portal-timeline">') :]
    latest_first = [
        "EPDS filled in",
        "Antenatal session: a place is booked",
        "Appointment: Came on time",
        "Goal rated: 6 of 10",
        "Referral received from: Maternity service",
    ]
    places = [line.index(words) for words in latest_first]
    assert sorted(places) == places
    assert line.count(">Universal<") == 1
    only = (await portal.page(f"{PAGE}?kind=contact", "clinician", given.PCN)).text
    line = only[only.index('<ol class="portal-timeline">') :]
    assert "Appointment: Came on time" in line
    assert "EPDS filled in" not in line


@pytest.mark.usefixtures("family")
async def test_a_coordinators_timeline_has_nothing_clinical(portal: Portal) -> None:
    for kind in ("", "?kind=score", "?kind=flag", "?kind=goal"):
        page = (await portal.page(f"{PAGE}{kind}", "coordinator", given.PCN)).text
        assert "EPDS" not in page
        assert "Goal" not in page
        assert "Risk flag" not in page


@pytest.mark.usefixtures("family")
async def test_a_clinician_sees_what_is_restricted(portal: Portal) -> None:
    page = (await portal.page(PAGE, "clinician", given.PCN)).text
    assert "Child in need, from 18 May 2026" in page
    assert "Section 2, from 11 May 2026" in page


def restricted() -> list[tuple[str, str]]:
    """Method and address of every restricted page, with ids that are there."""
    routes = [route for router in ROUTERS for route in router.routes if "/restricted/" in route.path]
    return [(method, path) for method in ("GET", "POST") for path in addresses(routes, method)]


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize("role", OTHERS)
async def test_nobody_else_learns_that_there_is_anything_restricted(portal: Portal, role: str) -> None:
    session = portal.session(role, given.PCN)
    assert len(restricted()) == 10
    for method, path in restricted():
        unknown = path.replace(given.PERSON, given.an_id("nobody"))
        there, nowhere = [await portal.browse(session, at, method) for at in (path, unknown)]
        assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text) == (403, there.text), path
    for path in (PAGE, OWN, f"{OWN}/waiting", f"{OWN}/triage", f"{OWN}/referrals/{given.REFERRAL}"):
        page = (await portal.page(path, role, given.PCN)).text.lower()
        for word in ("safeguarding", "mental health act", "child in need", "section 2", "restricted", given.CONCERN):
            assert word not in page, (path, word)
    # The report counts such facts for the whole network; what was counted is not told.
    report = await portal.page(f"{OWN}/report", role, given.PCN)
    assert given.CONCERN not in report.text
    for stream in (RESTRICTED, f"restricted-{given.an_id('nobody')}"):
        assert (await portal.api(f"/pcns/{given.PCN}/streams/{stream}", role, given.PCN)).status_code == 403


@pytest.mark.parametrize("role", ["clinician", "importer", "coordinator", "referrer", "training-lead", "operator"])
async def test_how_far_a_record_is_knows_who_may_write_it(portal: Portal, role: str) -> None:
    """A flag makes the stream longer by one: whoever may not see it does not learn of it so."""
    response = await portal.api(f"/pcns/{given.PCN}/streams/{RECORD}", role, given.PCN)
    assert response.status_code == (200 if role in ("clinician", "importer") else 403)


@pytest.mark.usefixtures("family")
async def test_a_concern_of_somebody_else_is_not_found_under_this_person(portal: Portal) -> None:
    await portal.hear(heard(given.registered(given.an_id("other")), f"person-{given.an_id('other')}", 1))
    path = f"{OWN}/people/{given.an_id('other')}/restricted/concerns/{given.CONCERN}/level"
    assert (await portal.page(path, "clinician", given.PCN)).status_code == 404


@pytest.mark.usefixtures("family")
async def test_another_network_sees_none_of_it(portal: Portal) -> None:
    async with portal.pool.scope(OTHER) as tx:
        for tenant in (OTHER, given.PCN):
            assert await waiting(tx, tenant, TODAY, Narrowed()) == ([], 0)
            assert await waiting_numbers(tx, tenant, TODAY) == {"waiting": 0, "overdue": 0}
            assert await everybody(tx, tenant, practice=None, stage=None) == ([], 0)
            assert await goals_of(tx, tenant, given.PERSON) == []
            assert await goal(tx, tenant, given.PERSON, given.GOAL) is None
            assert await concerns_of(tx, tenant, given.PERSON) == []
            assert await mha_periods_of(tx, tenant, given.PERSON) == []


async def test_a_clock_that_stopped_is_on_no_waiting_list(portal: Portal) -> None:
    tenant = TenantId("U99994")
    await portal.hear(
        heard(given.received(), REFERRAL, 1, tenant=tenant),
        heard(given.wait_started(), REFERRAL, 2, tenant=tenant),
        heard(then.breached(), REFERRAL, 3, tenant=tenant),
    )
    async with portal.pool.scope(tenant) as tx:
        assert await waiting_numbers(tx, tenant, TODAY) == {"waiting": 1, "overdue": 1}
    await portal.hear(heard(then.stopped(), REFERRAL, 4, tenant=tenant))
    async with portal.pool.scope(tenant) as tx:
        assert await waiting_numbers(tx, tenant, TODAY) == {"waiting": 0, "overdue": 0}
        assert await waiting(tx, tenant, TODAY, Narrowed()) == ([], 0)


async def test_no_days_are_left_once_a_clock_has_stopped(portal: Portal) -> None:
    tenant = TenantId("U99993")
    await portal.hear(
        heard(given.received(), REFERRAL, 1, tenant=tenant),
        heard(given.wait_started(due_on=date(2999, 1, 1)), REFERRAL, 2, tenant=tenant),
    )
    pages = [
        (f"/pcns/{tenant}/people/{given.PERSON}", "coordinator"),
        (f"/pcns/{tenant}/triage/{given.REFERRAL}", "clinician"),
        (f"/pcns/{tenant}/referrals/{given.REFERRAL}", "referrer"),
    ]
    for path, role in pages:
        assert "days left" in (await portal.page(path, role, tenant)).text, path
    await portal.hear(heard(then.stopped(), REFERRAL, 3, tenant=tenant))
    for path, role in pages:
        page = (await portal.page(path, role, tenant)).text
        assert "days left" not in page, path
        assert ("14 May 2026: care has begun" in page) == (role != "referrer"), path


@pytest.mark.parametrize(
    ("role", "status"), [("operator", 200), ("coordinator", 200), ("clinician", 403), ("referrer", 403)]
)
async def test_operations_are_for_those_who_run_the_platform(portal: Portal, role: str, status: int) -> None:
    response = await portal.page("/operations", role, given.PCN)
    assert response.status_code == status
    assert ("Does not answer" in response.text) is (status == 200)
    assert PERSON not in response.text
