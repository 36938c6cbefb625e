"""How referrals end, flags are reviewed, goals are rated; concerns and periods: the same rows stored as folded."""

from datetime import date, timedelta

import pytest

from services.kit.testing import ProjectionCase
from services.portal.readmodels.goals import GOALS, GoalRow
from services.portal.readmodels.mha_periods import MHA_PERIODS, MhaPeriodRow
from services.portal.readmodels.referrals import REFERRALS
from services.portal.readmodels.risk_flags import RISK_FLAGS
from services.portal.readmodels.safeguarding import CONCERNS, ConcernRow
from tests.integration.portal.conftest import Portal
from tests.integration.portal.family import RECORD, REFERRAL, RESTRICTED
from tests.unit.portal import clinical_scenarios as then
from tests.unit.portal import scenarios as given
from tests.unit.portal.scenarios import heard

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(
    ("ending", "changes"),
    [
        (
            then.redirected(),
            {"status": "redirected", "end_reason": "better_met_elsewhere", "redirected_to": "maternity"},
        ),
        (then.withdrawn(), {"status": "withdrawn", "end_reason": "no_longer_needed", "withdrawn_by": "family"}),
        (then.closed(), {"status": "closed", "end_reason": "work_completed"}),
    ],
)
async def test_a_referral_that_ended_says_how(portal: Portal, ending: object, changes: dict) -> None:
    await (
        ProjectionCase(REFERRALS)
        .given(
            heard(given.received(), REFERRAL, 1), heard(given.wait_started(), REFERRAL, 2), heard(ending, REFERRAL, 3)
        )
        .then_stored(portal.pool, given.a_referral(ended_at=then.SEEN, **changes))
    )


async def test_a_reviewed_flag_stays_on_the_record(portal: Portal) -> None:
    row = given.a_flag(review_outcome="safety-plan-agreed", reviewed_at=given.CORRECTED)
    await (
        ProjectionCase(RISK_FLAGS)
        .given(heard(given.flagged(), RECORD, 1), heard(then.reviewed(), RECORD, 2))
        .then_stored(portal.pool, row)
    )


async def test_of_two_ratings_of_a_day_the_later_one_stands(portal: Portal) -> None:
    rated = [
        {"rated_on": day.isoformat(), "rating": rating, "recorded_at": given.RECORDED.isoformat()}
        for day, rating in ((then.DAY, 4), (then.DAY + timedelta(days=9), 7))
    ]
    await (
        ProjectionCase(GOALS)
        .given(
            heard(then.goal_set(), RECORD, 1),
            heard(then.goal_rated(2), RECORD, 2),
            heard(then.goal_rated(7, then.DAY + timedelta(days=9)), RECORD, 3),
            heard(then.goal_rated(4), RECORD, 4),
        )
        .then_stored(portal.pool, GoalRow(goal_id=given.GOAL, person_id=given.PERSON, set_on=then.DAY, ratings=rated))
    )


async def test_a_concern_is_opened_changed_and_closed(portal: Portal) -> None:
    levels = [{"level": "early-help", "from": "2026-05-11"}, {"level": "child-in-need", "from": "2026-05-18"}]
    row = ConcernRow(
        concern_id=given.CONCERN,
        person_id=given.PERSON,
        opened_on=then.DAY,
        levels=levels,
        closed_on=date(2026, 5, 20),
        close_reason="no-longer-at-risk",
    )
    assert row.level == "child-in-need"
    events = (then.concern_opened(), then.level_changed(), then.concern_closed())
    await (
        ProjectionCase(CONCERNS)
        .given(*(heard(event, RESTRICTED, number) for number, event in enumerate(events, 1)))
        .then_stored(portal.pool, row)
    )


async def test_a_period_under_the_act_starts_and_ends(portal: Portal) -> None:
    row = MhaPeriodRow(
        period_id=given.PERIOD,
        person_id=given.PERSON,
        legal_status="02",
        counts_as="detention",
        started_on=then.DAY,
        ended_on=date(2026, 5, 14),
    )
    await (
        ProjectionCase(MHA_PERIODS)
        .given(heard(then.period_started(), RESTRICTED, 1), heard(then.period_ended(), RESTRICTED, 2))
        .then_stored(portal.pool, row)
    )
