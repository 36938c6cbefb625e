"""The figures of the report, against cases worked by hand or by another program."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.portal.report.figures import distribution, measures, reach
from services.portal.report.student import t_quantile
from tests.unit.portal import scenarios as given

AS_AT = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
MAY, JUNE = date(2026, 5, 10), date(2026, 6, 10)


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(1, 12.70620), (2, 4.30265), (5, 2.57058), (10, 2.22814), (30, 2.04227), (120, 1.97993), (5000, 1.96044)],
)
def test_t_is_that_of_the_printed_tables(degrees: int, expected: float) -> None:
    assert t_quantile(0.975, degrees) == pytest.approx(expected, abs=5e-6)


def test_the_deviation_is_that_of_a_sample() -> None:
    # 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares about it 32, sample deviation sqrt(32 / 7).
    figures = distribution([2, 4, 4, 4, 5, 5, 7, 9], (5, 9))
    assert (figures.n, figures.mean, figures.min, figures.max) == (8, 5, 2, 9)
    assert figures.sd == pytest.approx(2.1380899, abs=1e-7)
    assert figures.at_or_above == {"5": 4, "9": 1}


def test_one_score_has_no_deviation() -> None:
    assert distribution([12], (10,)).sd is None


def test_a_threshold_counts_when_it_is_reached() -> None:
    assert distribution([9, 10, 13], (10, 13)).at_or_above == {"10": 2, "13": 1}


def test_the_first_score_of_each_person_counts_once() -> None:
    [epds] = measures(
        [given.a_reading("a", JUNE, 8), given.a_reading("a", MAY, 16), given.a_reading("b", MAY, 12)],
    )
    assert (epds.instrument, epds.score) == ("epds", "total")
    assert (epds.first.n, epds.first.mean) == (2, 14)
    assert (epds.last.n, epds.last.mean) == (1, 8)


def test_a_mean_change_has_an_interval() -> None:
    # Differences -4, -6, -8, -2, -5: mean -5, sd sqrt(5), half width t(4) * sqrt(5) / sqrt(5) = 2.776445.
    before, after = [16, 18, 20, 14, 15], [12, 12, 12, 12, 10]
    readings = [
        given.a_reading(f"person {number}", day, scores[number])
        for number in range(5)
        for day, scores in ((MAY, before), (JUNE, after))
    ]
    pairs = measures(readings)[0].pairs
    assert (pairs.n, pairs.mean_change, pairs.better) == (5, -5, "lower")
    assert pairs.sd_change == pytest.approx(2.236068, abs=1e-6)
    assert pairs.ci95 == pytest.approx((-7.776445, -2.223555), abs=1e-6)


def test_one_pair_has_a_change_but_no_interval() -> None:
    pairs = measures([given.a_reading("a", MAY, 16), given.a_reading("a", JUNE, 10)])[0].pairs
    assert (pairs.n, pairs.mean_change, pairs.ci95) == (1, -6, None)


def test_one_reading_is_not_a_pair() -> None:
    epds = measures([given.a_reading("a", MAY, 16)])[0]
    assert epds.pairs.n == 0
    assert (epds.last.n, epds.last.mean, epds.last.sd, epds.last.max) == (0, None, None, None)
    assert epds.last.at_or_above == {"10": 0, "11": 0, "13": 0}


def test_two_versions_of_an_instrument_make_no_pair() -> None:
    epds = measures([given.a_reading("a", MAY, 16), given.a_reading("a", JUNE, 10, instrument_version="2")])[0]
    assert epds.pairs.n == 0


def test_a_questionnaire_without_a_score_counts_nowhere() -> None:
    epds = measures([given.a_reading("a", MAY, None), given.a_reading("a", JUNE, 10)])[0]
    assert (epds.first.n, epds.first.mean, epds.pairs.n) == (1, 10, 0)
    assert measures([given.a_reading("a", MAY, None)]) == []


def test_each_score_of_an_instrument_is_counted_by_itself() -> None:
    scores = {"anxiety": 9.0, "depression": None}
    figures = measures([given.a_reading("a", MAY, None, instrument="hads", scores=scores)])
    assert [(each.instrument, each.score) for each in figures] == [("hads", "anxiety")]
    assert figures[0].first.at_or_above == {"8": 1, "11": 0}


def test_two_questionnaires_of_one_day_are_told_apart_by_when_they_were_recorded() -> None:
    morning = given.a_reading("a", MAY, 16, recorded_at=datetime(2026, 5, 10, 9, tzinfo=UTC), measure_id="b")
    evening = given.a_reading("a", MAY, 10, recorded_at=datetime(2026, 5, 10, 18, tzinfo=UTC), measure_id="a")
    for order in ([morning, evening], [evening, morning]):
        assert measures(order)[0].first.mean == 16


def test_reach_counts_referrals_and_people() -> None:
    accepted = {
        "care_strand": "universal",
        "accepted_at": given.ACCEPTED,
        "accepted_recorded_at": given.ACCEPTED,
    }
    figures = reach(
        [
            given.a_request(**accepted),
            given.a_request(referral_id="second", source_of_referral="B1", self_referred=True),
            given.a_request(referral_id="third", person_id="other", source_of_referral="A4"),
        ],
        AS_AT,
    )
    assert (figures.received, figures.people, figures.self_referred, figures.accepted) == (3, 2, 1, 1)
    assert figures.by_strand == {"universal": 1}
    assert figures.by_source == {"A4": 2, "B1": 1}
    assert figures.median_days_to_acceptance == 2


def test_what_was_accepted_later_is_not_in_an_earlier_report() -> None:
    later = {
        "care_strand": "universal",
        "accepted_at": AS_AT + timedelta(days=1),
        "accepted_recorded_at": AS_AT + timedelta(days=1),
    }
    figures = reach([given.a_request(**later)], AS_AT)
    assert (figures.accepted, figures.by_strand, figures.median_days_to_acceptance) == (0, {}, None)


def test_a_wait_is_counted_in_days_in_england() -> None:
    # 23:30 UTC in May is half past midnight of the next day in England.
    late = given.a_request(clock_started_at=datetime(2026, 5, 31, 23, 30, tzinfo=UTC), due_on=date(2026, 6, 9))
    waits = reach([late], AS_AT).waits
    assert (waits.n, waits.longest_days, waits.past_due) == (1, 9, 1)


def test_an_empty_period_has_no_medians() -> None:
    figures = reach([], AS_AT)
    assert (figures.received, figures.waits.n, figures.waits.median_days, figures.waits.longest_days) == (
        0,
        0,
        None,
        None,
    )
