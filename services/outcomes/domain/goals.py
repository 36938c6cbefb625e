"""Goals of one person, each in the person's own words and compared only with itself.

There is no changing a goal: a changed goal is a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from services.outcomes.domain.days import require_past
from services.outcomes.domain.events import GoalRated, GoalSet
from services.outcomes.domain.refusals import GoalUnknown, RatedBeforeSet, RatingOutOfRange

LOWEST, HIGHEST = 0, 10
"""The ends of a rating: not at all, reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentGoal:
    """A goal as it now stands: the rating of each day that has one."""

    set_on: date
    ratings: Mapping[date, int]


Goals: TypeAlias = Mapping[str, CurrentGoal]
"""By goal id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetGoal:
    """The person named a goal."""

    person_id: str
    goal_id: str
    wording: str
    set_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RateGoal:
    """The person said how far they have come."""

    person_id: str
    goal_id: str
    rating: int
    rated_on: date


def set_goal(command: SetGoal, goals: Goals, now: datetime) -> list[GoalSet]:
    """Once for each id. Raises DayInFuture, DayTooEarly."""
    if command.goal_id in goals:
        return []
    require_past(command.set_on, now, field="set_on")
    goal = GoalSet(
        goal_id=command.goal_id,
        person_id=command.person_id,
        wording=command.wording,
        set_on=command.set_on,
        occurred_at=now,
    )
    return [goal]


def rate(command: RateGoal, goals: Goals, now: datetime) -> list[GoalRated]:
    """The same rating of the same day changes nothing; another takes its place.

    Raises GoalUnknown, RatingOutOfRange, DayInFuture, DayTooEarly, RatedBeforeSet.
    """
    goal = goals.get(command.goal_id)
    if goal is None:
        raise GoalUnknown(field="goal_id")
    if not LOWEST <= command.rating <= HIGHEST:
        raise RatingOutOfRange(field="rating")
    require_past(command.rated_on, now, field="rated_on")
    if command.rated_on < goal.set_on:
        raise RatedBeforeSet(field="rated_on")
    if goal.ratings.get(command.rated_on) == command.rating:
        return []
    rated = GoalRated(
        goal_id=command.goal_id,
        person_id=command.person_id,
        rating=command.rating,
        rated_on=command.rated_on,
        occurred_at=now,
    )
    return [rated]
