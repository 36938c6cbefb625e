"""A clinician's diary as iCalendar (RFC 5545), for the calendar programs people have. Nothing in it says who is seen."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from services.kit.code_lists import CodeLists
from services.scheduling.projections.diary import CANCELLED, DiaryRow

MEDIA_TYPE = "text/calendar"
_LONGEST_LINE = 75
"""Octets of a line, its end not counted (section 3.1)."""


def calendar(rows: Sequence[DiaryRow], codes: CodeLists) -> str:
    """The calendar of these appointments. Times are in UTC, so a clock change can move nothing."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Perinatal Outcomes//Scheduling//EN", "CALSCALE:GREGORIAN"]
    for row in rows:
        lines += _event(row, codes)
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _fold(line))


def _event(row: DiaryRow, codes: CodeLists) -> list[str]:
    how = _label(codes, "consultation_mechanism", row.consultation_mechanism)
    place = _label(codes, "activity_location_type", row.activity_location_type)
    where = ", ".join(part for part in (place, row.site_ods_code) if part)
    return [
        "BEGIN:VEVENT",
        f"UID:{row.appointment_id}",
        f"DTSTAMP:{_moment(row.changed_at)}",
        f"DTSTART:{_moment(row.starts_at)}",
        f"DTEND:{_moment(row.ends_at)}",
        f"SUMMARY:{_text(f'Appointment ({how})')}",
        *([f"LOCATION:{_text(where)}"] if where else []),
        f"SEQUENCE:{row.revision}",
        f"STATUS:{'CANCELLED' if row.status == CANCELLED else 'CONFIRMED'}",
        "END:VEVENT",
    ]


def _label(codes: CodeLists, name: str, code: str | None) -> str:
    return next((entry.label for entry in codes.lists[name].codes if entry.code == code), code or "")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A TEXT value: backslash, comma, semicolon and line break are written with a backslash (section 3.3.11)."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return value


def _fold(line: str) -> Iterator[str]:
    """A long line as several, each after the first beginning with a space; no character is cut in two."""
    part = ""
    for character in line:
        if len((part + character).encode()) > _LONGEST_LINE:
            yield part
            part = " "
        part += character
    yield part
