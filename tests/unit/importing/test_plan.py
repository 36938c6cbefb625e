"""What an import would do: the good rows as people and measures, every problem by row and column."""

from datetime import date
from pathlib import Path

import pytest

from deploy.importing.located_yaml import BrokenFile
from tests.unit.importing.builders import MAPPING, a_file, a_row, found, the_plan


def test_a_good_row_becomes_a_person_with_a_measure_for_each_instrument(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row("P-1"), a_row("P-2", ethnicity="")))

    assert found(plan) == []
    assert (plan.rows, plan.measures) == (2, {"epds": 2, "hads": 2})
    first, second = plan.people
    assert (first.row, first.reference) == (2, "P-1")
    assert first.facts == {
        "nhs_number_missing_reason": "nhs-number-not-known",
        "ethnic_category": "A",
        "preferred_language": "en",
        "interpreter_required": False,
    }
    assert second.facts["ethnic_category"] == "Z"


def test_answers_stand_in_the_order_of_the_form_with_the_unasked_left_open(tmp_path: Path) -> None:
    epds, hads = the_plan(tmp_path, a_file(a_row())).people[0].forms

    assert epds.answers == (1, 1, 1, 1, 1, 1, 1, 1, 1, 0)
    assert hads.answers == (2, None, 2, None, 2, None, 2, None, 2, None, 2, None, 2, None)
    assert epds.shared == {"completed_on": date(2026, 5, 4), "infant_age_weeks": 33, "gestation_weeks": 39.5}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"E3": "4"}, ("E3", "answer-out-of-range")),
        ({"E3": "-1"}, ("E3", "answer-out-of-range")),
        ({"E3": "often"}, ("E3", "answer-not-a-number")),
        ({"E3": "1.5"}, ("E3", "answer-not-a-number")),
        ({"E3": "٣"}, ("E3", "wrong-encoding")),
        ({"E3": ""}, ("E3", "item-missing")),
        ({"H7": ""}, ("H7", "item-missing")),
        ({"day": "05/13/2026"}, ("day", "date-invalid")),
        ({"day": "2026-05-04"}, ("day", "date-invalid")),
        ({"day": "02/06/2026"}, ("day", "date-in-future")),
        ({"day": "01/01/1899"}, ("day", "date-too-early")),
        ({"day": ""}, ("day", "date-missing")),
        ({"age": "3"}, ("age", "value-unknown")),
        ({"gestation": "long"}, ("gestation", "value-invalid")),
        ({"gestation": "390"}, ("gestation", "value-invalid")),
        ({"gestation": "nan"}, ("gestation", "value-invalid")),
        ({"ethnicity": "9"}, ("ethnicity", "value-unknown")),
        ({"id": ""}, ("id", "reference-missing")),
        ({f"H{item}": "" for item in range(1, 14, 2)}, ("", "form-blank")),
    ],
)
def test_nothing_of_a_bad_row_goes_in(tmp_path: Path, changed: dict[str, str], problem: tuple[str, str]) -> None:
    mapping = MAPPING + "encoding: ascii\n" if problem[1] == "wrong-encoding" else MAPPING
    content = (
        a_file(a_row("P-1"))
        + ",".join({**a_row("P-2"), **changed}.values()).encode()
        + b"\n"
        + a_file(a_row("P-3")).split(b"\n")[1]
    )

    plan = the_plan(tmp_path, content, mapping)

    assert found(plan) == [(3, *problem)]
    assert [person.reference for person in plan.people] == ["P-1", "P-3"]
    assert (plan.rows, plan.bad_rows, plan.measures) == (3, 1, {"epds": 2, "hads": 2})


def test_every_problem_of_a_row_is_said_at_once(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row(E1="4", E2="x", E4="", E5="9", H1="", day="soon", age="7")))

    assert found(plan) == [
        (2, "E1", "answer-out-of-range"),
        (2, "E2", "answer-not-a-number"),
        (2, "E4", "item-missing"),
        (2, "E5", "answer-out-of-range"),
        (2, "H1", "item-missing"),
        (2, "age", "value-unknown"),
        (2, "day", "date-invalid"),
    ]


def test_a_day_that_stands_for_a_blank_cell_is_written_as_the_mapping_writes_days(tmp_path: Path) -> None:
    blank = MAPPING.replace("date_format: dd/mm/yyyy", "date_format: dd/mm/yyyy, blank: 2026-05-05")
    plan = the_plan(tmp_path, a_file(a_row("P-1", day=""), a_row("P-2")), blank)

    assert found(plan) == []
    assert [person.forms[0].shared["completed_on"] for person in plan.people] == [date(2026, 5, 5), date(2026, 5, 4)]


def test_a_problem_says_what_would_be_right_and_repeats_no_text_of_a_cell(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row("Jane", E1="4", E2="see Jane")))

    assert [problem.text for problem in plan.problems] == [
        "epds: Item 1 takes a whole number from 0 to 3. It is 4.",
        "item 2 of epds is not a whole number",
    ]
    assert "Jane" not in repr(plan)


def test_a_person_twice_on_one_date_goes_in_not_at_all(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row("P-1"), a_row("P-2"), a_row("P-1", E1="3")))

    assert found(plan) == [(2, "id", "person-twice"), (4, "id", "person-twice")]
    assert plan.problems[0].text == "the same person and completion date is in row 4 too"
    assert [person.reference for person in plan.people] == ["P-2"]


