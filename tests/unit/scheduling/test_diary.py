"""Nobody is in two places at once, and no day is longer than a day."""

from datetime import UTC, datetime, timedelta

import pytest

from services.kit.testing import NOW
from services.scheduling.domain.diary import ReleaseSlot, stream_of
from tests.unit.scheduling.scenarios import (
    CLINICIAN,
    SOON,
    a_slot,
    claim,
    claimed,
    diaries,
    released,
)


def test_a_free_stretch_is_taken() -> None:
    diaries().given().when(claim()).then(claimed())


@pytest.mark.parametrize("minutes", [-49, -10, 0, 10, 49])
def test_a_taken_one_is_refused(minutes: int) -> None:
    other = a_slot("slot-2", SOON + timedelta(minutes=minutes))
    diaries().given(claimed(appointment_id="another")).when(claim(slot=other)).refused_with(
        "clinician-busy", "starts_at"
    )


@pytest.mark.parametrize("minutes", [-50, 50])
def test_one_that_only_touches_it_is_free(minutes: int) -> None:
    other = a_slot("slot-2", SOON + timedelta(minutes=minutes))
    diaries().given(claimed(appointment_id="another")).when(claim(slot=other)).then(claimed(slot=other))


def test_somebody_may_override_with_a_reason() -> None:
    diaries().given(claimed(appointment_id="another")).when(claim(override_reason="A joint visit.")).then(
        claimed(overridden=True, override_reason="A joint visit.")
    )


def test_a_reason_that_was_not_needed_is_not_kept() -> None:
    diaries().given().when(claim(override_reason="To be safe.")).then(claimed())


def test_an_appointment_is_not_in_the_way_of_itself() -> None:
    later = a_slot("slot-2", SOON + timedelta(minutes=20))
    diaries().given(claimed()).when(claim(slot=later)).then(claimed(slot=later))


def test_a_stretch_is_given_back_once() -> None:
    back = ReleaseSlot(clinician_id=CLINICIAN, slot=a_slot())
    diaries().given(claimed()).when(back).then(released())
    diaries().given(claimed(), released()).when(back).then()
    diaries().given(claimed(), released()).when(claim()).then(claimed())


def test_an_end_before_or_at_the_start_is_refused() -> None:
    for minutes in (0, -30):
        diaries().given().when(claim(slot=a_slot(minutes=minutes))).refused_with("ends-before-start", "ends_at")


def test_a_contact_of_last_week_is_put_down_and_an_older_one_only_as_such() -> None:
    within, beyond = NOW - timedelta(days=7), NOW - timedelta(days=7, minutes=1)
    diaries().given().when(claim(slot=a_slot(starts_at=within))).then(
        claimed(slot=a_slot(starts_at=within), occurred_at=within)
    )
    diaries().given().when(claim(slot=a_slot(starts_at=beyond))).refused_with("starts-in-past", "starts_at")
    diaries().given().when(claim(slot=a_slot(starts_at=beyond), backdated=True)).then(
        claimed(slot=a_slot(starts_at=beyond), occurred_at=beyond)
    )


def test_years_that_are_slips_of_the_pen_are_refused() -> None:
    ahead, ago = datetime(2062, 6, 1, 9, tzinfo=UTC), datetime(1926, 6, 1, 9, tzinfo=UTC)
    diaries().given().when(claim(slot=a_slot(starts_at=ahead))).refused_with("starts-too-far-ahead", "starts_at")
    diaries().given().when(claim(slot=a_slot(starts_at=ago), backdated=True)).refused_with("starts-in-past")


def test_midnight_is_midnight_in_england() -> None:
    """22:30 to 23:30 UTC goes past midnight in summer and not in winter; an end at midnight is still of the day before."""
    summer, winter = datetime(2026, 6, 10, 22, 30, tzinfo=UTC), datetime(2026, 12, 10, 22, 30, tzinfo=UTC)
    diaries().given().when(claim(slot=a_slot(starts_at=summer, minutes=60))).refused_with("crosses-midnight", "ends_at")
    for slot in (a_slot(starts_at=winter, minutes=60), a_slot(starts_at=summer, minutes=30)):
        diaries().given().when(claim(slot=slot)).then(claimed(slot=slot))


def test_the_night_of_the_clock_change_in_spring_lacks_an_hour() -> None:
    """On 29 March 2026 01:00 GMT is 02:00 BST: from 00:30 to 02:30 on the wall is one hour."""
    night = a_slot(starts_at=datetime(2026, 3, 29, 0, 30, tzinfo=UTC), minutes=60)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    diaries(at).given().when(claim(slot=night)).then(claimed(slot=night, occurred_at=at))
    assert stream_of(CLINICIAN, night.starts_at) == "diary-dr-grove-2026-03-29"
    assert stream_of(CLINICIAN, datetime(2026, 3, 29, 23, 30, tzinfo=UTC)) == "diary-dr-grove-2026-03-30"


def test_the_night_of_the_clock_change_in_autumn_has_an_hour_twice() -> None:
    """On 25 October 2026 half past one comes at 00:30 UTC and again at 01:30 UTC: an hour apart, and both may be booked."""
    first = a_slot(starts_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), minutes=60)
    again = a_slot("slot-2", starts_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC), minutes=60)
    diaries().given(claimed(slot=first, appointment_id="another")).when(claim(slot=again)).then(claimed(slot=again))
    day_of = [stream_of(CLINICIAN, datetime(2026, 10, day, 23, 30, tzinfo=UTC)) for day in (24, 25)]
    assert day_of == ["diary-dr-grove-2026-10-25", "diary-dr-grove-2026-10-25"]


def test_the_wall_clock_does_not_deceive_when_it_says_the_same_twice() -> None:
    """01:45 BST to 01:15 GMT looks like an end before the start and is half an hour."""
    summer_time = datetime.fromisoformat("2026-10-25T01:45:00+01:00")
    winter_time = datetime.fromisoformat("2026-10-25T01:15:00+00:00")
    slot = a_slot(starts_at=summer_time, minutes=30)
    assert slot.ends_at == winter_time
    diaries().given().when(claim(slot=slot)).then(claimed(slot=slot))
