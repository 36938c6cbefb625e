"""Dates and times as people in England read them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def day_in_words(day: date | datetime | None) -> str:
    """3 May 2026"""
    if day is None:
        return ""
    day = london_day(day) if isinstance(day, datetime) else day
    return f"{day.day} {day:%B %Y}"


def short_day(day: date | datetime | None) -> str:
    """3 May 2026, months in three letters: for tables"""
    if day is None:
        return ""
    day = london_day(day) if isinstance(day, datetime) else day
    return f"{day.day} {day:%b %Y}"


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
    if day is None:
        return ""
    day = london_day(day) if isinstance(day, datetime) else day
    return f"{day:%A} {day_in_words(day)}"


def span_in_words(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """9:05am to 9:55am"""
    return f"{time_in_words(starts_at)} to {time_in_words(ends_at)}"


def iso_day_in_words(text: str | None) -> str:
    """The words for an ISO date that another service sent; nothing for nothing."""
    return day_in_words(date.fromisoformat(text)) if text else ""


def days_in_words(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
