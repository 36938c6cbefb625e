"""Episodes, goals, concerns and periods: given facts, these rows; twice, cut anywhere, interleaved, one network at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.kit.testing import ProjectionCase, record
from services.outcomes.domain.episodes import Gap
from services.outcomes.domain.events import Event
from services.outcomes.projections import concerns, episodes, goals, mha_periods
from services.outcomes.projections.concerns import CONCERNS, ConcernRow, LevelSince
from services.outcomes.projections.episodes import EPISODES, EpisodeRow
from services.outcomes.projections.goals import GOALS, GoalRow, Rating
from services.outcomes.projections.mha_periods import MHA_PERIODS, MhaPeriodRow
from tests.integration.outcomes.conftest import Site
from tests.unit.outcomes.builders import (
    CONCERN,
    DAY,
    EARLIER,
    GOAL,
    NOW,
    PERIOD,
    PERSON,
    REFERRAL,
    TODAY,
    closed,
    concern_closed,
    concern_opened,
    enrolled,
    goal_rated,
    goal_set,
    level_changed,
    opened,
    period_ended,
    period_started,
    recorded,
)

pytestmark = pytest.mark.postgres

OTHER = "00000000-0000-4000-8000-000000000002"
SECOND = "00000000-0000-4000-8000-0000000000b2"
HERE, THERE = TenantId("U00021"), TenantId("U00022")

EPISODE = EpisodeRow(
    referral_id=REFERRAL,
    person_id=PERSON,
    care_strand="parent_infant",
    opened_at=EARLIER,
    closed_at=None,
    ended_by=None,
    reason=None,
)
OVER = replace(EPISODE, closed_at=NOW, ended_by="closed", reason="treatment-completed")
AIM = GoalRow(goal_id=GOAL, person_id=PERSON, set_on=DAY, ratings=(), recorded_at=NOW)
WORRY = ConcernRow(
    concern_id=CONCERN,
    person_id=PERSON,
    level="concern-raised",
    levels=(LevelSince(level="concern-raised", since=DAY),),
    opened_on=DAY,
    closed_on=None,
    reason=None,
    recorded_at=NOW,
)
RAISED = replace(WORRY, level="early-help", levels=(*WORRY.levels, LevelSince(level="early-help", since=TODAY)))
HELD = MhaPeriodRow(
    period_id=PERIOD,
    person_id=PERSON,
    legal_status="02",
    counts_as="detention",
    started_on=DAY,
    ended_on=None,
    recorded_at=NOW,
)


def a_stream(
    *events: Event, person: str = PERSON, tenant: TenantId = HERE, kind: str = "record"
) -> list[Recorded[Event]]:
    """The events of one person's stream in order."""
    return [
        record(event, stream=f"{kind}-{person}", version=version, tenant=tenant)
        for version, event in enumerate(events, 1)
    ]


def restricted(*events: Event, person: str = PERSON, tenant: TenantId = HERE) -> list[Recorded[Event]]:
    return a_stream(*events, person=person, tenant=tenant, kind="restricted")


async def test_an_episode_opens_and_closes(site: Site) -> None:
    await (
        ProjectionCase(EPISODES)
        .given(*a_stream(enrolled(), opened(), recorded(), closed()))
        .then_stored(site.pool, OVER)
    )


async def test_an_episode_whose_end_was_heard_first_is_the_same(site: Site) -> None:
    await ProjectionCase(EPISODES).given(*a_stream(closed(), opened(), enrolled())).then_stored(site.pool, OVER)


async def test_a_referral_that_was_never_accepted_is_no_episode(site: Site) -> None:
    withdrawn = closed(ended_by="withdrawn", reason="no-longer-wanted")
    row = replace(OVER, care_strand=None, opened_at=None, ended_by="withdrawn", reason="no-longer-wanted")
    await ProjectionCase(EPISODES).given(*a_stream(withdrawn)).then_stored(site.pool, row)

    async with site.pool.scope(HERE) as tx:
        assert await episodes.of_person(tx, HERE, PERSON) == []
    assert episodes.gaps_between([row]) == []


async def test_episodes_of_people_and_networks_stay_apart(site: Site) -> None:
    again = replace(opened(), referral_id=SECOND, occurred_at=NOW + timedelta(days=30))
    beside = replace(opened(), person_id=OTHER, referral_id=OTHER)
    facts = [
        *a_stream(opened(), closed(), again),
        *a_stream(beside, person=OTHER),
        *a_stream(opened(), tenant=THERE),
    ]
    back = replace(EPISODE, referral_id=SECOND, opened_at=NOW + timedelta(days=30))
    neighbour = replace(EPISODE, person_id=OTHER, referral_id=OTHER)

    await ProjectionCase(EPISODES).given(*facts).then_stored(site.pool, OVER, back, neighbour, EPISODE)

    async with site.pool.scope(HERE) as tx:
        mine = await episodes.of_person(tx, HERE, PERSON)
    async with site.pool.scope(THERE) as tx:
        assert await episodes.of_person(tx, THERE, PERSON) == [EPISODE]
        assert await episodes.of_person(tx, HERE, PERSON) == []
    assert mine == [OVER, back]
    assert episodes.gaps_between(mine) == [Gap(closed_on=TODAY, opened_on=TODAY + timedelta(days=30))]


