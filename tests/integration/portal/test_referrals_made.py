"""Whoever refers sees that it arrived and what became of it: their own referrals, page by page and as a file."""

import re

import pytest

from services.kit.tenancy import TenantId
from services.kit.testing import ProjectionCase
from services.portal.readmodels.referrals_made import REFERRALS_MADE, MadeRow, made_by
from tests.integration.portal.conftest import Portal
from tests.unit.portal import scenarios as given
from tests.unit.portal.scenarios import heard

pytestmark = pytest.mark.postgres

HERE = TenantId("U99981")
ELSEWHERE = TenantId("U99982")
REFERRER = "a referrer"


@pytest.fixture(scope="module", autouse=True)
async def sent(portal: Portal) -> None:
    """Three of our own, one that a clinician made, and one of another network."""
    await portal.hear(heard(given.configured(pcn_ods_code=HERE), f"pcn-{HERE}", 1, tenant=HERE))
    for name, tenant, account in (
        ("first", HERE, REFERRER),
        ("second", HERE, REFERRER),
        ("third", HERE, REFERRER),
        ("other", HERE, "a clinician"),
        ("elsewhere", ELSEWHERE, REFERRER),
    ):
        referral, person = given.an_id(name), given.an_id(f"{name} person")
        stream = f"referral-{referral}"
        about = {"referral_id": referral, "person_id": person}
        await portal.hear(
            heard(given.received(**about, referred_by=account), stream, 1, tenant=tenant),
            heard(given.wait_started(**about, spell_id=referral), stream, 2, tenant=tenant),
        )
    stream, about = f"referral-{given.an_id('second')}", {"person_id": given.an_id("second person")}
    await portal.hear(heard(given.triaged(given.an_id("second"), "1", **about), stream, 3, tenant=HERE))
    await portal.hear(heard(given.accepted(given.an_id("second"), **about), stream, 4, tenant=HERE))


async def test_a_row_says_who_sent_which_referral(portal: Portal) -> None:
    event = heard(given.received(referred_by=REFERRER), f"referral-{given.REFERRAL}", 1)
    row = MadeRow(referral_id=given.REFERRAL, person_id=given.PERSON, referred_by=REFERRER, received_at=given.RECEIVED)
    await ProjectionCase(REFERRALS_MADE).given(event).then_stored(portal.pool, row)


async def test_only_ones_own_are_listed(portal: Portal) -> None:
    page = await portal.page(f"/pcns/{HERE}/referrals-made", "referrer", HERE)
    listed = set(re.findall(rf'href="/pcns/{HERE}/referrals/([0-9a-f-]+)"', page.text))
    assert listed == {given.an_id(name) for name in ("first", "second", "third")}
    assert "3 in all" in page.text
    assert "It has arrived. A clinician reads it next." in page.text
    assert "The family is taken on and waits to be seen." in page.text
    for clinical in ("Emergency", "Perinatal mental health", "Parent-infant"):
        assert clinical not in page.text


async def test_the_list_is_narrowed_by_what_became_of_it(portal: Portal) -> None:
    page = await portal.page(f"/pcns/{HERE}/referrals-made?status=accepted", "referrer", HERE)
    assert "1 in all" in page.text
    nothing = await portal.page(f"/pcns/{HERE}/referrals-made?status=closed", "referrer", HERE)
    assert "Show everything" in nothing.text


async def test_the_list_has_pages(portal: Portal) -> None:
    async with portal.pool.scope(HERE) as tx:
        first, total = await made_by(tx, HERE, REFERRER, status=None, limit=2)
        last, _ = await made_by(tx, HERE, REFERRER, status=None, limit=2, offset=2)
    assert (len(first), len(last), total) == (2, 1, 3)


async def test_the_file_holds_no_name_unless_asked(portal: Portal) -> None:
    file = await portal.page(f"/pcns/{HERE}/referrals-made.csv?status=accepted", "referrer", HERE)
    heading, line = file.text.removeprefix("\ufeff").splitlines()
    assert heading == "referral_id,person_id,received_on,standing,since,due_on"
    assert line.endswith("2026-05-04,accepted,2026-05-06,2026-06-01")
    with_names = await portal.page(f"/pcns/{HERE}/referrals-made.csv?names=yes", "referrer", HERE)
    assert with_names.status_code == 503


async def test_a_referrer_reads_one_referral_in_plain_words(portal: Portal) -> None:
    path = f"/pcns/{HERE}/referrals/{given.an_id('second')}"
    referrer = await portal.page(path, "referrer", HERE)
    assert "Taken on" in referrer.text
    assert "Emergency" not in referrer.text
    assert "Emergency" in (await portal.page(path, "coordinator", HERE)).text


async def test_when_a_referral_is_due_is_said_by_its_clock_alone(portal: Portal) -> None:
    referral = given.an_id("no clock")
    event = given.received(referral_id=referral, person_id=given.an_id("no clock person"))
    await portal.hear(heard(event, f"referral-{referral}", 1, tenant=HERE))
    page = await portal.page(f"/pcns/{HERE}/triage/{referral}", "clinician", HERE)
    assert "No date yet" in page.text
    started = given.wait_started(referral_id=referral, spell_id=referral, person_id=given.an_id("no clock person"))
    await portal.hear(heard(started, f"referral-{referral}", 2, tenant=HERE))
    page = await portal.page(f"/pcns/{HERE}/triage?status=received", "clinician", HERE)
    assert page.text.count("1 Jun 2026") == 4


async def test_without_the_owners_a_page_says_what_it_cannot_show(portal: Portal) -> None:
    page = await portal.page(f"/pcns/{HERE}/triage/{given.an_id('first')}", "clinician", HERE)
    assert page.status_code == 200
    assert "This cannot be shown just now." in page.text
    assert "Some notes cannot be shown just now." in page.text
