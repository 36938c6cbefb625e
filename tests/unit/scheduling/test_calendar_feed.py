"""iCalendar as RFC 5545 wants it: lines of at most 75 octets that end in CRLF, times in UTC, text escaped."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.kit.testing import NOW, record
from services.scheduling.calendar_feed import calendar
from services.scheduling.codes import read_codes
from services.scheduling.projections.diary import DiaryRow, evolve
from tests.unit.scheduling.scenarios import (
    APPOINTMENT,
    a_slot,
    an_arrangement,
    attended,
    booked,
    cancelled,
    rescheduled,
)

CODES = read_codes()


def row(*events: Any) -> DiaryRow:
    after: DiaryRow | None = None
    for version, event in enumerate(events, 1):
        after = evolve(after, record(event, stream="stream", version=version, at=NOW + timedelta(minutes=version)))
    assert after is not None
    return after


def test_a_calendar_without_appointments() -> None:
    assert calendar([], CODES) == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Perinatal Outcomes//Scheduling//EN\r\n"
        "CALSCALE:GREGORIAN\r\nEND:VCALENDAR\r\n"
    )


def test_an_appointment_that_was_moved() -> None:
    lines = calendar([row(booked(), rescheduled())], CODES).split("\r\n")
    assert lines[4:-2] == [
        "BEGIN:VEVENT",
        f"UID:{APPOINTMENT}",
        "DTSTAMP:20260601T090200Z",
        "DTSTART:20260601T130000Z",
        "DTEND:20260601T135000Z",
        "SUMMARY:Appointment (Face to face)",
        "LOCATION:GP practice\\, X00001",
        "SEQUENCE:1",
        "STATUS:CONFIRMED",
        "END:VEVENT",
    ]


def test_one_that_was_cancelled_stays_and_says_so() -> None:
    text = calendar([row(booked(), cancelled(note="Has a cold."))], CODES)
    assert "STATUS:CANCELLED" in text
    assert "cold" not in text


def test_what_became_of_an_appointment_is_nobodys_business() -> None:
    text = calendar([row(booked(), attended(activities=("medication",), note="Tearful."))], CODES)
    assert "STATUS:CONFIRMED" in text
    assert "edication" not in text
    assert "Tearful" not in text


def test_a_place_nobody_named_has_no_line() -> None:
    nowhere = an_arrangement(activity_location_type=None, site_ods_code=None, consultation_mechanism="11")
    text = calendar([row(booked(arrangement=nowhere))], CODES)
    assert "LOCATION" not in text
    assert "SUMMARY:Appointment (Video)" in text


def test_a_long_line_is_folded_between_characters() -> None:
    long = an_arrangement(site_ods_code="é" * 60)
    text = calendar([row(booked(arrangement=long))], CODES)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "é" * 60 in text.replace("\r\n ", "")


def test_both_clock_changes_leave_the_instant_alone() -> None:
    for day, month in ((29, 3), (25, 10)):
        at = datetime(2026, month, day, 9, 30, tzinfo=UTC)
        text = calendar([row(booked(slot=a_slot(starts_at=at)))], CODES)
        assert f"DTSTART:2026{month:02}{day:02}T093000Z" in text
