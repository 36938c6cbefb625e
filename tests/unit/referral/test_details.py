"""What is known of a person changes; what is left out stays, and what cannot be is refused by its field."""

from datetime import date
from typing import Any

import pytest

from services.referral.domain.contact import parse_email, parse_postcode, parse_telephone
from tests.unit.referral.scenarios import change, details_changed, people, register, registered


def test_what_somebody_needs_is_asked_when_they_register() -> None:
    told = {"contact_preference": "9", "access_note": "Ring twice.", "postal_address": "1 High Street"}
    people.given().when(register(**told, access_needs=("step_free", "easy_read", "easy_read"))).then(
        registered(**told, access_needs=("easy_read", "step_free"))
    )


def test_no_need_at_all_is_nothing_known() -> None:
    people.given().when(register(access_needs=())).then(registered())


def test_what_is_told_is_changed_and_the_rest_stays() -> None:
    people.given(registered()).when(change(interpreter_required=False, access_needs=("longer_time",))).then(
        details_changed(
            "access_needs", "interpreter_required", interpreter_required=False, access_needs=("longer_time",)
        )
    )


def test_nothing_told_changes_nothing() -> None:
    people.given(registered()).when(change()).then()


def test_the_same_again_changes_nothing() -> None:
    people.given(registered()).when(change(telephone="01632 960001", practice_ods_code="X00001")).then()


def test_something_is_taken_away_by_its_name() -> None:
    people.given(registered()).when(change(remove=("email", "telephone"))).then(
        details_changed("telephone", "email", telephone=None, email=None)
    )


def test_a_name_cannot_be_taken_away() -> None:
    for name in ("full_name", "nhs_number", "ethnic_category", "no_such_thing"):
        people.given(registered()).when(change(remove=(name,))).refused_with("detail-not-removable", "remove")


def test_a_second_change_builds_on_the_first() -> None:
    first = details_changed("telephone", telephone="01632 960009")
    people.given(registered(), first).when(change(email="new@example.org")).then(
        details_changed("email", telephone="01632 960009", email="new@example.org")
    )


def test_a_number_that_is_found_later_takes_the_place_of_the_reason() -> None:
    without = {"nhs_number": None, "nhs_number_missing_reason": "nhs-number-not-known", "nhs_number_status": "03"}
    people.given(registered(**without)).when(change(nhs_number="943 476 5919")).then(
        details_changed("nhs_number", "nhs_number_missing_reason")
    )


def test_an_age_band_follows_the_birth_date() -> None:
    people.given(registered()).when(change(birth_date=date(2008, 1, 1))).then(
        details_changed("birth_date", birth_date=date(2008, 1, 1), age_band="under-20")
    )


def test_somebody_unknown_has_no_details() -> None:
    people.given().when(change(telephone="01632 960001")).refused_with("person-unknown", "person_id")


def test_whoever_changes_an_old_page_is_told() -> None:
    moved = details_changed("telephone", telephone="01632 960009")
    people.given(registered(), moved).when(change(email="a@example.org", seen_revision=1)).refused_with(
        "details-moved-on"
    )
    people.given(registered(), moved).when(change(email="a@example.org", seen_revision=2)).then(
        details_changed("email", telephone="01632 960009", email="a@example.org")
    )


def test_what_was_wrong_from_the_start_does_not_stop_a_change_of_something_else() -> None:
    odd = {"telephone": "ask her mother", "estimated_delivery_date": date(2020, 1, 1)}
    people.given(registered(**odd)).when(change(access_note="Ring twice.")).then(
        details_changed("access_note", **odd, access_note="Ring twice.")
    )


CANNOT_BE: list[tuple[dict[str, Any], str, str]] = [
    ({"telephone": "call me"}, "telephone-invalid", "telephone"),
    ({"telephone": "0163"}, "telephone-invalid", "telephone"),
    ({"telephone": "<b>01632960001</b>"}, "telephone-invalid", "telephone"),
    ({"email": "synthia at example.org"}, "email-invalid", "email"),
    ({"email": "synthia@example"}, "email-invalid", "email"),
    ({"email": "a@" + "x" * 260 + ".org"}, "email-invalid", "email"),
    ({"postcode": "12345"}, "postcode-invalid", "postcode"),
    ({"nhs_number": "9434765918"}, "nhs-number-invalid", "nhs_number"),
    ({"birth_date": date(2026, 6, 2)}, "birth-date-in-future", "birth_date"),
    ({"infant_birth_date": date(2026, 6, 2)}, "birth-date-in-future", "infant_birth_date"),
    ({"imd_decile": 11}, "imd-decile-out-of-range", "imd_decile"),
    ({"estimated_delivery_date": date(2027, 6, 1)}, "delivery-date-impossible", "estimated_delivery_date"),
    ({"estimated_delivery_date": date(2026, 4, 1)}, "delivery-date-impossible", "estimated_delivery_date"),
]


@pytest.mark.parametrize(("told", "slug", "field"), CANNOT_BE)
def test_what_cannot_be_is_refused_by_its_field(told: dict[str, Any], slug: str, field: str) -> None:
    people.given().when(register(**told)).refused_with(slug, field)
    people.given(registered()).when(change(**told)).refused_with(slug, field)


def test_a_delivery_date_that_went_by_is_fine_once_the_baby_is_born() -> None:
    born = {"perinatal_stage": "postnatal", "estimated_delivery_date": date(2026, 4, 1)}
    people.given().when(register(**born)).then(registered(**born))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("zz993wz", "ZZ99 3WZ"), (" sw1a  2aa ", "SW1A 2AA"), ("M1 1AE", "M1 1AE"), ("GIR 0AA", "GIR 0AA")],
)
def test_a_postcode_is_kept_in_one_way(typed: str, kept: str) -> None:
    assert parse_postcode(typed) == kept


@pytest.mark.parametrize(
    "number", ["01632 960001", "+44 (0)1632 960-001", "07700 900123", "+353 1 960 0001", "01632 960001 ext 12"]
)
def test_telephone_numbers_of_all_kinds_are_taken(number: str) -> None:
    assert parse_telephone(f" {number}  ".replace(" 9", "   9")) == number


def test_an_address_is_taken_as_it_is_written() -> None:
    assert parse_email("O.Neill+baby@mail.example.co.uk") == "O.Neill+baby@mail.example.co.uk"
