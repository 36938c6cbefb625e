"""Lists as pages and as files: the file holds all that the filters leave, and no cell of it is a formula."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from contracts.event import PublicEvent
from services.kit.tenancy import TenantId
from tests.integration.portal.conftest import Portal
from tests.unit.portal import scenarios as given
from tests.unit.portal import scheduling_scenarios as scheduling
from tests.unit.portal import training_scenarios as taught
from tests.unit.portal.scenarios import an_id, heard

pytestmark = pytest.mark.postgres

TENANT = TenantId("U99977")
OWN = f"/pcns/{TENANT}"
MANY = 101
NOW = datetime.now(UTC)
TOMORROW = {"starts_at": NOW + timedelta(days=1), "ends_at": NOW + timedelta(days=1, hours=1)}
YESTERDAY = {"starts_at": NOW - timedelta(days=1), "ends_at": NOW - timedelta(hours=23)}
WEEK = f"clinician=everybody&view=week&on={(NOW - timedelta(days=1)).date()}"
FORMULA = '=HYPERLINK("http://example.org")'


def told(number: int) -> dict[str, list[PublicEvent]]:
    """One more of everything that is listed, by its stream."""
    person, referral, session, visit, training = (
        an_id(f"{kind} {number}") for kind in ("somebody", "listed", "meeting", "visit", "taught")
    )
    about = {"referral_id": referral, "person_id": person}
    return {
        f"person-{person}": [given.registered(person)],
        f"referral-{referral}": [
            given.received(**about, referred_by="a clinician"),
            given.wait_started(**about, spell_id=referral),
        ],
        f"appointment-{visit}": [scheduling.booked(appointment_id=visit, clinician_id=FORMULA, **YESTERDAY)],
        f"session-{session}": [scheduling.scheduled(group_session_id=session, **TOMORROW)],
        f"training-session-{training}": [taught.training_planned(training_session_id=training)],
        f"consultation-{number}": [taught.consulted(consultation_id=an_id(f"advice {number}"))],
        f"community-input-{number}": [taught.contributed(input_id=an_id(f"contribution {number}"))],
    }


@pytest.fixture(scope="module", autouse=True)
async def many(portal: Portal) -> None:
    """More of everything than a page holds."""
    for number in range(MANY):
        for stream, events in told(number).items():
            heard_so = [heard(event, stream, version, tenant=TENANT) for version, event in enumerate(events, start=1)]
            await portal.hear(*heard_so)


async def lines(portal: Portal, path: str) -> list[dict[str, str]]:
    response = await portal.page(f"{OWN}{path}", "clinician", TENANT)
    assert response.status_code == 200, path
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("path", "query", "holds"),
    [
        ("/triage", "", 25),
        ("/waiting", "", 25),
        ("/referrals", "", 25),
        ("/referrals-made", "", 25),
        ("/everybody", "", 25),
        ("/sessions", "", 25),
        ("/training", "", 25),
        ("/consultations", "", 25),
        ("/community", "", 25),
        ("/diary", WEEK, 100),
        ("/diary/to-record", "clinician=everybody", 25),
    ],
)
async def test_a_page_holds_some_and_the_file_all(portal: Portal, path: str, query: str, holds: int) -> None:
    shown = (await portal.page(f"{OWN}{path}?{query}", "clinician", TENANT)).text
    assert f"Showing 1 to {holds} of {MANY}" in shown
    assert shown.count('<tr role="row" class="nhsuk-table__row">') == holds
    assert f"{OWN}{path}.csv" in shown
    assert len(await lines(portal, f"{path}.csv?{query}")) == MANY


async def test_a_page_holds_some_of_the_sessions_with_places_to_book(portal: Portal) -> None:
    shown = (await portal.page(f"{OWN}/places", "referrer", TENANT)).text
    assert f"Showing 1 to 25 of {MANY}" in shown


async def test_the_file_has_the_filters_of_the_page(portal: Portal) -> None:
    assert await lines(portal, "/sessions.csv?status=held") == []
    assert await lines(portal, "/sessions.csv?when=past") == []
    assert await lines(portal, "/referrals.csv?status=closed") == []
    assert len(await lines(portal, "/referrals.csv?status=received")) == MANY


async def test_no_cell_of_a_file_is_a_formula(portal: Portal) -> None:
    found = await lines(portal, f"/diary.csv?{WEEK}")
    assert {line["clinician_id"] for line in found} == {f"'{FORMULA}"}


async def test_there_is_no_file_with_names_while_names_cannot_be_had(portal: Portal) -> None:
    response = await portal.page(f"{OWN}/referrals.csv?names=yes", "clinician", TENANT)
    assert response.status_code == 503
    assert "<code>names-not-available</code>" in response.text


@pytest.mark.parametrize("service", ["", "referral"])
async def test_operations_are_a_file_too(portal: Portal, service: str) -> None:
    response = await portal.page(f"/operations.csv?service={service}", "operator", TENANT)
    found = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    said = {line["service"]: line["value"] for line in found if line["kind"] == "state"}
    assert said == dict.fromkeys(
        ["referral"] if service else ["referral", "scheduling", "outcomes", "training", "portal"], "Does not answer"
    )
