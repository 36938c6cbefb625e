"""Goals by their ratings. Their words stay with the outcomes service, which is asked for them page by page."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from contracts.event import PublicEvent
from contracts.outcomes import GoalRatedV1, GoalSetV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Heeded = GoalSetV1 | GoalRatedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    goal_id: str
    person_id: str
    set_on: date | None = None
    ratings: list[dict[str, Any]] = field(default_factory=list)
    """[{"rated_on", "rating", "recorded_at"}], the earliest day first; of two of one day the later one stands."""


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.goal_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: GoalRow | None, recorded: Recorded[PublicEvent]) -> GoalRow | None:
    match recorded.event:
        case GoalSetV1() as event:
            return replace(row or _blank(event), set_on=event.set_on)
        case GoalRatedV1() as event:
            so_far = row or _blank(event)
            day = event.rated_on.isoformat()
            new = {"rated_on": day, "rating": event.rating, "recorded_at": recorded.recorded_at.isoformat()}
            kept = [rating for rating in so_far.ratings if rating["rated_on"] != day]
            return replace(so_far, ratings=sorted([*kept, new], key=lambda rating: rating["rated_on"]))
        case _:
            return row


def _blank(event: Heeded) -> GoalRow:
    return GoalRow(goal_id=event.goal_id, person_id=event.person_id)


GOALS: ReadModel[GoalRow, PublicEvent] = ReadModel(
    name="portal.goals",
    version=1,
    table="goals",
    key="goal_id",
    row=GoalRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def goals_of(tx: Tx, tenant: TenantId, person_id: str) -> list[GoalRow]:
    """A person's goals, the latest set first."""
    records = await tx.fetch(
        "select * from goals where tenant = $1 and person_id = $2 and set_on is not null order by set_on desc, goal_id",
        tenant,
        person_id,
    )
    return [GOALS.read(record) for record in records]


async def goal(tx: Tx, tenant: TenantId, person_id: str, goal_id: str) -> GoalRow | None:
    """A goal, if it is this person's."""
    record = await tx.fetchrow(
        "select * from goals where tenant = $1 and person_id = $2 and goal_id = $3 and set_on is not null",
        tenant,
        person_id,
        goal_id,
    )
    return GOALS.read(record) if record else None
