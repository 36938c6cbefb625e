"""Given events, then rows: however they arrive, stored in PostgreSQL, and never to be seen from another network."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.kit.record import Recorded
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import NOW, TENANT, ProjectionCase
from services.referral.domain.events import Event
from services.referral.domain.waiting_rule import PARTS
from services.referral.projections.identities import IDENTITIES, IdentityRow, by_ids, by_name, by_nhs_number
from services.referral.projections.pcns import PCNS, PcnRow, directory
from services.referral.projections.referrals import REFERRALS
from services.referral.projections.triage_list import TRIAGE_LIST, TriageRow, to_triage
from services.referral.projections.waiting_list import (
    WAITING_LIST,
    Waiting,
    WaitingRow,
    coming_due,
    overdue,
    waiting,
)
from tests.integration.sites import in_streams
from tests.unit.referral.clock_scenarios import advanced, breached, june, revised, stopped
from tests.unit.referral.scenarios import (
    PERSON,
    REFERRAL,
    YESTERDAY,
    a_practice,
    accepted,
    closed,
    configured,
    received,
    redirected,
    registered,
    triaged,
    wait_started,
    withdrawn,
)

ANOTHER = TenantId("U00002")


def log(*events: Event, tenant: TenantId = TENANT) -> list[Recorded[Event]]:
    """Events in the streams they belong to, in this order."""
    return in_streams(stream_of, events, tenant)


def stream_of(event: Any) -> str:
    named = getattr(event, "referral_id", None) or getattr(event, "person_id", None) or event.pcn_ods_code
    return f"stream-{named}"


def triage_row(**changes: Any) -> TriageRow:
    row: dict[str, Any] = {
        "referral_id": REFERRAL,
        "person_id": PERSON,
        "received_at": YESTERDAY,
        "due_on": date(2026, 6, 28),
        "source_of_referral": "A4",
        "self_referred": False,
        "referring_org_ods_code": "RXX01",
        "referring_professional_type": "midwife",
        "primary_reason": "13",
        "clinical_response_priority": None,
        "triaged_at": None,
    }
    return TriageRow(**{**row, **changes})


def waiting_row(**changes: Any) -> WaitingRow:
    row: dict[str, Any] = {
        "referral_id": REFERRAL,
        "person_id": PERSON,
        "spell_id": REFERRAL,
        "clock_started_at": YESTERDAY,
        "due_on": date(2026, 6, 28),
        "follows_spell_id": None,
        "rule_version": "four-week-2024",
        "parts_met": {},
        "missing_parts": PARTS,
        "stopped_at": None,
        "breached_at": None,
        "noted_at": YESTERDAY,
        "clinical_response_priority": None,
        "care_strand": None,
    }
    return WaitingRow(**{**row, **changes})


def a_referral(name: str, priority: str | None = None, at: datetime = YESTERDAY) -> list[Event]:
    events: list[Event] = [received(referral_id=name, occurred_at=at), wait_started(referral_id=name, occurred_at=at)]
    return events if priority is None else [*events, triaged(referral_id=name, clinical_response_priority=priority)]


async def test_the_triage_list_holds_what_is_not_accepted_yet(pool: TenantPool) -> None:
    events = log(
        received(),
        wait_started(),
        registered(),
        *a_referral("r-2", "1"),
        *a_referral("r-3", "2"),
        accepted(referral_id="r-3"),
        *a_referral("r-4"),
        redirected(referral_id="r-4"),
        *a_referral("r-5", "1"),
        withdrawn(referral_id="r-5"),
        *a_referral("r-6"),
        closed(referral_id="r-6"),
    )
    await (
        ProjectionCase(TRIAGE_LIST)
        .given(*events)
        .then_stored(pool, triage_row(), triage_row(referral_id="r-2", clinical_response_priority="1", triaged_at=NOW))
    )


async def test_who_nobody_has_read_comes_first_then_by_urgency(pool: TenantPool) -> None:
    """The codes' own order is not that of urgency: 4 is more urgent than 2."""
    earlier = YESTERDAY - timedelta(days=3)
    events = log(
        *a_referral("routine", "3"),
        *a_referral("urgent", "2"),
        *a_referral("emergency", "1"),
        *a_referral("very-urgent", "4"),
        *a_referral("urgent-longer", "2", at=earlier),
        *a_referral("unread"),
        *a_referral("unread-longer", at=earlier),
        tenant=ANOTHER,
    )
    async with pool.scope(ANOTHER) as tx:
        await TRIAGE_LIST.apply(tx, ANOTHER, events)
        rows = await to_triage(tx, ANOTHER)
    assert [row.referral_id for row in rows] == [
        *("unread-longer", "unread", "emergency", "very-urgent", "urgent-longer", "urgent", "routine")
    ]


