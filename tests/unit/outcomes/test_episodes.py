"""Which course of care a form belongs to."""

from dataclasses import replace
from datetime import date

import pytest

from services.outcomes.domain.episodes import Episode, Gap, gaps


def days(opened: int, closed: int | None) -> Episode:
    """An episode by days of June."""
    return Episode(opened_on=june(opened), closed_on=None if closed is None else june(closed))


def june(day: int) -> date:
    return date(2026, 6, day)


GAP = Gap(closed_on=june(10), opened_on=june(20))


@pytest.mark.parametrize(
    ("episodes", "found"),
    [
        ([], []),
        ([days(1, 10)], []),
        ([days(1, None), days(20, None)], []),
        ([days(1, 10), days(20, None)], [GAP]),
        ([days(20, None), days(1, 10)], [GAP]),
        ([days(1, 10), days(5, 8), days(20, 30)], [GAP]),
        ([days(1, 25), days(5, 10), days(20, None)], []),
        ([days(1, 10), days(10, None)], [replace(GAP, opened_on=june(10))]),
        ([days(1, 2), days(5, 10), days(20, 30)], [Gap(closed_on=june(2), opened_on=june(5)), GAP]),
    ],
)
def test_a_gap_is_where_no_episode_was_open(episodes: list[Episode], found: list[Gap]) -> None:
    assert gaps(episodes) == found


@pytest.mark.parametrize(
    ("day", "point", "after"),
    [
        (9, "baseline", False),
        (10, None, False),
        (15, "end", False),
        (15, "review", False),
        (15, "baseline", True),
        (15, None, True),
        (20, None, True),
        (21, "end", True),
    ],
)
def test_inside_a_gap_the_collection_point_says_which_course_a_form_is_of(
    day: int, point: str | None, after: bool
) -> None:
    assert GAP.is_before(june(day), point) is after


@pytest.mark.parametrize(
    ("day", "point", "after"),
    [(9, "baseline", False), (10, "end", False), (10, "baseline", True), (10, None, True), (11, "end", True)],
)
def test_on_a_day_one_course_ends_and_the_next_begins_the_collection_point_says_it_too(
    day: int, point: str | None, after: bool
) -> None:
    assert Gap(closed_on=june(10), opened_on=june(10)).is_before(june(day), point) is after