async def test_a_goal_keeps_one_rating_a_day_in_the_order_of_days(site: Site) -> None:
    facts = a_stream(
        enrolled(), goal_set(), goal_rated(7, rated_on=TODAY), goal_rated(2), goal_rated(3, occurred_at=NOW)
    )
    ratings = (
        Rating(rated_on=DAY, rating=3, recorded_at=NOW),
        Rating(rated_on=TODAY, rating=7, recorded_at=NOW),
    )

    await ProjectionCase(GOALS).given(*facts).then_stored(site.pool, replace(AIM, ratings=ratings))


async def test_goals_stand_beside_each_other(site: Site) -> None:
    facts = [
        *a_stream(enrolled(), goal_set(), goal_set(goal_id=SECOND, set_on=TODAY), goal_rated(4, goal_id=SECOND)),
        *a_stream(replace(goal_set(), person_id=OTHER, goal_id=OTHER), person=OTHER),
        *a_stream(goal_set(), tenant=THERE),
    ]
    second = replace(AIM, goal_id=SECOND, set_on=TODAY, ratings=(Rating(rated_on=DAY, rating=4, recorded_at=NOW),))
    neighbour = replace(AIM, person_id=OTHER, goal_id=OTHER)

    await ProjectionCase(GOALS).given(*facts).then_stored(site.pool, AIM, second, neighbour, AIM)

    async with site.pool.scope(HERE) as tx:
        assert await goals.of_person(tx, HERE, PERSON) == [AIM, second]
    async with site.pool.scope(THERE) as tx:
        assert await goals.of_person(tx, THERE, PERSON) == [AIM]
        assert await goals.of_person(tx, HERE, PERSON) == []


async def test_a_concern_remembers_its_levels_and_its_end(site: Site) -> None:
    facts = restricted(concern_opened(), level_changed(changed_on=TODAY), concern_closed())
    over = replace(RAISED, closed_on=TODAY, reason="no-longer-at-risk")

    await ProjectionCase(CONCERNS).given(*facts).then_stored(site.pool, over)


async def test_open_concerns_come_first_and_networks_stay_apart(site: Site) -> None:
    facts = [
        *restricted(concern_opened(), concern_opened(concern_id=SECOND, opened_on=TODAY), concern_closed()),
        *restricted(replace(concern_opened(concern_id=OTHER), person_id=OTHER), person=OTHER),
        *restricted(concern_opened(), tenant=THERE),
    ]
    over = replace(WORRY, closed_on=TODAY, reason="no-longer-at-risk")
    second = replace(
        WORRY,
        concern_id=SECOND,
        opened_on=TODAY,
        levels=(LevelSince(level="concern-raised", since=TODAY),),
    )
    neighbour = replace(WORRY, concern_id=OTHER, person_id=OTHER)

    await ProjectionCase(CONCERNS).given(*facts).then_stored(site.pool, over, second, neighbour, WORRY)

    async with site.pool.scope(HERE) as tx:
        assert await concerns.of_person(tx, HERE, PERSON) == [second, over]
    async with site.pool.scope(THERE) as tx:
        assert await concerns.of_person(tx, THERE, PERSON) == [WORRY]
        assert await concerns.of_person(tx, HERE, PERSON) == []


async def test_periods_follow_each_other_and_networks_stay_apart(site: Site) -> None:
    facts = [
        *restricted(period_started(), period_ended(), period_started(period_id=SECOND, started_on=TODAY)),
        *restricted(replace(period_started(period_id=OTHER), person_id=OTHER), person=OTHER),
        *restricted(period_started(), tenant=THERE),
    ]
    over, next_one = replace(HELD, ended_on=TODAY), replace(HELD, period_id=SECOND, started_on=TODAY)
    neighbour = replace(HELD, period_id=OTHER, person_id=OTHER)

    await ProjectionCase(MHA_PERIODS).given(*facts).then_stored(site.pool, over, next_one, neighbour, HELD)

    async with site.pool.scope(HERE) as tx:
        assert await mha_periods.of_person(tx, HERE, PERSON) == [over, next_one]
    async with site.pool.scope(THERE) as tx:
        assert await mha_periods.of_person(tx, THERE, PERSON) == [HELD]
        assert await mha_periods.of_person(tx, HERE, PERSON) == []
