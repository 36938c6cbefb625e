"""What can be asked of a group session."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from services.scheduling.domain.register import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a session is to be."""

    session_type: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    consultation_mechanism: str
    language: str
    open_to_all: bool
    site_ods_code: str | None = None
    activity_location_type: str | None = None
    series_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSession:
    """Put a session on the calendar; `backdated`, here and below: it is entered long after it took place."""

    group_session_id: str
    plan: Plan
    backdated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSession:
    """Call it off."""

    group_session_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPlace:
    """Take a place, or a place on the waiting list. `by_family`: asked without a professional, on the public page."""

    group_session_id: str
    place_id: str
    party_size: int
    person_id: str | None = None
    by_family: bool = False
    backdated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPlace:
    """Give a place up, or wait no longer. Who waits gets it."""

    group_session_id: str
    place_id: str
    backdated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSession:
    """It took place; this is its whole register. Who had a place and is not on it missed it."""

    group_session_id: str
    register: Register


SessionCommand: TypeAlias = ScheduleSession | CancelSession | BookPlace | CancelPlace | HoldSession