async def test_the_wait_goes_on_after_acceptance(pool: TenantPool) -> None:
    events = log(received(), wait_started(), triaged(), accepted(), received(referral_id="r-2"))
    await (
        ProjectionCase(WAITING_LIST)
        .given(*events)
        .then_stored(pool, waiting_row(clinical_response_priority="2", care_strand="parent_infant"))
    )


async def test_the_list_says_what_is_met_and_what_is_missing(pool: TenantPool) -> None:
    events = log(
        wait_started(follows_spell_id="s-0"), advanced("first_contact", june(3), *PARTS[1:]), breached(*PARTS[1:])
    )
    row = waiting_row(
        follows_spell_id="s-0",
        parts_met={"first_contact": june(3)},
        missing_parts=PARTS[1:],
        breached_at=breached().occurred_at,
    )
    await ProjectionCase(WAITING_LIST).given(*events).then_stored(pool, row)


async def test_a_clock_that_stopped_is_out_of_sight_until_it_runs_again(pool: TenantPool) -> None:
    tenant, day = TenantId("U00005"), date(2026, 6, 30)
    events = log(wait_started(), stopped(june(5), 5), revised({"first_contact": june(3)}), tenant=tenant)
    async with pool.scope(tenant) as tx:
        await WAITING_LIST.apply(tx, tenant, events[:2])
        assert await waiting(tx, tenant, day) == await overdue(tx, tenant, day, NOW) == []
        await WAITING_LIST.apply(tx, tenant, events[2:])
        row = waiting_row(parts_met={"first_contact": june(3)}, missing_parts=PARTS[1:])
        assert await waiting(tx, tenant, day) == [Waiting(spell=row, days_waiting=30, days_left=-2)]
        assert await overdue(tx, tenant, day, NOW) == [row]


async def test_who_is_coming_due_and_who_is_late(pool: TenantPool) -> None:
    tenant, today = TenantId("U00006"), date(2026, 6, 20)
    waits = [(wait_started(referral_id=f"due-{day}", due_on=date(2026, 6, day))) for day in (19, 20, 27, 28)]
    known = [wait_started(referral_id="said", due_on=date(2026, 6, 1)), replace(breached(), referral_id="said")]
    async with pool.scope(tenant) as tx:
        await WAITING_LIST.apply(tx, tenant, log(*waits, *known, tenant=tenant))
        soon = await coming_due(tx, tenant, today, 7)
        assert [(one.spell.referral_id, one.days_left) for one in soon] == [("due-20", 0), ("due-27", 7)]
        assert [row.referral_id for row in await overdue(tx, tenant, today, NOW)] == ["due-19"]
        assert await overdue(tx, tenant, today, YESTERDAY - timedelta(seconds=1)) == []


async def test_days_are_counted_to_the_day_one_looks(pool: TenantPool) -> None:
    """From 23:30 UTC on 31 May, which is 1 June in England."""
    late = wait_started(occurred_at=datetime(2026, 5, 31, 23, 30, tzinfo=UTC), due_on=date(2026, 6, 29))
    row = waiting_row(clock_started_at=late.occurred_at, noted_at=late.occurred_at, due_on=late.due_on)
    async with pool.scope(ANOTHER) as tx:
        await WAITING_LIST.apply(tx, ANOTHER, log(late, tenant=ANOTHER))
        assert await waiting(tx, ANOTHER, date(2026, 6, 1)) == [Waiting(spell=row, days_waiting=0, days_left=28)]
        assert await waiting(tx, ANOTHER, date(2026, 6, 30)) == [Waiting(spell=row, days_waiting=29, days_left=-1)]


