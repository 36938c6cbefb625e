"""Goals: set in the person's own words, rated, and compared with themselves only."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.kit.testing import Decider
from services.outcomes.domain.change import ChangeClass
from services.outcomes.domain.goals import HIGHEST, LOWEST, RateGoal, SetGoal
from services.outcomes.domain.record import decide, evolve, initial
from services.outcomes.projections.goals import GoalRow, Rating, change_of
from tests.unit.outcomes.builders import (
    DAY,
    EARLIER,
    GOAL,
    LIBRARY,
    LONG_AGO,
    NOW,
    PERSON,
    TODAY,
    TOMORROW,
    enrolled,
    goal_rated,
    goal_set,
    opened,
)

record = Decider(decide=decide, evolve=evolve, initial=initial, now=NOW)

OTHER = "00000000-0000-4000-8000-0000000000d2"
SET = SetGoal(person_id=PERSON, goal_id=GOAL, wording="to sleep five hours", set_on=DAY)
RATE = RateGoal(person_id=PERSON, goal_id=GOAL, rating=3, rated_on=DAY)


def test_a_goal_is_set_in_the_persons_words() -> None:
    record.given(enrolled()).when(SET).then(goal_set())


def test_a_changed_goal_is_a_new_goal() -> None:
    changed = replace(SET, goal_id=OTHER, wording="to sleep six hours")

    record.given(enrolled(), goal_set(), goal_rated()).when(changed).then(
        goal_set(goal_id=OTHER, wording="to sleep six hours")
    )


def test_the_same_goal_again_changes_nothing() -> None:
    record.given(enrolled(), goal_set()).when(SET).then()


def test_a_goal_is_rated() -> None:
    record.given(enrolled(), goal_set()).when(RATE).then(goal_rated())


@pytest.mark.parametrize("rating", [0, 10])
def test_the_ends_of_a_rating_are_taken(rating: int) -> None:
    record.given(enrolled(), goal_set()).when(replace(RATE, rating=rating)).then(goal_rated(rating))


@pytest.mark.parametrize("rating", [-1, 11])
def test_a_rating_outside_is_refused(rating: int) -> None:
    record.given(enrolled(), goal_set()).when(replace(RATE, rating=rating)).refused_with(
        "rating-out-of-range", "rating"
    )


def test_the_same_rating_of_a_day_changes_nothing_and_another_takes_its_place() -> None:
    given = record.given(enrolled(), goal_set(), goal_rated(3))

    given.when(RATE).then()
    given.when(replace(RATE, rating=4)).then(goal_rated(4))
    record.given(enrolled(), goal_set(), goal_rated(3), goal_rated(4)).when(RATE).then(goal_rated(3))


def test_the_same_rating_of_another_day_is_another_rating() -> None:
    record.given(enrolled(), goal_set(), goal_rated(3)).when(replace(RATE, rated_on=TODAY)).then(
        goal_rated(3, rated_on=TODAY)
    )


def test_a_goal_that_is_not_there_cannot_be_rated() -> None:
    record.given(enrolled()).when(RATE).refused_with("goal-unknown", "goal_id")
    record.given(enrolled(), goal_set(goal_id=OTHER)).when(RATE).refused_with("goal-unknown")


def test_goals_of_somebody_unknown_are_refused() -> None:
    record.given(opened()).when(SET).refused_with("person-unknown", "person_id")
    record.given().when(RATE).refused_with("person-unknown", "person_id")


@pytest.mark.parametrize(("day", "slug"), [(TOMORROW, "day-in-future"), (LONG_AGO, "day-too-early")])
def test_a_day_that_cannot_be_is_refused(day: date, slug: str) -> None:
    record.given(enrolled()).when(replace(SET, set_on=day)).refused_with(slug, "set_on")
    record.given(enrolled(), goal_set()).when(replace(RATE, rated_on=day)).refused_with(slug, "rated_on")


def test_a_goal_is_not_rated_before_it_was_set() -> None:
    yesterday = DAY - timedelta(days=1)

    record.given(enrolled(), goal_set()).when(replace(RATE, rated_on=yesterday)).refused_with(
        "rated-before-set", "rated_on"
    )


def a_goal(*ratings: int) -> GoalRow:
    days = (
        Rating(rated_on=DAY + timedelta(days=n), rating=each, recorded_at=EARLIER) for n, each in enumerate(ratings)
    )
    return GoalRow(goal_id=GOAL, person_id=PERSON, set_on=DAY, ratings=tuple(days), recorded_at=NOW)


@pytest.mark.parametrize(
    ("ratings", "improvement", "classed"),
    [
        ((2, 5), 3.0, ChangeClass.IMPROVED),
        ((2, 9, 4), 2.0, ChangeClass.NO_CHANGE),
        ((7, 4), -3.0, ChangeClass.DETERIORATED),
        ((5, 5), 0.0, ChangeClass.NO_CHANGE),
    ],
)
def test_a_goal_has_changed_when_first_and_last_are_three_apart(
    ratings: tuple[int, ...], improvement: float, classed: ChangeClass
) -> None:
    moved = change_of(a_goal(*ratings), LIBRARY.goal)

    assert moved is not None
    assert (moved.improvement, moved.classed, moved.threshold) == (improvement, classed, 3.0)
    assert "NHS England" in moved.rule


def test_one_rating_is_no_change() -> None:
    assert change_of(a_goal(), LIBRARY.goal) is None
    assert change_of(a_goal(4), LIBRARY.goal) is None


def test_the_range_of_a_rating_is_that_of_its_file_and_it_is_no_instrument_to_record_with() -> None:
    item = LIBRARY.goal.item(1)

    assert (item.minimum, item.maximum) == (LOWEST, HIGHEST)
    assert LIBRARY.goal.code not in LIBRARY.instruments
