"""Reliable change and recovery. Ids name the cases of the project's measure notes."""

from datetime import UTC, date, datetime

import pytest

from services.outcomes.domain.change import (
    ChangeClass,
    ChangeRuleUnknown,
    Reading,
    Recovery,
    Reliable,
    ScoreOutOfRange,
    ScoreUnknown,
    change,
    first_and_last,
    recovery,
)
from services.outcomes.domain.instruments import parse
from tests.unit.outcomes.broken import WHOLE
from tests.unit.outcomes.builders import INSTRUMENTS

IMPROVED, NO_CHANGE, DETERIORATED = ChangeClass.IMPROVED, ChangeClass.NO_CHANGE, ChangeClass.DETERIORATED


@pytest.mark.parametrize(
    ("code", "first", "last", "classed"),
    [
        pytest.param("phq9", 10, 15, NO_CHANGE, id="C1"),
        pytest.param("gad7", 12, 9, NO_CHANGE, id="C3"),
        pytest.param("phq9", 15, 9, IMPROVED, id="at-the-threshold-counts"),
        pytest.param("phq9", 9, 15, DETERIORATED, id="at-the-threshold-counts-the-other-way"),
        pytest.param("gad7", 12, 8, IMPROVED, id="gad7-4"),
        pytest.param("epds", 15, 11, IMPROVED, id="epds-4"),
        pytest.param("epds", 15, 12, NO_CHANGE, id="epds-3"),
        pytest.param("core10", 20, 14, IMPROVED, id="core10-6"),
        pytest.param("core10", 20, 15, NO_CHANGE, id="core10-5"),
        pytest.param("epds", 12, 12, NO_CHANGE, id="none"),
    ],
)
def test_a_change_counts_from_the_threshold_on(code: str, first: float, last: float, classed: ChangeClass) -> None:
    moved = change(INSTRUMENTS[code], "total", first, last)

    assert (moved.classed, moved.difference, moved.improvement) == (classed, last - first, first - last)


def test_the_rule_used_is_named_and_another_can_be_asked_for() -> None:
    core10 = INSTRUMENTS["core10"]
    by_default = change(core10, None, 20, 15)
    by_england = change(core10, None, 20, 15, rule_name="nhs-england-mhsds")

    assert (by_default.threshold, by_default.classed) == (6, NO_CHANGE)
    assert by_default.rule == "barkham-2013: change >= 6 points (Barkham et al. 2013, 90 % interval)"
    assert (by_england.threshold, by_england.classed) == (5, IMPROVED)
    with pytest.raises(ChangeRuleUnknown, match="barkham-2013, nhs-england-mhsds") as refused:
        change(core10, None, 20, 15, rule_name="mine")
    assert refused.value.slug == "change-rule-unknown"


def test_a_change_typed_with_a_decimal_is_not_lost_to_rounding() -> None:
    assert 8.7 - 2.7 < 6
    assert change(INSTRUMENTS["core10"], "total", 8.7, 2.7).classed is IMPROVED


def test_without_a_verified_threshold_a_change_is_shown_and_not_classed() -> None:
    moved = change(INSTRUMENTS["hads"], "anxiety", 14, 7)

    assert (moved.difference, moved.improvement, moved.classed, moved.threshold) == (-7, 7, None, None)
    assert moved.rule == "no verified reliable-change threshold for this score"


def test_more_is_better_on_a_scale_that_runs_the_other_way() -> None:
    upward = parse("demo.yaml", WHOLE.replace("lower-is-better", "higher-is-better"))

    assert change(upward, "total", 2, 6).improvement == 4
    assert change(upward, "total", 2, 6).classed is IMPROVED
    assert change(upward, "total", 6, 2).classed is DETERIORATED


def test_a_threshold_from_a_deviation_must_be_passed() -> None:
    demo = parse("demo.yaml", WHOLE.replace("points: 3, source", "deviation: 5, reliability: 0.8, source"))

    assert change(demo, "total", 6, 0).classed is NO_CHANGE  # 6 < 6.198
    assert change(demo, "total", 7, 0).classed is IMPROVED
    assert " > 6.19" in change(demo, "total", 7, 0).rule


def test_an_instrument_with_two_scores_must_be_told_which() -> None:
    with pytest.raises(ScoreUnknown, match="anxiety, depression") as refused:
        change(INSTRUMENTS["hads"], None, 3, 9)
    assert refused.value.slug == "score-unknown"


@pytest.mark.parametrize(("first", "last", "field"), [(31, 3, "first"), (3, -1, "last"), (3, float("nan"), "last")])
def test_a_score_the_instrument_cannot_give_is_refused(first: float, last: float, field: str) -> None:
    with pytest.raises(ScoreOutOfRange, match=f"The {field} epds total must be from 0 to 30") as refused:
        change(INSTRUMENTS["epds"], "total", first, last)
    assert (refused.value.slug, refused.value.field) == ("score-out-of-range", field)


@pytest.mark.parametrize(
    ("phq9", "gad7", "expected"),
    [
        pytest.param((15, 9), (12, 7), (True, True, Reliable.IMPROVED, True), id="C13"),
        pytest.param((20, 12), (15, 9), (True, False, Reliable.IMPROVED, False), id="C15"),
        pytest.param((15, 8), (9, 13), (True, False, Reliable.MIXED, False), id="C17"),
        pytest.param((9, 3), (7, 3), (False, False, Reliable.IMPROVED, False), id="never-at-caseness"),
        pytest.param((10, 9), (7, 7), (True, True, Reliable.NONE, False), id="recovered-but-not-reliably"),
        pytest.param((9, 9), (8, 7), (True, True, Reliable.NONE, False), id="at-caseness-by-anxiety-alone"),
        pytest.param((5, 11), (5, 5), (False, False, Reliable.DETERIORATED, False), id="deteriorated"),
        pytest.param((14, 8), (7, 8), (True, False, Reliable.IMPROVED, False), id="now-at-caseness-by-anxiety"),
    ],
)
def test_recovery_by_the_rules_of_talking_therapies(
    phq9: tuple[float, float], gad7: tuple[float, float], expected: tuple[bool, bool, Reliable, bool]
) -> None:
    at_start, recovered, reliable, reliable_recovery = expected

    assert recovery(INSTRUMENTS, phq9=phq9, gad7=gad7) == Recovery(
        caseness_at_start=at_start, recovered=recovered, reliable=reliable, reliable_recovery=reliable_recovery
    )


def a_reading(day: int, value: float, hour: int = 9) -> Reading:
    return Reading(completed_on=date(2026, 5, day), recorded_at=datetime(2026, 6, 1, hour, tzinfo=UTC), value=value)


def test_readings_that_come_out_of_order_are_paired_by_the_day_they_were_completed() -> None:
    first, middle, last = a_reading(1, 15, hour=20), a_reading(8, 4), a_reading(15, 9, hour=1)  # C5

    assert first_and_last([last, first, middle]) == (first, last)
    assert first_and_last([middle, last, first]) == (first, last)


def test_one_reading_is_not_a_pair() -> None:
    assert first_and_last([a_reading(1, 15)]) is None
    assert first_and_last([]) is None
