"""What happened to group sessions and the places on them. Part of events.py, whose rules hold here."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionScheduled:
    """A group session is to be held. `capacity` counts people; families bring who they like."""

    group_session_id: str
    session_type: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    consultation_mechanism: str
    site_ods_code: str | None
    activity_location_type: str | None
    language: str
    open_to_all: bool
    series_id: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled:
    """The session will not be held. Every place on it is void."""

    group_session_id: str
    reason: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBooked:
    """A party has a place. `person_id` is None for a family nobody has registered, in all events of places."""

    group_session_id: str
    place_id: str
    person_id: str | None
    party_size: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWaitlisted:
    """A party waits for a place: there was no room, or others were waiting already."""

    group_session_id: str
    place_id: str
    person_id: str | None
    party_size: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePromoted:
    """A party that waited now has a place."""

    group_session_id: str
    place_id: str
    person_id: str | None
    party_size: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCancelled:
    """A party gave up its place, or no longer waits for one."""

    group_session_id: str
    place_id: str
    person_id: str | None
    party_size: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAttended:
    """A party with a place came; `people` of them, which may not be as many as it was booked for."""

    group_session_id: str
    place_id: str
    person_id: str | None
    people: int
    consultation_mechanism: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMissed:
    """A party had a place and nobody of it came."""

    group_session_id: str
    place_id: str
    person_id: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DropInAttended:
    """A party came without a place, referred or registered or neither."""

    group_session_id: str
    drop_in_id: str
    person_id: str | None
    people: int
    consultation_mechanism: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHeld:
    """The session took place and its register is complete: what was stored just before this, and these sums of it."""

    group_session_id: str
    families: int
    participant_count: int
    drop_ins: int
    language: str
    occurred_at: datetime


SessionEvent: TypeAlias = (
    SessionScheduled
    | SessionCancelled
    | PlaceBooked
    | PlaceWaitlisted
    | PlacePromoted
    | PlaceCancelled
    | PlaceAttended
    | PlaceMissed
    | DropInAttended
    | SessionHeld
)
