"""One referral's row, however its events arrive, and its clock explained on a day."""

from datetime import date
from typing import Any

import pytest

from services.kit.record import Recorded
from services.kit.tenancy import TenantPool
from services.kit.testing import NOW, TENANT, ProjectionCase, record
from services.referral.domain.clock import EarlierSpell
from services.referral.domain.events import Event
from services.referral.domain.waiting_rule import PARTS
from services.referral.explained import Part, explain_clock, explain_referral
from services.referral.projections.referrals import REFERRALS, ReferralRow, by_id, spells_of
from tests.unit.referral.clock_scenarios import advanced, breached, june, revised, stopped
from tests.unit.referral.scenarios import (
    PERSON,
    REFERRAL,
    YESTERDAY,
    accepted,
    closed,
    received,
    redirected,
    triaged,
    wait_started,
    withdrawn,
)

CONSULTATION = "00000000-0000-4000-8000-000000000001"
HALF = {"first_contact": june(3), "assessment": june(3)}
ARRIVED = [received(consultation_id=CONSULTATION), wait_started(follows_spell_id="s-0")]


def log(*events: Any) -> list[Recorded[Event]]:
    return [record(event, stream=f"referral-{REFERRAL}", version=n) for n, event in enumerate(events, start=1)]


def row(**changes: Any) -> ReferralRow:
    fields: dict[str, Any] = {
        "referral_id": REFERRAL,
        "person_id": PERSON,
        "status": "received",
        "received_at": YESTERDAY,
        "source_of_referral": "A4",
        "self_referred": False,
        "referring_org_ods_code": "RXX01",
        "referring_professional_type": "midwife",
        "primary_reason": "13",
        "consultation_id": CONSULTATION,
        "spell_id": REFERRAL,
        "follows_spell_id": "s-0",
        "clock_started_at": YESTERDAY,
        "due_on": date(2026, 6, 28),
        "rule_version": "four-week-2024",
        "parts_met": {},
    }
    return ReferralRow(**{**fields, **changes})


ACCEPTED = {"clinical_response_priority": "2", "triaged_at": NOW, "care_strand": "parent_infant", "accepted_at": NOW}
STOPPED = {"stopped_at": june(9), "why": "complete", "days": 9}
STORIES = [
    pytest.param([], {}, id="received"),
    pytest.param([triaged(), accepted()], {"status": "accepted", **ACCEPTED}, id="accepted"),
    pytest.param(
        [withdrawn(), stopped(NOW, 1, "withdrawn")],
        {"status": "withdrawn", "end_reason": "no_longer_needed", "withdrawn_by": "family", "ended_at": NOW}
        | {"stopped_at": NOW, "why": "withdrawn", "days": 1},
        id="withdrawn",
    ),
    pytest.param(
        [redirected()],
        {"status": "redirected", "end_reason": "more_specialist_care_needed", "ended_at": NOW}
        | {"redirected_to": "specialist_perinatal_team"},
        id="redirected",
    ),
    pytest.param(
        [advanced("first_contact", june(3)), stopped(june(9), 9), closed()],
        {"status": "closed", "end_reason": "work_completed", "ended_at": NOW, "missing_parts": ()}
        | {"parts_met": {"first_contact": june(3)}, **STOPPED},
        id="complete, then closed",
    ),
    pytest.param(
        [breached(*PARTS), stopped(june(9), 9), revised(HALF)],
        {"parts_met": HALF, "missing_parts": ("baseline_measure", "plan_or_intervention")}
        | {"breached_at": breached().occurred_at},
        id="runs again",
    ),
]


@pytest.mark.parametrize(("events", "changes"), STORIES)
async def test_what_became_of_a_referral(pool: TenantPool, events: list[Any], changes: dict[str, Any]) -> None:
    await ProjectionCase(REFERRALS).given(*log(*ARRIVED, *events)).then_stored(pool, row(**changes))


async def test_a_persons_spells_and_their_ends(pool: TenantPool) -> None:
    async with pool.scope(TENANT) as tx:
        await tx.execute("delete from referrals where tenant = $1", TENANT)
        await REFERRALS.apply(tx, TENANT, log(*ARRIVED, closed()))
        spells = await spells_of(tx, TENANT, [PERSON, "somebody else"])
        assert spells == {PERSON: [EarlierSpell(spell_id=REFERRAL, ended_at=NOW)], "somebody else": []}
        assert await by_id(tx, TENANT, "another") is None


def test_a_running_clock_is_explained_as_of_a_day() -> None:
    explained = explain_clock(row(parts_met=HALF, missing_parts=PARTS[1::2]), date(2026, 6, 30))
    assert explained is not None
    assert (explained.status, explained.days, explained.days_left, explained.breached) == ("running", 30, -2, False)
    assert explained.parts == [
        Part(part="first_contact", met_at=june(3)),
        Part(part="baseline_measure", met_at=None),
        Part(part="assessment", met_at=june(3)),
        Part(part="plan_or_intervention", met_at=None),
    ]


def test_a_stopped_clock_keeps_its_days() -> None:
    explained = explain_referral(row(**STOPPED), date(2026, 9, 1)).clock
    assert explained is not None
    assert (explained.status, explained.days, explained.days_left, explained.why) == ("stopped", 9, None, "complete")


def test_a_breach_that_turned_out_not_to_be_one_is_not_shown() -> None:
    """A fact heard late showed that the clock had stopped in time."""
    early = explain_clock(row(breached_at=breached().occurred_at, **STOPPED), date(2026, 9, 1))
    late = explain_clock(row(breached_at=breached().occurred_at, stopped_at=june(29), days=29), date(2026, 9, 1))
    assert early is not None
    assert late is not None
    assert (early.breached, early.breached_at, late.breached) == (False, None, True)


def test_without_a_clock_there_is_nothing_to_explain() -> None:
    assert explain_clock(row(spell_id=None), date(2026, 9, 1)) is None
