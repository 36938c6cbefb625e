"""Dates and times as people in England read them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def day_in_words(day: date | datetime | None) -> str:
    """3 May 2026"""
    return _written(day, "{0.day} {0:%B %Y}")


def short_day(day: date | datetime | None) -> str:
    """3 May 2026, months in three letters: for tables"""
    return _written(day, "{0.day} {0:%b %Y}")


def moment_in_words(moment: datetime | None) -> str:
    """3 May 2026 at 9:05am"""
    if moment is None:
        return ""
    return f"{day_in_words(moment)} at {time_in_words(moment)}"


def time_in_words(moment: datetime | None) -> str:
    """9:05am"""
    if moment is None:
        return ""
    local = moment.astimezone(LONDON)
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def weekday_in_words(day: date | datetime | None) -> str:
    """Sunday 3 May 2026"""
    return _written(day, "{0:%A} {0.day} {0:%B %Y}")


def _written(day: date | datetime | None, how: str) -> str:
    """Nothing for nothing; a moment by its day in England."""
    return "" if day is None else how.format(london_day(day) if isinstance(day, datetime) else day)


def span_in_words(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """9:05am to 9:55am"""
    return f"{time_in_words(starts_at)} to {time_in_words(ends_at)}"


def iso_day_in_words(text: str | None) -> str:
    """The words for an ISO date that another service sent; nothing for nothing."""
    return day_in_words(date.fromisoformat(text)) if text else ""


def days_in_words(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