def identity(**changes: Any) -> IdentityRow:
    row: dict[str, Any] = {
        "person_id": PERSON,
        "full_name": "Synthia Testcase",
        "name_key": "synthia testcase",
        "nhs_number": "9434765919",
        "birth_date": date(1994, 2, 3),
        "external_reference": "LOCAL-17",
    }
    return IdentityRow(**{**row, **changes})


async def test_identities(pool: TenantPool) -> None:
    await ProjectionCase(IDENTITIES).given(*log(registered(), received())).then_stored(pool, identity())


async def test_a_person_whose_key_is_gone_has_an_id_and_nothing_else(pool: TenantPool) -> None:
    blank = dict.fromkeys(["full_name", "nhs_number", "birth_date", "external_reference"])
    contact = dict.fromkeys(["postcode", "telephone", "email", "estimated_delivery_date"])
    gone = registered(**blank, **contact)
    await ProjectionCase(IDENTITIES).given(*log(gone)).then_stored(pool, identity(**blank, name_key=None))


async def test_people_are_found_by_number_and_by_part_of_the_name(pool: TenantPool) -> None:
    async with pool.scope(ANOTHER) as tx:
        people = log(
            registered(), registered(person_id="p-2", full_name="Tess  O'Test", nhs_number=None), tenant=ANOTHER
        )
        await IDENTITIES.apply(tx, ANOTHER, people)
        assert [row.person_id for row in await by_nhs_number(tx, ANOTHER, "9434765919")] == [PERSON]
        assert [row.person_id for row in await by_name(tx, ANOTHER, "TEST")] == [PERSON, "p-2"]
        assert [row.person_id for row in await by_name(tx, ANOTHER, "tess o'")] == ["p-2"]
        assert [row.person_id for row in await by_name(tx, ANOTHER, "%")] == []
        assert [row.person_id for row in await by_ids(tx, ANOTHER, ["p-2", "nobody"])] == ["p-2"]


def pcn_row(**changes: Any) -> PcnRow:
    row: dict[str, Any] = {
        "pcn_ods_code": "U99999",
        "name": "Northfield",
        "practices": (a_practice(),),
        "care_strands": ("universal", "parent_infant"),
        "waiting_threshold_days": 28,
        "commissioner_ods_code": None,
        "configured_at": NOW,
    }
    return PcnRow(**{**row, **changes})


async def test_networks_are_as_last_configured(pool: TenantPool) -> None:
    practices = (a_practice(left_on=date(2026, 4, 1)), a_practice("X00002"))
    events = log(configured(), configured(practices=practices, waiting_threshold_days=21))
    after = pcn_row(practices=practices, waiting_threshold_days=21)
    await ProjectionCase(PCNS).given(*events).then_stored(pool, after)


async def test_the_directory_gives_the_networks_asked_for(pool: TenantPool) -> None:
    for tenant, name in ((TENANT, "Northfield"), (ANOTHER, "Eastfield")):
        async with pool.scope(tenant) as tx:
            await PCNS.apply(tx, tenant, log(configured(pcn_ods_code=tenant, name=name), tenant=tenant))
    async with pool.unscoped() as tx:
        assert [row.name for row in await directory(tx, None)] == ["Eastfield", "Northfield"]
        assert [row.name for row in await directory(tx, {TENANT})] == ["Northfield"]
        assert await directory(tx, set()) == []


@pytest.mark.parametrize(
    "model", [PCNS, IDENTITIES, REFERRALS, TRIAGE_LIST, WAITING_LIST], ids=lambda model: model.name
)
async def test_another_network_sees_nothing_and_no_network_sees_nothing(pool: TenantPool, model: Any) -> None:
    third = TenantId("U00003")
    events = log(configured(pcn_ods_code=third), registered(), received(), wait_started(), tenant=third)
    async with pool.scope(third) as tx:
        await model.apply(tx, third, events)
        assert await tx.fetchval(f"select count(*) from {model.table}") == 1
    async with pool.scope(TenantId("U00004")) as tx:
        assert await tx.fetch(f"select * from {model.table}") == []
    async with pool.unscoped() as tx:
        assert await tx.fetch(f"select * from {model.table}") == []
