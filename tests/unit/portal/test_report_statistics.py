"""Intervals, effect size and reliable change, against cases worked by hand or by another program."""

from datetime import date

import pytest

from services.portal.report.figures import measures
from services.portal.report.intervals import wilson
from services.portal.report.reliable_change import class_of, reliable_change, rule_of, rules
from services.portal.report.training import first_day_of_twelve_months
from tests.unit.portal import scenarios as given
from tests.unit.portal.test_instruments import OWNED

MAY, JUNE = date(2026, 5, 10), date(2026, 6, 10)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (65, 100, 0.5525444, 0.7363576),
        (2, 200, 0.0027467, 0.0357218),
        (10, 200, 0.0273826, 0.0895781),
        (130, 200, 0.5816346, 0.7127118),
        (1045, 5000, 0.1979555, 0.2204913),
    ],
)
def test_wilson_is_that_of_another_program(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == pytest.approx((low, high), abs=1e-7)


def test_wilson_stays_between_nobody_and_everybody() -> None:
    assert wilson(0, 0) is None
    assert (wilson(0, 7) or (1, 1))[0] == 0
    assert (wilson(7, 7) or (0, 0))[1] == 1


@pytest.mark.parametrize(
    ("change", "better", "expected"),
    [(-4, "lower", "improved"), (-3.9, "lower", "no_change"), (4, "lower", "deteriorated"), (4, "higher", "improved")],
)
def test_a_change_counts_from_the_threshold_on(change: float, better: str, expected: str) -> None:
    assert class_of(change, 4, better) == expected


def test_change_is_counted_with_its_rule_and_interval() -> None:
    counted = reliable_change([-6, -4, 0, 3, 5], rule_of("epds", "total"), "lower")
    assert counted is not None
    assert (counted.improved, counted.no_change, counted.deteriorated, counted.points) == (2, 2, 1, 4)
    assert counted.improved_ci95 == wilson(2, 5)


def test_where_no_rule_is_verified_nothing_is_said() -> None:
    assert rule_of("hads", "anxiety") is None
    assert reliable_change([-9], None, "lower") is None


def test_rules_are_those_of_the_owner() -> None:
    for code, owned in OWNED.items():
        for score in owned["scores"]:
            rule = rule_of(code, score["name"])
            first = next(iter(score["reliable_change"]), None)
            assert (rule and {"points": rule.points, "source": rule.source}) == (
                first and {"points": first["points"], "source": first["source"]}
            )
    assert rules().keys() <= OWNED.keys()


def test_the_effect_size_is_the_change_by_the_deviation_of_the_first_scores() -> None:
    # First 16, 18, 20, 14, 15: mean 16.6, squares about it 23.2, deviation sqrt(5.8) = 2.408319. Mean change -5.
    before, after = [16, 18, 20, 14, 15], [12, 12, 12, 12, 10]
    readings = [
        given.a_reading(f"person {number}", day, scores[number])
        for number in range(5)
        for day, scores in ((MAY, before), (JUNE, after))
    ]
    effect = measures(readings)[0].pairs.effect_size
    assert effect is not None
    assert (effect.name, effect.value) == ("d_b", pytest.approx(-2.076137, abs=1e-6))


def test_twelve_months_end_with_their_last_day() -> None:
    assert first_day_of_twelve_months(date(2026, 6, 30)) == date(2025, 7, 1)
    assert first_day_of_twelve_months(date(2024, 2, 29)) == date(2023, 3, 1)
