"""Risk flags of one person. Each is reviewed once; a correction of its measure does not take it away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from services.outcomes.domain.events import RiskReviewed
from services.outcomes.domain.refusals import FlagAlreadyReviewed, FlagUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedFlag:
    """A flag, and whether a clinician has looked at it."""

    measure_id: str
    reviewed: bool = False


Flags: TypeAlias = Mapping[str, RaisedFlag]
"""By flag id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRisk:
    """A clinician has looked at a flag, and this came of it."""

    person_id: str
    flag_id: str
    outcome: str
    note: str | None = None


def review(command: ReviewRisk, flags: Flags, now: datetime) -> list[RiskReviewed]:
    """Raises FlagUnknown, FlagAlreadyReviewed."""
    flag = flags.get(command.flag_id)
    if flag is None:
        raise FlagUnknown(field="flag_id")
    if flag.reviewed:
        raise FlagAlreadyReviewed(field="flag_id")
    reviewed = RiskReviewed(
        flag_id=command.flag_id,
        measure_id=flag.measure_id,
        person_id=command.person_id,
        outcome=command.outcome,
        note=command.note,
        occurred_at=now,
    )
    return [reviewed]
