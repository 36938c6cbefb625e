"""The code lists are data; where the domain speaks of a code, the list has it."""

import pytest

from services.scheduling.codes import read_codes
from services.scheduling.domain.attendance import ATTENDED, CANCELLED_BY, MISSED

LISTS = read_codes()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("consultation_mechanism", "01"),
        ("activity_location_type", "C01"),
        ("activities", "assessment"),
        ("others_present", "other_parent"),
        ("session_type", "antenatal"),
        ("session_cancellation_reason", "weather"),
        ("rescheduled_by", "patient"),
        ("correction_reason", "entry-error"),
        ("language", "no"),
    ],
)
def test_the_lists_are_there_and_yaml_has_not_changed_their_codes(name: str, code: str) -> None:
    LISTS.require(name, code, field=name)


def test_every_attendance_code_means_one_thing() -> None:
    meant = [*ATTENDED, *MISSED, *CANCELLED_BY]
    assert sorted(meant) == sorted(code.code for code in LISTS.lists["attendance_status"].codes)


def test_who_may_cancel_is_who_the_attendance_codes_tell_apart() -> None:
    assert {code.code for code in LISTS.lists["cancelled_by"].codes} == set(CANCELLED_BY.values())


def test_the_four_parts_of_the_waiting_measure_can_be_told() -> None:
    wanted = {"assessment", "care_plan", "psychological_intervention", "psychosocial_intervention", "medication"}
    assert wanted <= {code.code for code in LISTS.lists["activities"].codes}
