from dataclasses import fields
from datetime import UTC, date, datetime

import pytest

from services.kit.testing import Decider
from services.referral.domain import person
from services.referral.domain.person import RegisterPerson
from tests.unit.referral.scenarios import people, register, registered


def test_a_person_is_registered() -> None:
    people.given().when(register()).then(registered())


def test_an_nhs_number_may_be_written_with_spaces() -> None:
    people.given().when(register(nhs_number="943 476 5919")).then(registered(nhs_number="9434765919"))


@pytest.mark.parametrize(
    ("reason", "status"),
    [("nhs-number-not-known", "03"), ("overseas-patient", "07"), ("devolved-nation", "07")],
)
def test_a_person_without_an_nhs_number_is_registered_with_the_reason(reason: str, status: str) -> None:
    people.given().when(register(nhs_number=None, nhs_number_missing_reason=reason)).then(
        registered(nhs_number=None, nhs_number_missing_reason=reason, nhs_number_status=status)
    )


def test_nothing_but_the_equity_facts_and_a_reason_is_needed() -> None:
    optional = [field.name for field in fields(RegisterPerson) if field.default is None]
    nothing = dict.fromkeys(optional)
    unknown = nothing | {"nhs_number_missing_reason": "nhs-number-not-known"}
    people.given().when(register(**unknown)).then(registered(**unknown, nhs_number_status="03", age_band="not-known"))


def test_neither_number_nor_reason_is_refused() -> None:
    people.given().when(register(nhs_number=None)).refused_with("nhs-number-or-reason-needed", "nhs_number")


def test_a_number_and_a_reason_for_its_absence_are_refused() -> None:
    both = register(nhs_number_missing_reason="nhs-number-not-known")
    people.given().when(both).refused_with("nhs-number-and-reason", "nhs_number_missing_reason")


def test_a_wrong_number_is_refused() -> None:
    people.given().when(register(nhs_number="9434765918")).refused_with("nhs-number-invalid", "nhs_number")


@pytest.mark.parametrize("field", ["birth_date", "infant_birth_date"])
def test_a_birth_date_in_the_future_is_refused(field: str) -> None:
    people.given().when(register(**{field: date(2026, 6, 2)})).refused_with("birth-date-in-future", field)


def test_a_baby_may_be_born_today() -> None:
    people.given().when(register(infant_birth_date=date(2026, 6, 1))).then(
        registered(infant_birth_date=date(2026, 6, 1))
    )


def test_today_is_the_day_it_is_in_england() -> None:
    """At 23:30 UTC on 1 June it is already 2 June in London."""
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    decider = Decider(decide=person.decide, evolve=person.evolve, initial=person.initial, now=late)
    decider.given().when(register(infant_birth_date=date(2026, 6, 2))).then(
        registered(infant_birth_date=date(2026, 6, 2), occurred_at=late)
    )


@pytest.mark.parametrize("decile", [0, 11])
def test_a_decile_outside_one_to_ten_is_refused(decile: int) -> None:
    people.given().when(register(imd_decile=decile)).refused_with("imd-decile-out-of-range", "imd_decile")


def test_a_person_is_registered_once() -> None:
    people.given(registered()).when(register()).refused_with("person-already-registered")
