"""`perinatal report` refuses wrong use before it asks anybody."""

import pytest
import typer
from typer.testing import CliRunner

from deploy.cli import importing, reporting

app = typer.Typer()
reporting.register(app)
# A second command, so that `report` is a word of its own as it is in `perinatal`.
importing.register(app)

PERIOD = {"--pcn": "U00410", "--from": "2026-01-01", "--to": "2026-06-30"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"--pcn": "U0041"}, "organisation code"),
        ({"--from": "January"}, "January is not a date"),
        ({"--to": "2025-12-31"}, "the period ends on 2025-12-31, before it begins"),
        ({"--as-at": "yesterday"}, "yesterday is not a date or a time"),
        ({"--format": "xlsx"}, "xlsx is none of json, csv, html, pdf"),
    ],
)
def test_wrong_use_ends_with_2(options: dict[str, str], said: str) -> None:
    words = [word for option in {**PERIOD, **options}.items() for word in option]

    done = CliRunner().invoke(app, ["report", *words])

    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("2026-05-04", "2026-05-04"),
        ("20260504", "2026-05-04"),
        ("2026-05-04T09:00", "2026-05-04T09:00:00+01:00"),
        ("2026-12-04T09:00", "2026-12-04T09:00:00+00:00"),
        ("2026-05-04T09:00:00Z", "2026-05-04T09:00:00+00:00"),
    ],
)
def test_a_day_stays_a_day_and_a_time_has_a_zone(written: str, asked: str) -> None:
    assert reporting._moment(written) == asked
