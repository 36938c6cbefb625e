"""Lists as pages and as files: the file holds all that the filters leave, and no cell of it is a formula."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from services.kit.tenancy import TenantId
from tests.integration.portal.conftest import Portal
from tests.unit.portal import scenarios as given
from tests.unit.portal import scheduling_scenarios as scheduling
from tests.unit.portal.scenarios import an_id, heard

pytestmark = pytest.mark.postgres

TENANT = TenantId("U99977")
OWN = f"/pcns/{TENANT}"
MANY = 31
NOW = datetime.now(UTC)
TOMORROW = {"starts_at": NOW + timedelta(days=1), "ends_at": NOW + timedelta(days=1, hours=1)}
YESTERDAY = {"starts_at": NOW - timedelta(days=1), "ends_at": NOW - timedelta(hours=23)}
FORMULA = '=HYPERLINK("http://example.org")'


@pytest.fixture(scope="module", autouse=True)
async def many(portal: Portal) -> None:
    """More of everything than a page holds."""
    for number in range(MANY):
        referral, session, appointment = (an_id(f"{kind} {number}") for kind in ("listed", "meeting", "visit"))
        booked = scheduling.booked(appointment_id=appointment, clinician_id=FORMULA, **YESTERDAY)
        planned = scheduling.scheduled(group_session_id=session, **TOMORROW)
        await portal.hear(
            heard(given.received(referral), f"referral-{referral}", 1, tenant=TENANT),
            heard(booked, f"appointment-{appointment}", 1, tenant=TENANT),
            heard(planned, f"session-{session}", 1, tenant=TENANT),
        )


async def lines(portal: Portal, path: str) -> list[dict[str, str]]:
    response = await portal.page(f"{OWN}{path}", "clinician", TENANT)
    assert response.status_code == 200, path
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("/referrals", "/referrals.csv"),
        ("/sessions", "/sessions.csv"),
        ("/diary/to-record?clinician=everybody", "/diary/to-record.csv?clinician=everybody"),
    ],
)
async def test_a_page_holds_some_and_the_file_all(portal: Portal, page: str, file: str) -> None:
    shown = (await portal.page(f"{OWN}{page}", "clinician", TENANT)).text
    assert f"Showing 1 to 25 of {MANY}" in shown
    assert file.partition("?")[0] in shown
    assert len(await lines(portal, file)) == MANY


async def test_the_file_has_the_filters_of_the_page(portal: Portal) -> None:
    assert await lines(portal, "/sessions.csv?status=held") == []
    assert await lines(portal, "/sessions.csv?when=past") == []
    assert await lines(portal, "/referrals.csv?status=closed") == []
    assert len(await lines(portal, "/referrals.csv?status=received")) == MANY


async def test_a_diary_of_many_is_a_file_too_and_no_cell_of_it_a_formula(portal: Portal) -> None:
    day = (NOW - timedelta(days=1)).date()
    found = await lines(portal, f"/diary.csv?clinician=everybody&view=week&on={day}")
    assert len(found) == MANY
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
