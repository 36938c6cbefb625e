"""Days as people in England count them, and the days on which something can have taken place."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.kit.errors import DomainError, Kind

LONDON = ZoneInfo("Europe/London")
FIRST_DAY = date(2000, 1, 1)
"""An earlier day is a slip of the pen: the service is younger."""


class HeldInFuture(DomainError):
    """This cannot have taken place after today."""

    slug = "held-in-future"
    kind = Kind.INVALID


class HeldTooEarly(DomainError):
    """This cannot have taken place before the year 2000."""

    slug = "held-too-early"
    kind = Kind.INVALID


def london_date(moment: datetime) -> date:
    """The day it was in Europe/London at this aware instant."""
    return moment.astimezone(LONDON).date()


def end_of(day: date) -> datetime:
    """The instant at which the day is over in Europe/London."""
    return datetime.combine(day + timedelta(days=1), time.min, LONDON)


def require_past_day(held_on: date, now: datetime) -> None:
    """Today is past enough. Raises HeldInFuture, HeldTooEarly."""
    if held_on > london_date(now):
        raise HeldInFuture(field="held_on")
    if held_on < FIRST_DAY:
        raise HeldTooEarly(field="held_on")
