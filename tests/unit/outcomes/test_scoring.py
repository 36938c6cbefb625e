"""Scores against what was published, and the traps of scoring.

Numbers in the ids are those of the cases in the project's measure notes; P were published by their source, D are derived
from the verified key by arithmetic.
"""

import pytest

from services.outcomes.domain.instruments import parse
from services.outcomes.domain.scoring import AnswerRefused, Flag, NoSuchAnswer, Orientation, WrongAnswerCount, score
from tests.unit.outcomes.broken import WHOLE
from tests.unit.outcomes.builders import INSTRUMENTS, scored

POSITION = Orientation.POSITION
SELF_HARM = "self-harm"


@pytest.mark.parametrize(
    ("code", "given", "total", "band"),
    [
        pytest.param("epds", "0,2,1,0,0,1,3,0,0,0", 7, "unlikely", id="P1"),
        pytest.param("epds", "3,3,3,3,3,3,3,3,3,3", 30, "probable", id="P3"),
        pytest.param("epds", "2,2,2,2,1,1,1,0,0,0", 11, "possible", id="P5"),
        pytest.param("epds", "3,3,3,0,0,0,0,0,0,0", 9, "unlikely", id="P7-9"),
        pytest.param("epds", "3,3,3,1,0,0,0,0,0,0", 10, "possible", id="P7-10"),
        pytest.param("epds", "3,3,3,3,0,0,0,0,0,0", 12, "possible", id="P7-12"),
        pytest.param("epds", "3,3,3,3,1,0,0,0,0,0", 13, "probable", id="P7-13"),
        pytest.param("phq9", "2,2,1,1,1,0,1,0,0", 8, "mild", id="P9"),
        pytest.param("phq9", "3,3,3,3,3,3,3,3,3", 27, "severe", id="P11"),
        pytest.param("phq9", "2,2,2,2,1,1,2,0,0", 12, "moderate", id="P13"),
        pytest.param("phq9", "0,1,2,3,0,1,2,3,0", 12, "moderate", id="P15"),
        pytest.param("phq9", "0,0,0,0,0,0,0,0,1", 1, "minimal", id="P17"),
        pytest.param("gad7", "3,3,3,0,0,0,0", 9, "mild", id="P19"),
        pytest.param("gad7", "0,0,1,1,0,1,0", 3, "minimal", id="P21"),
        pytest.param("gad7", "1,1,1,1,1,1,1", 7, "mild", id="P23-7"),
        pytest.param("gad7", "2,2,2,2,2,2,2", 14, "moderate", id="P23-14"),
        pytest.param("gad7", "3,3,3,3,3,3,3", 21, "severe", id="P23-21"),
        pytest.param("core10", "4,4,0,0,0,0,0,0,0,0", 8, "low", id="P27"),
        pytest.param("core10", "0,0,3,3,0,0,0,0,0,0", 6, "low", id="P29"),
        pytest.param("core10", "0,0,0,0,2,2,0,0,0,0", 4, "healthy", id="P31"),
    ],
)
def test_a_total_is_what_was_published(code: str, given: str, total: float, band: str) -> None:
    result = scored(code, given)

    assert (result.scores, result.bands) == ({"total": total}, {"total": band})
    assert (result.complete, result.missing, result.reason) == (True, (), None)


def test_hads_gives_two_scores_and_no_total() -> None:
    result = scored("hads", "3,1,1,0,0,2,1,3,2,0,1,1,3,0")  # P37

    assert result.scores == {"anxiety": 11, "depression": 7}
    assert result.bands == {"anxiety": "case", "depression": "normal"}


@pytest.mark.parametrize(
    ("code", "position", "scores"),
    [
        pytest.param("epds", 0, {"total": 21}, id="D1"),
        pytest.param("epds", 3, {"total": 9}, id="D1-mirrored"),
        pytest.param("core10", 4, {"total": 32}, id="D3-4"),
        pytest.param("core10", 0, {"total": 8}, id="D3-0"),
        pytest.param("hads", 0, {"anxiety": 15, "depression": 9}, id="D7-0"),
        pytest.param("hads", 3, {"anxiety": 6, "depression": 12}, id="D7-3"),
        pytest.param("phq9", 2, {"total": 18}, id="no-key"),
    ],
)
def test_the_same_place_ticked_on_every_item(code: str, position: int, scores: dict[str, float]) -> None:
    result = scored(code, [position] * len(INSTRUMENTS[code].items), POSITION)

    assert result.scores == scores


def test_epds_by_position_and_oriented_are_two_different_things() -> None:
    top = [0] * 10

    assert scored("epds", top).scores == {"total": 0}
    assert scored("epds", top, POSITION).scores == {"total": 21}
    assert scored("epds", top, POSITION).flags == (Flag(item=10, answer=3, concern=SELF_HARM),)
    assert scored("epds", top, POSITION).answers == (0, 0, 3, 0, 3, 3, 3, 3, 3, 3)


def test_core10_turns_items_2_and_3_and_not_4() -> None:
    ticked = [0, 4, 4, 0, 0, 0, 0, 0, 0, 0]

    assert scored("core10", ticked, POSITION).scores == {"total": 0}
    assert scored("core10", [0, 4, 4, 4, 0, 0, 0, 0, 0, 0], POSITION).scores == {"total": 4}


