"""A person's goals and their ratings, each goal beside itself. The person's words are not here: they stay sealed."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.outcomes.domain.change import Change, Reading, change, first_and_last
from services.outcomes.domain.events import Event, GoalRated, GoalSet
from services.outcomes.domain.instrument import Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The rating of one day: the last one given for it."""

    rated_on: date
    rating: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    """One goal; its ratings, the earliest day first."""

    goal_id: str
    person_id: str
    set_on: date
    ratings: tuple[Rating, ...]
    recorded_at: datetime


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case GoalSet() | GoalRated() as event:
            return event.goal_id
        case _:
            return None


def evolve(row: GoalRow | None, recorded: Recorded[Event]) -> GoalRow | None:
    match recorded.event:
        case GoalSet() as event:
            return GoalRow(
                goal_id=event.goal_id,
                person_id=event.person_id,
                set_on=event.set_on,
                ratings=(),
                recorded_at=event.occurred_at,
            )
        case GoalRated() as event if row is not None:
            return replace(row, ratings=_with(row.ratings, event))
        case _:
            return row


def _with(ratings: tuple[Rating, ...], event: GoalRated) -> tuple[Rating, ...]:
    new = Rating(rated_on=event.rated_on, rating=event.rating, recorded_at=event.occurred_at)
    other_days = [rating for rating in ratings if rating.rated_on != event.rated_on]
    return tuple(sorted([*other_days, new], key=lambda rating: rating.rated_on))


GOALS = ReadModel(
    name="outcomes.goals", version=1, table="goals", key="goal_id", row=GoalRow, key_of=key_of, evolve=evolve
)

_OF_PERSON = "select * from goals where tenant = $1 and person_id = $2 order by set_on, recorded_at, goal_id"


async def of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[GoalRow]:
    """A person's goals, the first set first."""
    return [GOALS.read(record) for record in await tx.fetch(_OF_PERSON, tenant, person_id)]


def change_of(row: GoalRow, rule: Instrument) -> Change | None:
    """From the first to the last rating of this goal; a single rating is no change. `rule`: how a rating is read."""
    readings = [
        Reading(completed_on=each.rated_on, recorded_at=each.recorded_at, value=each.rating) for each in row.ratings
    ]
    pair = first_and_last(readings)
    return None if pair is None else change(rule, "rating", pair[0].value, pair[1].value)
