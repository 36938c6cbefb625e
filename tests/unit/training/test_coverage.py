"""The twelve months that coverage looks back on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.training.domain.calendar import london_date
from services.training.domain.coverage import AsAtOutOfRange, twelve_months

TODAY = date(2026, 6, 1)


def test_the_day_itself_is_the_last_of_twelve_months() -> None:
    window = twelve_months(TODAY, today=TODAY)
    assert (window.first_day, window.as_at) == (date(2025, 6, 2), TODAY)
    assert window.since == datetime(2025, 6, 1, 23, 0, tzinfo=UTC)
    assert window.until == datetime(2026, 6, 1, 23, 0, tzinfo=UTC)


def test_clocks_that_change_do_not_change_the_days() -> None:
    window = twelve_months(date(2026, 3, 29), today=TODAY)
    assert window.since == datetime(2025, 3, 29, 0, 0, tzinfo=UTC) + timedelta(days=1)
    assert window.until == datetime(2026, 3, 29, 23, 0, tzinfo=UTC)


def test_a_leap_day_looks_back_to_the_first_of_march() -> None:
    assert twelve_months(date(2024, 2, 29), today=TODAY).first_day == date(2023, 3, 1)


@pytest.mark.parametrize("as_at", [date.min, date(2000, 12, 31), TODAY + timedelta(days=1), date.max])
def test_a_day_to_come_or_long_ago_is_refused(as_at: date) -> None:
    with pytest.raises(AsAtOutOfRange) as refused:
        twelve_months(as_at, today=TODAY)
    assert (refused.value.slug, refused.value.field) == ("as-at-out-of-range", "as_at")


@given(st.dates(date(2001, 1, 1), TODAY))
def test_twelve_months_are_a_year_of_whole_days(as_at: date) -> None:
    window = twelve_months(as_at, today=TODAY)
    assert (as_at - window.first_day).days + 1 in (365, 366)
    assert london_date(window.since) == window.first_day
    assert london_date(window.until - timedelta(microseconds=1)) == as_at
    assert london_date(window.since - timedelta(microseconds=1)) < window.first_day
