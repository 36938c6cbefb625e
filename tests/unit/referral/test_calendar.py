from datetime import UTC, date, datetime

import pytest

from services.referral.domain.calendar import age_band, london_date


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
    ],
    ids=["the night before summer time", "its first night", "its last night", "the night after"],
)
def test_days_are_days_in_england(moment: datetime, day: date) -> None:
    assert london_date(moment) == day


@pytest.mark.parametrize(
    ("birth_date", "band"),
    [
        (date(2006, 6, 2), "under-20"),
        (date(2006, 6, 1), "20-24"),
        (date(2001, 6, 2), "20-24"),
        (date(2001, 6, 1), "25-29"),
        (date(1996, 6, 1), "30-34"),
        (date(1991, 6, 1), "35-39"),
        (date(1986, 6, 2), "35-39"),
        (date(1986, 6, 1), "40-plus"),
        (date(1900, 1, 1), "40-plus"),
        (None, "not-known"),
    ],
)
def test_age_bands_change_on_the_birthday(birth_date: date | None, band: str) -> None:
    assert age_band(birth_date, date(2026, 6, 1)) == band


def test_who_was_born_on_29_february_is_a_year_older_on_1_march() -> None:
    assert age_band(date(2004, 2, 29), date(2029, 2, 28)) == "20-24"
    assert age_band(date(2004, 2, 29), date(2029, 3, 1)) == "25-29"
