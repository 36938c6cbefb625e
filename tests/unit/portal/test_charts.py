"""The trend chart: where its marks stand, and what it says to somebody who cannot see it."""

from datetime import date

from services.portal.report.instruments import instrument
from services.portal.web.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, Chart, Point, trend
from services.portal.web.templating import environment

EPDS = instrument("epds")


def chart(*scores: tuple[date, float], flagged: tuple[float, ...] = ()) -> Chart:
    points = [Point(day=day, value=value, flagged=value in flagged) for day, value in scores]
    return trend("epds-total", EPDS, EPDS.score("total"), points)


FALLING = ((date(2026, 3, 2), 18), (date(2026, 4, 6), 15), (date(2026, 5, 11), 9))


def test_the_scale_is_the_whole_range_of_the_instrument() -> None:
    drawn = chart((date(2026, 3, 2), 0), (date(2026, 5, 11), 30))
    assert [mark.y for mark in drawn.marks] == [HEIGHT - BOTTOM, TOP]
    assert [level.label for level in drawn.grid] == ["0", "5", "10", "15", "20", "25", "30"]


def test_marks_stand_apart_as_the_days_do() -> None:
    first, second, third = chart(*FALLING).marks
    assert first.x < second.x < third.x
    assert second.x - first.x == third.x - second.x


def test_two_questionnaires_of_one_day_stand_in_the_middle() -> None:
    drawn = chart((date(2026, 3, 2), 18), (date(2026, 3, 2), 15))
    assert {mark.x for mark in drawn.marks} == {LEFT + 12 + 0.5 * (WIDTH - LEFT - 16 - 24)}
    assert [day.label for day in drawn.days] == ["2 Mar 2026"]


def test_cut_offs_are_drawn_where_they_are_and_named() -> None:
    drawn = chart(*FALLING)
    assert [cut.label for cut in drawn.cut_offs] == ["10 possible depression", "13 probable depression"]
    ten = next(level.y for level in drawn.grid if level.label == "10")
    assert drawn.cut_offs[0].y == ten


def test_the_description_says_what_the_drawing_shows() -> None:
    said = chart(*FALLING, flagged=(15,)).description
    assert said.startswith("From 18 on 2 March 2026 to 9 on 11 May 2026. Lowest 9, highest 18.")
    assert "At or above 13: probable depression." in said
    assert "A ring marks a questionnaire that raised a risk flag." in said


def test_a_flagged_score_has_a_ring() -> None:
    drawn = chart(*FALLING, flagged=(15,))
    assert [mark.flagged for mark in drawn.marks] == [False, True, False]
    assert drawn.has_flags


def test_the_label_of_a_valley_stands_below_the_line() -> None:
    drawn = chart((date(2026, 3, 2), 18), (date(2026, 4, 6), 10), (date(2026, 5, 11), 16))
    assert [mark.below for mark in drawn.marks] == [False, True, False]


def test_days_are_named_no_closer_than_they_can_be_read() -> None:
    assert len(chart((date(2026, 3, 2), 18), (date(2026, 3, 3), 9)).days) == 2
    assert len(chart((date(2024, 3, 2), 18), (date(2026, 3, 3), 9)).days) == 4


def test_a_score_nobody_described_still_has_a_chart() -> None:
    names = instrument("new1")
    points = [Point(day=date(2026, 3, 2), value=4, flagged=False), Point(day=date(2026, 4, 2), value=7, flagged=False)]
    assert [mark.label for mark in trend("new1-total", names, names.score("total"), points).marks] == ["4", "7"]


def test_the_drawing_has_a_title_and_a_description() -> None:
    template = environment().from_string(
        '{% from "components/chart.jinja" import trend_chart %}{{ trend_chart(chart) }}'
    )
    drawn = template.render(chart=chart(*FALLING))
    assert 'role="img" aria-labelledby="epds-total-title epds-total-description"' in drawn
    assert '<title id="epds-total-title">EPDS, total: 3 scores</title>' in drawn
    assert "style=" not in drawn
    assert template.render(chart=chart(*FALLING)) == drawn
