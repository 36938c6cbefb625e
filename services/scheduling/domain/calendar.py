"""Instants are kept in UTC; days are days in England, through both clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.kit.errors import DomainError, Kind

LONDON = ZoneInfo("Europe/London")

FIRST_DAY = date(2000, 1, 1)
"""An earlier day is a slip of the pen."""
TOLERANCE = timedelta(days=7)
"""A contact nobody had planned is put down after it took place; who brings in older ones says so."""
HORIZON = timedelta(days=731)
"""Nobody books further ahead than two years: the year is mistyped."""


class EndsBeforeStart(DomainError):
    """The end has to be after the start."""

    slug = "ends-before-start"
    kind = Kind.INVALID


class CrossesMidnight(DomainError):
    """Start and end have to be on the same day."""

    slug = "crosses-midnight"
    kind = Kind.INVALID


class StartsInPast(DomainError):
    """This start is too long ago."""

    slug = "starts-in-past"
    kind = Kind.INVALID


class StartsTooFarAhead(DomainError):
    """This start is more than two years ahead."""

    slug = "starts-too-far-ahead"
    kind = Kind.INVALID


def in_utc(moment: datetime) -> datetime:
    """The same instant (aware), written in UTC."""
    return moment.astimezone(UTC)


def london_date(moment: datetime) -> date:
    """The day it is in England at an instant (aware)."""
    return moment.astimezone(LONDON).date()


def london_midnight(day: date) -> datetime:
    """When a day begins in England, in UTC: at 00:00 in winter, at 23:00 of the day before in summer."""
    return in_utc(datetime.combine(day, time.min, LONDON))


def require_times(starts_at: datetime, ends_at: datetime, *, now: datetime, backdated: bool) -> None:
    """Within one day in England, not long past unless it is entered as such, and not years ahead.

    Raises EndsBeforeStart, CrossesMidnight, StartsInPast, StartsTooFarAhead.
    """
    # In UTC: Python compares two times of one zone by the clock on the wall, which says 01:30 twice in October.
    starts_at, ends_at = in_utc(starts_at), in_utc(ends_at)
    if ends_at <= starts_at:
        raise EndsBeforeStart(field="ends_at")
    # An end at midnight is still of the day before.
    if london_date(ends_at - timedelta(microseconds=1)) != london_date(starts_at):
        raise CrossesMidnight(field="ends_at")
    if london_date(starts_at) < FIRST_DAY or (not backdated and starts_at < now - TOLERANCE):
        raise StartsInPast(field="starts_at")
    if starts_at > now + HORIZON:
        raise StartsTooFarAhead(field="starts_at")


def known_by(moment: datetime, starts_at: datetime) -> datetime:
    """When something arranged for `starts_at` and told at `moment` was true: at the latest as it began."""
    return min(moment, starts_at)
