"""Working days counted from the day of the load, and who of the team is free when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_SATURDAY = 5
_HOURS = range(9, 17)
_MEETING = timedelta(minutes=50)


def working_day(day: date) -> date:
    """This day, or the Friday before."""
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def moment(day: date, hour: int, minute: int = 0) -> str:
    """An instant in England as JSON writes it."""
    return datetime.combine(day, time(hour, minute), LONDON).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Who meets a family, and when."""

    clinician: str
    day: date
    starts_at: str
    ends_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diaries:
    """The hours of a team that are still free."""

    clinicians: Sequence[str]
    taken: set[tuple[str, date, int]] = field(default_factory=set)

    def book(self, day: date) -> Meeting:
        """The first free hour of anybody, on the first working day from `day` on that has one."""
        while not (free := self._free(day)):
            day += timedelta(days=1)
        hour, clinician = free[0]
        return self._take(clinician, day, hour)

    def _free(self, day: date) -> list[tuple[int, str]]:
        if day.weekday() >= _SATURDAY:
            return []
        offered = product(_HOURS, self.clinicians)
        return [(hour, clinician) for hour, clinician in offered if (clinician, day, hour) not in self.taken]

    def _take(self, clinician: str, day: date, hour: int) -> Meeting:
        self.taken.add((clinician, day, hour))
        begins = datetime.combine(day, time(hour), LONDON)
        ends = begins + _MEETING
        return Meeting(clinician=clinician, day=day, starts_at=begins.isoformat(), ends_at=ends.isoformat())
