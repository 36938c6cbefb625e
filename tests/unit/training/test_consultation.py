"""A consultation is logged once, and says whose key seals its note."""

from datetime import date, timedelta

import pytest

from services.kit.testing import NOW
from tests.unit.training.scenarios import (
    CONSULTATION,
    PERSON,
    consultation_logged,
    consultations,
    log_consultation,
)

TODAY = NOW.date()


def test_a_consultation_about_a_named_patient_is_sealed_for_them() -> None:
    consultations.given().when(log_consultation()).then(consultation_logged())
    assert consultation_logged().subject_id == PERSON


@pytest.mark.parametrize("kind", ["anonymous_case", "general"])
def test_a_consultation_that_names_nobody_is_sealed_for_itself(kind: str) -> None:
    command = log_consultation(subject_kind=kind, person_id=None)
    logged = consultation_logged(subject_kind=kind, person_id=None, subject_id=CONSULTATION)
    consultations.given().when(command).then(logged)


def test_a_consultation_needs_neither_practice_nor_note() -> None:
    bare = {"practice_ods_code": None, "note": None}
    consultations.given().when(log_consultation(**bare)).then(consultation_logged(**bare))


def test_a_named_patient_is_named() -> None:
    consultations.given().when(log_consultation(person_id=None)).refused_with(
        "consultation-person-missing", "person_id"
    )


@pytest.mark.parametrize("kind", ["anonymous_case", "general"])
def test_nobody_is_named_where_nobody_should_be(kind: str) -> None:
    consultations.given().when(log_consultation(subject_kind=kind)).refused_with(
        "consultation-person-not-named", "person_id"
    )


@pytest.mark.parametrize("minutes", [-5, 0, 1441, 10**30])
def test_a_consultation_takes_a_minute_to_a_day(minutes: int) -> None:
    refused = consultations.given().when(log_consultation(duration_minutes=minutes))
    refused.refused_with("duration-out-of-range", "duration_minutes")


@pytest.mark.parametrize("minutes", [1, 1440])
def test_the_shortest_and_the_longest_consultation(minutes: int) -> None:
    consultations.given().when(log_consultation(duration_minutes=minutes)).then(
        consultation_logged(duration_minutes=minutes)
    )


def test_a_consultation_was_held_by_today_and_not_long_ago() -> None:
    consultations.given().when(log_consultation(held_on=TODAY)).then(consultation_logged(held_on=TODAY))
    tomorrow = log_consultation(held_on=TODAY + timedelta(days=1))
    consultations.given().when(tomorrow).refused_with("held-in-future", "held_on")
    long_ago = log_consultation(held_on=date(1999, 12, 31))
    consultations.given().when(long_ago).refused_with("held-too-early", "held_on")


def test_a_consultation_is_logged_once() -> None:
    again = consultations.given(consultation_logged()).when(log_consultation())
    again.refused_with("consultation-already-logged")
