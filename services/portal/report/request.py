"""A referral as the report knows it."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A referral as it was known at some moment: what its own events had said by then, and the start of its clock."""

    referral_id: str
    person_id: str
    source_of_referral: str | None = None
    self_referred: bool | None = None
    received_at: datetime | None = None
    clock_started_at: datetime | None = None
    due_on: date | None = None
    care_strand: str | None = None
    accepted_at: datetime | None = None
    accepted_recorded_at: datetime | None = None
