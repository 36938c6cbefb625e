"""`perinatal import measures` as far as it goes without a stack: plan, review, exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from deploy.cli import importing
from tests.unit.importing.builders import MAPPING, a_file, a_row

app = typer.Typer()
importing.register(app)


def the_command(
    folder: Path, content: bytes, *options: str, mapping: str = MAPPING, name: str = "clinic.csv"
) -> Result:
    (folder / name).write_bytes(content)
    (folder / "mapping.yaml").write_text(mapping, "utf-8")
    words = ["import", "measures", str(folder / name), "--mapping", str(folder / "mapping.yaml"), "--pcn", "U00410"]
    return CliRunner().invoke(app, [*words, *options])


def the_summary(done: Result) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def test_a_file_without_a_problem_could_go_in(tmp_path: Path) -> None:
    done = the_command(tmp_path, a_file(a_row("P-1"), a_row("P-2")), "--dry-run", "--json")

    assert done.exit_code == 0
    assert the_summary(done) == {
        "pcn": "U00410",
        "mapping": "clinic-one",
        "dry_run": True,
        "rows": 2,
        "bad_rows": 0,
        "planned": {"people": 2, "measures": {"epds": 2, "hads": 2}, "skipped": {"epds": 0, "hads": 0}},
        "people": None,
        "measures": None,
        "visible": None,
        "problems": [],
        "done": True,
    }


def test_a_bad_row_fails_a_dry_run_and_is_listed(tmp_path: Path) -> None:
    done = the_command(tmp_path, a_file(a_row("P-1"), a_row("P-2", E3="4")), "--dry-run", "--json")

    assert done.exit_code == 1
    assert the_summary(done)["problems"] == [
        {
            "row": 3,
            "column": "E3",
            "slug": "answer-out-of-range",
            "text": "epds: Item 3 takes a whole number from 0 to 3. It is 4.",
        }
    ]


def test_people_read_the_problems_as_a_list(tmp_path: Path) -> None:
    done = the_command(tmp_path, a_file(a_row("P-1"), a_row("P-2", E3="")), "--dry-run")

    assert done.exit_code == 1
    assert "2 rows, 1 of them with problems" in done.stdout
    assert "item 3 of epds is blank" in " ".join(done.stdout.split())


def test_a_column_that_is_not_there_fails_and_nothing_is_sent(tmp_path: Path) -> None:
    done = the_command(tmp_path, a_file(a_row()).replace(b"E7", b"Q7"), "--yes", "--json")

    assert done.exit_code == 1
    assert [(found["row"], found["column"]) for found in the_summary(done)["problems"]] == [(1, "E7")]
    assert the_summary(done)["people"] is None


def test_a_broken_mapping_is_wrong_use_and_said_by_line(tmp_path: Path) -> None:
    done = the_command(tmp_path, a_file(a_row()), "--dry-run", mapping=MAPPING.replace("10: E10", "11: E10"))

    assert done.exit_code == 2
    assert "mapping.yaml, line 14, instruments[1].items.11: items are 1 to 10" in done.stderr


@pytest.mark.parametrize(
    ("options", "name", "said"),
    [
        (["--dry-run", "--pcn", "U1"], "clinic.csv", "organisation code"),
        (["--dry-run"], "clinic.xlsx", "save the sheet as CSV UTF-8"),
        ([], "clinic.csv", "add --yes"),
    ],
)
def test_wrong_use_ends_with_2(tmp_path: Path, options: list[str], name: str, said: str) -> None:
    done = the_command(tmp_path, a_file(a_row()), *options, name=name)

    assert (done.exit_code, said in done.stderr) == (2, True)
