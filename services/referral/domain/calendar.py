"""Days are days in England: an instant becomes a date in Europe/London, through both clock changes."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

NOT_KNOWN = "not-known"
_UPPER_AGES = ((20, "under-20"), (25, "20-24"), (30, "25-29"), (35, "30-34"), (40, "35-39"))


def london_date(moment: datetime) -> date:
    """The day it is in England at an instant (aware)."""
    return moment.astimezone(LONDON).date()


def day_began(day: date) -> datetime:
    """The instant (UTC) a day begins in England."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def age_band(birth_date: date | None, today: date) -> str:
    """A person's age in whole years as a band of five: under-20, 20-24, … 40-plus, or not-known."""
    if birth_date is None:
        return NOT_KNOWN
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    years = today.year - birth_date.year - (0 if had_birthday else 1)
    return next((band for upper, band in _UPPER_AGES if years < upper), "40-plus")
