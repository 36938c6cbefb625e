"""Days as they are counted here: days in England, none in the future, none before anybody's perinatal care today."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.outcomes.domain.refusals import DayInFuture, DayTooEarly

LONDON = ZoneInfo("Europe/London")
FIRST_DAY = date(2000, 1, 1)
"""An earlier day is a slip of the pen: nobody in perinatal care today has a record from before it."""


def london_date(moment: datetime) -> date:
    """The day it is in England at an instant (aware)."""
    return moment.astimezone(LONDON).date()


def require_past(day: date, now: datetime, *, field: str) -> None:
    """Today counts as past. Raises DayInFuture, DayTooEarly."""
    if day > london_date(now):
        raise DayInFuture(field=field)
    if day < FIRST_DAY:
        raise DayTooEarly(field=field)
