"""The read models in PostgreSQL: the same rows stored as folded, and none of them another network's."""

from datetime import timedelta

import pytest

from services.kit.tenancy import TenantId
from services.kit.testing import ProjectionCase
from services.portal.readmodels.measures import MEASURES, measures_of
from services.portal.readmodels.pcns import PCNS, pcn
from services.portal.readmodels.people import PEOPLE, people, person
from services.portal.readmodels.referrals import (
    ON_TRIAGE_LIST,
    REFERRALS,
    counts,
    of_person,
    to_triage,
)
from services.portal.readmodels.risk_flags import RISK_FLAGS, flagged, flags_of
from tests.integration.portal.conftest import Portal
from tests.integration.portal.family import OTHER, PERSON, RECORD, REFERRAL, a_family
from tests.unit.portal import scenarios as given
from tests.unit.portal.scenarios import heard

pytestmark = pytest.mark.postgres


async def test_every_read_model_stores_what_it_folds(portal: Portal) -> None:
    await (
        ProjectionCase(PCNS)
        .given(heard(given.configured(), f"pcn-{given.PCN}", 1))
        .then_stored(portal.pool, given.a_network())
    )
    await ProjectionCase(PEOPLE).given(heard(given.registered(), PERSON, 1)).then_stored(portal.pool, given.a_person())
    await (
        ProjectionCase(REFERRALS)
        .given(heard(given.received(), REFERRAL, 1), heard(given.wait_started(), REFERRAL, 2))
        .then_stored(portal.pool, given.a_referral())
    )
    await ProjectionCase(MEASURES).given(heard(given.measured(), RECORD, 1)).then_stored(portal.pool, given.a_measure())
    await ProjectionCase(RISK_FLAGS).given(heard(given.flagged(), RECORD, 1)).then_stored(portal.pool, given.a_flag())


async def test_another_network_sees_none_of_it(portal: Portal) -> None:
    await a_family(portal)
    async with portal.pool.scope(OTHER) as tx:
        # Asking for the right network from another's connection gives nothing either: the database keeps them apart.
        for tenant in (OTHER, given.PCN):
            assert await pcn(tx, tenant) is None
            assert await person(tx, tenant, given.PERSON) is None
            assert await people(tx, tenant, [given.PERSON]) == {}
            assert await of_person(tx, tenant, given.PERSON) == []
            assert await to_triage(tx, tenant, statuses=ON_TRIAGE_LIST, priority=None, limit=9, offset=0) == ([], 0)
            assert await counts(tx, tenant) == {"to_triage": 0, "to_accept": 0}
            assert await measures_of(tx, tenant, given.PERSON) == []
            assert await flags_of(tx, tenant, given.PERSON) == []
            assert await flagged(tx, tenant, [given.PERSON]) == set()


async def test_without_a_network_there_is_nothing(portal: Portal) -> None:
    await a_family(portal)
    async with portal.pool.unscoped() as tx:
        assert await measures_of(tx, given.PCN, given.PERSON) == []
        assert await pcn(tx, given.PCN) is None


async def test_the_triage_list_is_oldest_first_and_filtered(portal: Portal) -> None:
    tenant = TenantId("U99997")
    for number, days in enumerate((3, 9, 6)):
        day = given.RECEIVED - timedelta(days=days)
        stream, referral_id = f"referral-{number}", given.an_id(f"referral {number}")
        await portal.hear(heard(given.received(referral_id, received_at=day), stream, 1, tenant=tenant))
    oldest, youngest = given.an_id("referral 1"), given.an_id("referral 0")
    await portal.hear(heard(given.triaged(oldest, "2"), "referral-1", 2, tenant=tenant))
    async with portal.pool.scope(tenant) as tx:
        rows, total = await to_triage(tx, tenant, statuses=ON_TRIAGE_LIST, priority=None, limit=2, offset=0)
        assert (rows[0].referral_id, total) == (oldest, 3)
        rows, _ = await to_triage(tx, tenant, statuses=ON_TRIAGE_LIST, priority=None, limit=2, offset=2)
        assert [row.referral_id for row in rows] == [youngest]
        rows, total = await to_triage(tx, tenant, statuses=("received",), priority=None, limit=9, offset=0)
        assert total == 2
        rows, total = await to_triage(tx, tenant, statuses=ON_TRIAGE_LIST, priority="2", limit=9, offset=0)
        assert [row.referral_id for row in rows] == [oldest]


async def test_a_referral_that_was_only_announced_is_on_no_list(portal: Portal) -> None:
    tenant = TenantId("U99996")
    await portal.hear(heard(given.triaged(), REFERRAL, 3, tenant=tenant))
    async with portal.pool.scope(tenant) as tx:
        assert await to_triage(tx, tenant, statuses=ON_TRIAGE_LIST, priority=None, limit=9, offset=0) == ([], 0)
        assert await of_person(tx, tenant, given.PERSON) == []
        assert await counts(tx, tenant) == {"to_triage": 0, "to_accept": 0}
