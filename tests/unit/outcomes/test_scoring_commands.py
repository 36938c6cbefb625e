"""`perinatal score | change | recovery`, as a person or a program would call them."""

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from deploy.cli.scoring import register

app = typer.Typer()
register(app)


def run(line: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    result = CliRunner().invoke(app, line.split(" "))
    return result.exit_code, result.stdout, result.stderr


def given(line: str) -> dict[str, Any]:
    code, out, err = run(line)
    assert (code, err) == (0, "")
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_score_prints_the_whole_result() -> None:
    assert given("score epds --items 0,2,1,0,0,1,3,0,0,1") == {
        "instrument": "epds",
        "version": "1",
        "scores": {"total": 8},
        "bands": {"total": "unlikely"},
        "flags": [{"item": 10, "answer": 1, "concern": "self-harm"}],
        "complete": True,
        "answered": 10,
        "missing": [],
        "reason": None,
    }


def test_an_empty_place_is_not_answered() -> None:
    answer = given("score phq9 --items 0,1,,3,0,1,2,3,1 --json")

    assert (answer["scores"], answer["missing"], answer["answered"]) == ({"total": None}, [3], 8)
    assert answer["flags"] == [{"item": 9, "answer": 1, "concern": "self-harm"}]
    assert answer["reason"] == "total: 1 of 9 items not answered, none may be missing"


def test_positions_are_turned_by_the_form() -> None:
    assert given("score EPDS --positions --items 0,0,0,0,0,0,0,0,0,0")["scores"] == {"total": 21}
    assert given("score hads --items 0,0,0,0,0,0,0,0,0,0,0,0,0,0 --positions")["scores"] == {
        "anxiety": 15,
        "depression": 9,
    }


def test_a_prorated_score_is_a_fraction_and_a_whole_one_is_not() -> None:
    assert given("score core10 --items 4,4,0,0,0,0,0,0,0,0")["scores"] == {"total": 8}
    assert given("score core10 --items 4,3,0,0,0,0,0,0,0,")["scores"]["total"] == pytest.approx(70 / 9)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("score epds --items 0,0,4,0,0,0,0,0,0,0", "Item 3 takes a whole number from 0 to 3. It was given 4."),
        ("score epds --items -1,0,0,0,0,0,0,0,0,0", "Item 1"),
        ("score epds --items 0,0,often,0,0,0,0,0,0,0", "item 3: “often”"),
        ("score epds --items 0,0,1.5,0,0,0,0,0,0,0", "item 3: “1.5”"),
        ("score epds --items na,0,0,0,0,0,0,0,0,0", "Item 1 has no “not applicable”"),
        ("score epds --items 0,0,0", "epds has 10 items; the number of answers is 3."),
        ("score epds --items ", "epds has 10 items; the number of answers is 1."),
        ("score bdi --items 0", "there is no instrument “bdi”; there are core10, epds, gad7, hads, phq9"),
        ("score epds", "--items"),
        ("change epds --first 31 --last 4", "The first epds total must be from 0 to 30."),
        ("change epds --first 3 --last nan", "--last: “nan” is not a number"),
        ("change epds --first 3 --last four", "--last: “four” is not a number"),
        ("change epds --first 3", "--last"),
        ("change hads --first 3 --last 4", "Name one of the scores of hads: anxiety, depression."),
        ("change core10 --first 3 --last 4 --rule mine", "barkham-2013, nhs-england-mhsds"),
        ("change bdi --first 3 --last 4", "there is no instrument “bdi”"),
        ("recovery --phq9 15,9 --gad7 12", "--gad7: two scores are needed, FIRST,LAST"),
        ("recovery --phq9 28,9 --gad7 12,7", "The first phq9 total must be from 0 to 27."),
    ],
)
def test_wrong_use_ends_with_2_and_names_what_is_wrong(line: str, named: str) -> None:
    code, out, err = run(line)

    assert (code, out) == (2, "")
    assert named in err


def test_change_prints_difference_improvement_and_the_rule_used() -> None:
    assert given("change phq9 --first 15 --last 9") == {
        "difference": -6,
        "improvement": 6,
        "class": "improved",
        "threshold": 6,
        "rule": "nhs-talking-therapies: change >= 6 points (NHS Talking Therapies)",
    }
    assert given("change epds --first 4 --last 9")["class"] == "deteriorated"
    assert given("change core10 --first 20 --last 15 --rule nhs-england-mhsds")["class"] == "improved"


def test_change_of_one_half_of_hads() -> None:
    answer = given("change hads --first 14 --last 7 --score anxiety")

    assert (answer["difference"], answer["improvement"], answer["class"]) == (-7, 7, None)


def test_recovery_prints_its_four_answers() -> None:
    assert given("recovery --phq9 15,9 --gad7 12,7") == {
        "caseness_at_start": True,
        "recovered": True,
        "reliable": "improved",
        "reliable_recovery": True,
    }
    assert given("recovery --phq9 15,8 --gad7 9,13")["reliable"] == "mixed"