@pytest.mark.parametrize(
    ("code", "item", "given"),
    [
        ("epds", 10, "0,0,0,0,0,0,0,0,0,1"),
        ("phq9", 9, "0,0,0,0,0,0,0,0,1"),
        ("core10", 6, "0,0,0,0,0,1,0,0,0,0"),
        ("epds", 10, ",,,,,,,,,1"),
        ("phq9", 9, "0,0,,0,0,0,0,0,1"),
        ("core10", 6, ",,,,,1,,,,"),
    ],
)
def test_a_risk_item_flags_with_a_low_total_and_with_none(code: str, item: int, given: str) -> None:
    assert scored(code, given).flags == (Flag(item=item, answer=1, concern=SELF_HARM),)


@pytest.mark.parametrize("given", ["2,2,2,2,1,1,1,0,0,0", "3,3,3,3,3,3,3,3,3,", "3,3,3,3,3,3,3,3,3,0"])
def test_a_risk_item_at_zero_or_unanswered_flags_nothing(given: str) -> None:
    assert scored("epds", given).flags == ()


@pytest.mark.parametrize(
    ("code", "given", "reason"),
    [
        ("epds", "1,1,1,1,1,1,1,1,1,", "total: 1 of 10 items not answered, none may be missing"),
        ("phq9", "1,1,1,1,1,1,1,,", "total: 2 of 9 items not answered, none may be missing"),
        ("gad7", "1,1,1,1,1,1,", "total: 1 of 7 items not answered, none may be missing"),
        ("core10", "1,1,1,1,1,1,1,1,,", "total: 2 of 10 items not answered, at most 1 may be missing"),
        ("core10", ",,,,,,,,,", "total: no item was answered"),
        ("epds", ",,,,,,,,,", "total: no item was answered"),
    ],
)
def test_too_few_answers_give_no_total_rather_than_a_low_one(code: str, given: str, reason: str) -> None:
    result = scored(code, given)

    assert (result.scores, result.bands, result.reason) == ({"total": None}, {"total": None}, reason)
    assert result.complete is False


def test_core10_is_prorated_for_one_missing_item() -> None:
    result = scored("core10", "1,1,1,1,1,1,1,1,1,")  # C7: nine ones and a gap have mean 1

    assert result.scores == {"total": 10}
    assert (result.complete, result.answered, result.missing) == (False, 9, (10,))
    assert result.reason == "total: 1 not answered, computed from the other 9"


def test_a_prorated_score_between_two_bands_is_still_in_the_lower() -> None:
    result = scored("core10", "2,2,1,1,1,1,1,,0,0")

    assert result.scores["total"] == 10.0
    assert scored("core10", "2,2,1,1,1,1,1,,0,0").bands == {"total": "low"}
    assert scored("core10", "2,2,2,1,1,1,1,,0,0").scores["total"] == pytest.approx(100 / 9)
    assert scored("core10", "2,2,2,1,1,1,1,,0,0").bands == {"total": "mild"}
    assert scored("core10", "1,1,1,1,1,0,0,,0,0").bands == {"total": "healthy"}  # 5.56 is not yet 6


def test_hads_with_only_the_anxiety_items_gives_anxiety_and_no_depression() -> None:
    result = scored("hads", "2,,2,,0,,1,,1,,0,,2,")

    assert result.scores == {"anxiety": 8, "depression": None}
    assert result.bands == {"anxiety": "borderline", "depression": None}
    assert result.reason == "depression: no item was answered"
    assert (result.answered, result.missing) == (7, (2, 4, 6, 8, 10, 12, 14))


@pytest.mark.parametrize(("given", "item"), [("0,0,4,0,0,0,0,0,0,0", 3), ("0,0,0,0,0,0,0,0,0,-1", 10)])
@pytest.mark.parametrize("orientation", list(Orientation))
def test_an_answer_out_of_range_is_refused_by_its_item(given: str, item: int, orientation: Orientation) -> None:
    with pytest.raises(AnswerRefused) as refused:
        scored("epds", given, orientation)

    assert (refused.value.slug, refused.value.item) == ("answer-out-of-range", item)
    assert refused.value.field == f"items.{item}"
    assert str(refused.value) == f"Item {item} takes a whole number from 0 to 3."


@pytest.mark.parametrize("wrong", [True, 1.0, "1"])
def test_only_whole_numbers_are_answers(wrong: object) -> None:
    with pytest.raises(AnswerRefused):
        scored("gad7", [0, 0, wrong, 0, 0, 0, 0])  # type: ignore[list-item]


@pytest.mark.parametrize("given", ["0,0,0", "0,0,0,0,0,0,0,0,0,0,0"])
def test_a_wrong_number_of_answers_is_refused(given: str) -> None:
    with pytest.raises(WrongAnswerCount, match="epds has 10 items") as refused:
        scored("epds", given)

    assert (refused.value.slug, refused.value.field) == ("answer-count-wrong", "items")


def test_not_applicable_is_refused_where_the_form_has_none() -> None:
    with pytest.raises(NoSuchAnswer, match="Item 2") as refused:
        scored("phq9", "0,na,0,0,0,0,0,0,0")

    assert (refused.value.slug, refused.value.item) == ("answer-not-applicable", 2)


def test_not_applicable_is_left_out_or_worth_its_points() -> None:
    form = WHOLE.replace("maximum: 3}  # last", "maximum: 3, not_applicable: NA}")
    left_out = parse("form.yaml", form.replace("NA", "omit"))
    worth_two = parse("form.yaml", form.replace("NA", "2"))

    assert score(left_out, [3, 3, "na"]).scores == {"total": 6}
    assert score(left_out, [3, 3, "na"]).reason == "total: 1 not applicable and left out"
    assert score(left_out, [None, 3, "na"]).scores == {"total": None}
    assert score(worth_two, [3, 3, "na"]).scores == {"total": 8}
    assert score(worth_two, [3, 3, "na"]).complete is True
