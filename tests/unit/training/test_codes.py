"""The code lists say what the domain and the routes speak of."""

import pytest

from services.training.codes import read_codes
from services.training.domain.consultation import NAMED_PATIENT
from services.training.domain.register import answers_on

LISTS = read_codes()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("course", "listening-to-families"),
        ("objective", "ask-about-mood"),
        ("subject_kind", NAMED_PATIENT),
        ("subject_kind", "anonymous_case"),
        ("subject_kind", "general"),
        ("consultation_topic", "low-mood"),
        ("consultation_outcome", "advice"),
        ("consultation_outcome", "joint_visit"),
        ("consultation_outcome", "led_to_referral"),
        ("community_input_kind", "advisory-group"),
        ("professional_type", "health_visitor"),
        ("professional_type", "receptionist"),
    ],
)
def test_the_lists_are_there(name: str, code: str) -> None:
    LISTS.require(name, code, field=name)


def test_every_scale_is_a_range_of_answers() -> None:
    scales = {entry.code: answers_on(entry.code) for entry in LISTS.lists["confidence_scale"].codes}
    assert scales == {"0-10": range(11), "1-5": range(1, 6)}