def test_a_person_on_two_dates_is_one_person_with_both_forms(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row("P-1"), a_row("P-1", day="01/06/2026")))

    assert found(plan) == []
    assert [(form.row, form.instrument) for form in plan.people[0].forms] == [
        (2, "epds"), (2, "hads"), (3, "epds"), (3, "hads"),
    ]  # fmt: skip


def test_a_person_whose_facts_differ_between_rows_is_a_problem_of_the_later_row(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row("P-1"), a_row("P-1", day="01/06/2026", ethnicity="2")))

    assert found(plan) == [(3, "", "person-facts-differ")]


def test_a_self_harm_answer_in_a_row_that_is_not_stored_is_said(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row(E10="2", E1=""), a_row("P-2", E10="2")))

    assert found(plan) == [(2, "E1", "item-missing"), (2, "E10", "risk-answer-not-stored")]


def test_a_self_harm_answer_given_by_position_is_turned_before_it_is_judged(tmp_path: Path) -> None:
    by_position = MAPPING.replace("code: epds\n    answers: oriented", "code: epds\n    answers: position")

    topmost_is_the_highest = the_plan(tmp_path, a_file(a_row(E10="0", E1="")), by_position)
    lowest_is_none = the_plan(tmp_path, a_file(a_row(E10="3", E1="")), by_position)

    assert (2, "E10", "risk-answer-not-stored") in found(topmost_is_the_highest)
    assert (2, "E10", "risk-answer-not-stored") not in found(lowest_is_none)


def test_an_instrument_nobody_filled_in_is_skipped_where_the_mapping_says_so(tmp_path: Path) -> None:
    skipping = MAPPING.replace("    scores: [anxiety]\n", "    scores: [anxiety]\n    when_blank: skip\n")
    no_hads = {f"H{item}": "" for item in range(1, 14, 2)}

    plan = the_plan(tmp_path, a_file(a_row("P-1", **no_hads), a_row("P-2")), skipping)

    assert found(plan) == []
    assert (plan.measures, plan.skipped) == ({"epds": 2, "hads": 1}, {"epds": 0, "hads": 1})


def test_a_row_without_any_answer_is_a_problem_even_then(tmp_path: Path) -> None:
    skipping = MAPPING.replace("    items:", "    when_blank: skip\n    items:")
    nothing = {column: "" for column in a_row() if column[0] in "EH"}

    assert found(the_plan(tmp_path, a_file(a_row(**nothing)), skipping)) == [(2, "", "form-blank")]


CORE10 = MAPPING.replace("code: epds", "code: core10")


def test_a_blank_item_that_the_instrument_allows_goes_in(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row(E4="", E1="4")), CORE10)

    assert found(plan) == []
    assert plan.people[0].forms[0].answers == (4, 1, 1, None, 1, 1, 1, 1, 1, 0)


def test_one_blank_item_more_is_an_incomplete_form(tmp_path: Path) -> None:
    plan = the_plan(tmp_path, a_file(a_row(E4="", E5="", E6="0")), CORE10)

    assert found(plan) == [(2, "E4", "item-missing"), (2, "E5", "item-missing")]


def test_not_applicable_is_refused_where_the_form_has_none(tmp_path: Path) -> None:
    mapping = MAPPING.replace("    scores: [anxiety]\n", "    scores: [anxiety]\n    not_applicable: [NA]\n")

    assert found(the_plan(tmp_path, a_file(a_row(H1="NA")), mapping)) == [(2, "H1", "answer-not-applicable")]


def test_columns_that_are_not_there_are_named_and_nothing_goes_in(tmp_path: Path) -> None:
    content = a_file(a_row()).replace(b"E7", b"Q7").replace(b"age", b"years")

    plan = the_plan(tmp_path, content)

    assert found(plan) == [(1, "E7", "column-missing"), (1, "age", "column-missing")]
    assert plan.refused_whole
    assert plan.people == ()


@pytest.mark.parametrize(
    ("good", "broken", "said"),
    [
        ("code: epds", "code: epsd", "line 12, instruments[1].code: no such instrument; there are core10, epds, gad7"),
        ("code: hads", "code: epds", "line 15, instruments[2].code: the instrument is in the list twice"),
        ("[anxiety]", "[worry]", "line 17, instruments[2].scores[1]: no such score; there are anxiety, depression"),
        (
            "    scores: [anxiety]\n",
            "",
            "instruments[2].items: the score depression needs items without a column: 2, 4",
        ),
        ("10: E10", "11: E10", "line 14, instruments[1].items.11: items are 1 to 10"),
        ("2: H}", "2: Q}", "line 5, person.ethnic_category.codes.2: This code is not in the list ethnic category."),
        (
            "preferred_language: en",
            "preferred_language: klingon",
            "line 6, person.preferred_language: This code is not",
        ),
        ("codes: {1: 20, 2: 33}", "codes: {1: 20, 2: old}", "form.infant_age_weeks.codes.2: must be a whole number"),
        ("{column: day, date_format: dd/mm/yyyy}", "2027-01-01", "line 8, form.completed_on: the date is after today"),
        ("{column: day, date_format: dd/mm/yyyy}", "04/05/2026", "form.completed_on: is not a date written yyyy-mm-dd"),
    ],
)
def test_a_mapping_that_asks_in_vain_is_refused_by_line(tmp_path: Path, good: str, broken: str, said: str) -> None:
    assert good in MAPPING

    with pytest.raises(BrokenFile) as refused:
        the_plan(tmp_path, a_file(a_row()), MAPPING.replace(good, broken))

    assert said in str(refused.value)
