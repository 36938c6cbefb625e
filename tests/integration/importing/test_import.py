"""A spreadsheet through the whole platform: command line, services, PostgreSQL, Kafka, portal, and the report."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from deploy.local.stack import Stack
from tests.integration.importing.conftest import MAPPING, CommandLine

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

BringOn = Callable[[str], str]

COLUMNS = [
    "Participant_number", "Gestationnal_age", "Age_bb",
    *(f"EPDS_{item}" for item in range(1, 11)),
    *(f"HADS_{item}" for item in range(1, 14, 2)),
]  # fmt: skip


def a_row(number: int, **changed: str) -> dict[str, str]:
    """A parent with 10 EPDS points, none of them on item 10, and 7 of HADS anxiety; but for what is changed."""
    answers = {column: "1" for column in COLUMNS if column.startswith(("EPDS", "HADS"))}
    row = {"Participant_number": f"made-up-{number}", "Gestationnal_age": "39.5", "Age_bb": "1", **answers}
    return {**row, "EPDS_1": "2", "EPDS_10": "0", **changed}


def a_file(folder: Path, *rows: dict[str, str], encoding: str = "latin-1") -> Path:
    path = folder / "clinic.csv"
    lines = [",".join(COLUMNS), *(",".join(row[column] for column in COLUMNS) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding)
    return path


def tally(new: int = 0, already_there: int = 0, refused: int = 0) -> dict[str, int]:
    return {"new": new, "already_there": already_there, "refused": refused}


def test_the_research_data_set_gives_its_known_figures(
    perinatal: CommandLine, bring_on: BringOn, research_data: Path
) -> None:
    pcn = bring_on("U00410")

    code, summary = perinatal.import_measures(research_data, pcn)

    assert (code, summary["done"], summary["visible"], summary["problems"]) == (0, True, True, [])
    assert (summary["people"], summary["measures"]) == (tally(new=410), tally(new=820))
    report = perinatal.report(pcn)
    scores = {(figures["instrument"], figures["score"]): figures["first"] for figures in report["measures"]}
    epds, anxiety = scores["epds", "total"], scores["hads", "anxiety"]
    assert {name: epds[name] for name in ("n", "mean", "sd", "min", "max")} == {
        "n": 410, "mean": 9.049, "sd": 6.758, "min": 0, "max": 28,
    }  # fmt: skip
    assert (epds["at_or_above"]["10"], epds["at_or_above"]["13"]) == (173, 109)
    assert (anxiety["n"], anxiety["mean"], anxiety["sd"]) == (410, 7.839, 4.26)
    assert (anxiety["at_or_above"]["8"], anxiety["at_or_above"]["11"]) == (195, 106)
    assert report["risk_flags"] == 62

    code, again = perinatal.import_measures(research_data, pcn)

    assert code == 0
    assert (again["people"], again["measures"]) == (tally(already_there=410), tally(already_there=820))
    unchanged = perinatal.report(pcn)
    assert (unchanged["measures"], unchanged["risk_flags"]) == (report["measures"], report["risk_flags"])


def test_nothing_of_a_bad_row_is_stored_and_the_good_rows_go_in(
    perinatal: CommandLine, bring_on: BringOn, tmp_path: Path
) -> None:
    pcn = bring_on("U00411")
    file = a_file(
        tmp_path,
        a_row(1),
        a_row(2, EPDS_3="4"),
        a_row(3, HADS_5="often"),
        a_row(4, EPDS_7=""),
        a_row(5),
        a_row(5),
        a_row(6, EPDS_10="3"),
    )

    code, summary = perinatal.import_measures(file, pcn)

    assert code == 1
    assert [(problem["row"], problem["column"], problem["slug"]) for problem in summary["problems"]] == [
        (3, "EPDS_3", "answer-out-of-range"),
        (4, "HADS_5", "answer-not-a-number"),
        (5, "EPDS_7", "item-missing"),
        (6, "Participant_number", "person-twice"),
        (7, "Participant_number", "person-twice"),
    ]
    assert (summary["people"], summary["measures"], summary["visible"]) == (tally(new=2), tally(new=4), True)
    report = perinatal.report(pcn)
    assert (report["measures"][0]["first"]["n"], report["risk_flags"]) == (2, 1)


def test_a_dry_run_sends_nothing(perinatal: CommandLine, bring_on: BringOn, tmp_path: Path) -> None:
    pcn = bring_on("U00412")

    code, summary = perinatal.import_measures(a_file(tmp_path, a_row(1)), pcn, "--dry-run")

    assert (code, summary["planned"]["people"], summary["people"]) == (0, 1, None)
    assert perinatal.report(pcn)["measures"] == []


def test_a_changed_answer_of_a_form_that_is_there_is_said_and_not_stored(
    perinatal: CommandLine, bring_on: BringOn, tmp_path: Path
) -> None:
    pcn = bring_on("U00413")
    perinatal.import_measures(a_file(tmp_path, a_row(1), a_row(2)), pcn)

    code, summary = perinatal.import_measures(a_file(tmp_path, a_row(1), a_row(2, EPDS_2="3"), a_row(3)), pcn)

    assert code == 1
    assert [(problem["row"], problem["slug"]) for problem in summary["problems"]] == [(3, "measure-already-recorded")]
    assert summary["people"] == tally(new=1, already_there=2)
    assert summary["measures"] == tally(new=2, already_there=3, refused=1)
    assert perinatal.report(pcn)["measures"][0]["first"]["max"] == 10


async def test_killed_in_the_middle_and_run_again_it_ends_the_same(
    perinatal: CommandLine, bring_on: BringOn, stack: Stack, tmp_path: Path
) -> None:
    pcn = bring_on("U00414")
    file = a_file(tmp_path, *(a_row(number, EPDS_10=str(number % 4)) for number in range(200)))

    with perinatal.start("import", "measures", file, "--mapping", MAPPING, "--pcn", pcn, "--yes") as importing:
        await measures_stored(stack, pcn, at_least=40)
        importing.send_signal(signal.SIGKILL)
    assert importing.returncode == -signal.SIGKILL
    assert await measures_stored(stack, pcn, at_least=40) < 400

    code, summary = perinatal.import_measures(file, pcn)

    assert (code, summary["visible"]) == (0, True)
    assert summary["people"]["new"] + summary["people"]["already_there"] == 200
    assert summary["measures"]["new"] + summary["measures"]["already_there"] == 400
    assert summary["measures"]["already_there"] >= 40
    report = perinatal.report(pcn)
    assert [figures["first"]["n"] for figures in report["measures"]] == [200, 200]
    assert report["risk_flags"] == 150


async def measures_stored(stack: Stack, pcn: str, *, at_least: int) -> int:
    """Wait until outcomes has stored so many measures of a network; how many there are."""
    dsn = stack.wiring.databases.admin.rsplit("/", 1)[0] + "/outcomes"
    connection = await asyncpg.connect(dsn)
    until = time.monotonic() + 60
    try:
        while time.monotonic() < until:
            stored = await connection.fetchval(
                "select count(*) from events where tenant = $1 and type like 'measure-recorded%'", pcn
            )
            if stored >= at_least:
                return int(stored)
    finally:
        await connection.close()
    raise AssertionError(f"fewer than {at_least} measures of {pcn} after a minute")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--pcn", "U0041"], 2, "organisation code"),
        (["--pcn", "U00999", "--yes"], 2, "pcn-unknown"),
        (["--pcn", "U00410"], 2, "add --yes"),
    ],
)
def test_wrong_use_is_said_in_one_line(
    perinatal: CommandLine, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    done = perinatal.run("import", "measures", a_file(tmp_path, a_row(1)), "--mapping", MAPPING, *words)

    assert (done.returncode, said in " ".join(done.stderr.split())) == (code, True), done.stderr


def test_a_network_that_is_not_there_has_no_report(perinatal: CommandLine) -> None:
    done = perinatal.run("report", "--pcn", "U00999", "--from", "2026-01-01", "--to", "2026-02-01")

    assert (done.returncode, done.stdout) == (2, "")
    assert "pcn-unknown: U00999" in done.stderr
