"""A person's goals and the way towards them. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.portal.readmodels.goals import GoalRow
from services.portal.web.moments import day_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    goal_id: str
    words: str
    set_on: str
    ratings: list[str]
    """Each rating with its day, the first one first."""


def goal_lines(rows: list[GoalRow], words: Mapping[str, str]) -> list[GoalLine]:
    return [
        GoalLine(
            goal_id=row.goal_id,
            words=words.get(row.goal_id, "Its words cannot be shown just now"),
            set_on=day_in_words(row.set_on),
            ratings=[
                f"{each['rating']} of 10 on {day_in_words(date.fromisoformat(each['rated_on']))}"
                for each in row.ratings
            ],
        )
        for row in rows
    ]
