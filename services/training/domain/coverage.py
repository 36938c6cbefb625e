"""Which practices have somebody trained: in the twelve months up to and including a day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from services.kit.errors import DomainError, Kind
from services.training.domain.calendar import FIRST_DAY, end_of


class AsAtOutOfRange(DomainError):
    """Ask for a day between the year 2001 and today."""

    slug = "as-at-out-of-range"
    kind = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class TwelveMonths:
    """From the instant `since` up to but not including `until`; the days in Europe/London are first_day to as_at."""

    first_day: date
    as_at: date
    since: datetime
    until: datetime


def twelve_months(as_at: date, *, today: date) -> TwelveMonths:
    """The twelve months of which `as_at` is the last day. Raises AsAtOutOfRange."""
    if not FIRST_DAY.replace(year=FIRST_DAY.year + 1) <= as_at <= today:
        raise AsAtOutOfRange(field="as_at")
    last_day_before = _a_year_before(as_at)
    since = end_of(last_day_before)
    return TwelveMonths(first_day=since.date(), as_at=as_at, since=since, until=end_of(as_at))


def _a_year_before(day: date) -> date:
    """The same day of the year before; the last of February for a 29th."""
    year = day.year - 1
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
