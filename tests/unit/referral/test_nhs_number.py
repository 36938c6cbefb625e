import nhs_number
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain.nhs_number import InvalidNhsNumber, parse_nhs_number


@pytest.mark.parametrize("text", ["9434765919", "943 476 5919", "943-476-5919", "9912003888"])
def test_a_right_number_is_taken_as_ten_digits(text: str) -> None:
    assert parse_nhs_number(text) == text.replace(" ", "").replace("-", "")


@pytest.mark.parametrize(
    "text",
    [
        "9434765918",
        "943476591",
        "94347659190",
        "",
        "943476591X",
        "9999999999",
        "0000000000",
        "9434765919 x",
        "٩٤٣٤٧٦٥٩١٩",
    ],
)
def test_a_wrong_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidNhsNumber) as refused:
        parse_nhs_number(text)
    assert refused.value.field == "nhs_number"
    assert not text or text not in str(refused.value)


@given(st.integers(min_value=0, max_value=10**9 - 1), st.integers(min_value=0, max_value=9))
def test_the_check_agrees_with_the_nhs_number_package(first_nine: int, last: int) -> None:
    text = f"{first_nine:09}{last}"
    assert accepted(text) == (nhs_number.calculate_checksum(text[:9]) == last and len(set(text)) > 1)


@given(st.integers(min_value=0, max_value=10**9 - 1))
def test_at_most_one_check_digit_fits(first_nine: int) -> None:
    assert sum(accepted(f"{first_nine:09}{last}") for last in range(10)) <= 1


def accepted(text: str) -> bool:
    try:
        parse_nhs_number(text)
    except InvalidNhsNumber:
        return False
    return True
