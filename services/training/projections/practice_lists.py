"""The lists of practices the network has had, so that coverage can be told for a day in the past."""

from dataclasses import dataclass
from datetime import datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.training.domain.events import Event, Practice, PracticesNoted


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeListRow:
    """One list, in force from `noted_at` until the next."""

    list_id: str
    noted_at: datetime
    practices: tuple[Practice, ...]


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case PracticesNoted() as event:
            return _list_id(event)
        case _:
            return None


def evolve(row: PracticeListRow | None, recorded: Recorded[Event]) -> PracticeListRow | None:
    match recorded.event:
        case PracticesNoted() as event:
            return PracticeListRow(list_id=_list_id(event), noted_at=event.occurred_at, practices=event.practices)
        case _:
            return row


def _list_id(event: PracticesNoted) -> str:
    return event.occurred_at.isoformat()


PRACTICE_LISTS = ReadModel(
    name="training.practice_lists",
    version=1,
    table="practice_lists",
    key="list_id",
    row=PracticeListRow,
    key_of=key_of,
    evolve=evolve,
)
