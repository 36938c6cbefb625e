"""What local families contributed is logged once, its note sealed for itself."""

from datetime import date, timedelta

import pytest

from services.kit.testing import NOW
from tests.unit.training.scenarios import INPUT, input_logged, inputs, log_input


def test_a_contribution_is_logged() -> None:
    inputs.given().when(log_input()).then(input_logged())
    assert input_logged().subject_id == INPUT


@pytest.mark.parametrize("people", [-1, 0, 10_001])
def test_somebody_took_part(people: int) -> None:
    inputs.given().when(log_input(people=people)).refused_with("people-out-of-range", "people")


def test_a_contribution_was_made_by_today_and_not_long_ago() -> None:
    tomorrow = log_input(held_on=NOW.date() + timedelta(days=1))
    inputs.given().when(tomorrow).refused_with("held-in-future", "held_on")
    inputs.given().when(log_input(held_on=date(1999, 12, 31))).refused_with("held-too-early", "held_on")


def test_a_contribution_is_logged_once() -> None:
    inputs.given(input_logged()).when(log_input()).refused_with("community-input-already-logged")
