from datetime import date, timedelta

import pytest

from services.kit.testing import NOW
from services.referral.domain.pcn import (
    NotConfigured,
    StrandNotOffered,
    UnknownPcn,
    UnknownPractice,
    require_practice,
    require_strand,
    settings_of,
)
from tests.unit.referral.scenarios import a_practice, configure, configured, pcns

A_DAY = date(2026, 6, 1)


def test_a_network_is_brought_on() -> None:
    pcns.given().when(configure()).then(configured())


def test_the_same_settings_again_change_nothing() -> None:
    pcns.given(configured(occurred_at=NOW - timedelta(days=30))).when(configure()).then()


def test_changed_settings_are_a_new_fact_with_all_of_them() -> None:
    pcns.given(configured()).when(configure(waiting_threshold_days=21)).then(configured(waiting_threshold_days=21))


def test_a_practice_listed_twice_is_refused() -> None:
    twice = configure(practices=(a_practice(), a_practice()))
    pcns.given().when(twice).refused_with("practice-repeated", "practices")


def test_a_practice_may_leave_and_come_back() -> None:
    practices = (a_practice(left_on=date(2024, 4, 1)), a_practice(joined_on=date(2025, 4, 1)))
    pcns.given().when(configure(practices=practices)).then(configured(practices=practices))


def test_a_practice_cannot_come_back_before_it_left() -> None:
    practices = (a_practice(joined_on=date(2025, 3, 1)), a_practice(left_on=date(2025, 4, 1)))
    pcns.given().when(configure(practices=practices)).refused_with("practice-repeated", "practices")


def test_a_threshold_of_no_days_is_refused() -> None:
    none = configure(waiting_threshold_days=0)
    pcns.given().when(none).refused_with("waiting-threshold-invalid", "waiting_threshold_days")


def test_a_network_nobody_set_up_is_unknown() -> None:
    with pytest.raises(UnknownPcn):
        settings_of(NotConfigured())


@pytest.mark.parametrize(
    "practice",
    [
        a_practice("X00002"),
        a_practice(left_on=A_DAY),
        a_practice(joined_on=A_DAY + timedelta(days=1)),
    ],
    ids=["another one", "left that day", "joins the day after"],
)
def test_a_practice_outside_the_network_is_unknown(practice: object) -> None:
    with pytest.raises(UnknownPractice) as refused:
        require_practice(configured(practices=(practice,)), "X00001", A_DAY)
    assert refused.value.field == "practice_ods_code"


def test_a_practice_belongs_from_its_first_day_to_the_day_before_it_leaves() -> None:
    practice = a_practice(joined_on=A_DAY, left_on=A_DAY + timedelta(days=1))
    require_practice(configured(practices=(practice,)), "X00001", A_DAY)


def test_a_person_without_a_practice_is_welcome() -> None:
    require_practice(configured(practices=()), None, A_DAY)


def test_only_strands_the_network_offers_can_be_accepted_to() -> None:
    require_strand(configured(), "universal")
    with pytest.raises(StrandNotOffered):
        require_strand(configured(), "wider_family")
