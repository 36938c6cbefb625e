"""A day and two times of it, as somebody types them: read into instants."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from services.portal.commands import Refusal
from services.portal.web.forms import Form
from services.portal.web.moments import LONDON

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?")
_NOON = 12


def time_of_day(form: Form, name: str, what: str) -> time | None:
    """9:30, 09.30, 14:15 or 2pm. `what` begins the message: "The start"."""
    given = form.read(name).strip().lower()
    if not given:
        form.wrong(name, f"Enter {what[0].lower()}{what[1:]}, like 9:30 or 14:15")
        return None
    found = _TIME.fullmatch(given)
    hour, minute, half = (int(found[1]), int(found[2] or 0), found[3]) if found else (99, 0, None)
    if half is not None:
        # There is no 14:15pm, and 12am is midnight.
        hour = hour % _NOON + (_NOON if half == "pm" else 0) if hour <= _NOON else 99
    try:
        return time(hour, minute)
    except ValueError:
        form.wrong(name, f"{what} must be a time, like 9:30 or 14:15")
        return None


def read_times(form: Form) -> dict[str, str]:
    """{"starts_at", "ends_at"} as ISO instants, from the fields `day`, `starts` and `ends`; empty where something is wrong."""
    day = form.day("day", "The date", needed=True)
    starts, ends = time_of_day(form, "starts", "The start"), time_of_day(form, "ends", "The end")
    if day is None or starts is None or ends is None:
        return {}
    return {"starts_at": _instant(day, starts), "ends_at": _instant(day, ends)}


def _instant(day: date, at: time) -> str:
    return datetime.combine(day, at, LONDON).isoformat()


def day_values(name: str, day: date) -> dict[str, str]:
    """What the three boxes of a date hold."""
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def times_values(starts_at: datetime | None, ends_at: datetime | None) -> dict[str, str]:
    """What the boxes of `read_times` hold for an existing time."""
    if starts_at is None or ends_at is None:
        return {}
    local, until = starts_at.astimezone(LONDON), ends_at.astimezone(LONDON)
    return {**day_values("day", local.date()), "starts": f"{local:%H:%M}", "ends": f"{until:%H:%M}"}


def span_of(first: date, days: int) -> tuple[datetime, datetime]:
    """From the first moment of a day in England to the first moment after `days` of them."""
    return _midnight(first), _midnight(first + timedelta(days=days))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)


ANCHORS = {"starts_at": "starts", "ends_at": "ends"}


def refuse(form: Form, refusal: Refusal) -> None:
    """An owner's refusal beside the box of the page that its field was read from."""
    more = {ANCHORS.get(name, name): message for name, message in refusal.more.items()}
    form.refuse(replace(refusal, field=ANCHORS.get(refusal.field or "", refusal.field), more=more))
