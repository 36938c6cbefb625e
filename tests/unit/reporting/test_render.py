"""The report as a file: every figure of the JSON is in it, and nothing runs in a spreadsheet or a browser."""

import csv
import io
import json
from typing import Any

from deploy.reporting.pdf import as_pdf
from deploy.reporting.render import as_csv, as_html, as_json
from services.portal.report.evaluation import as_json as whole_report
from services.portal.web.presenters.equity import COLUMNS
from tests.unit.portal.test_report_parts import CASE_41, referred, report_of, scored

SPREAD = {"n": 410, "mean": 9.049, "sd": 6.758, "min": 0, "max": 28, "at_or_above": {"10": 173, "13": 109}}
NOBODY = {"n": 0, "mean": None, "sd": None, "min": None, "max": None, "at_or_above": {"10": 0}}
NO_PAIRS = {
    "n": 0,
    "mean_change": None,
    "sd_change": None,
    "ci95": None,
    "first": NOBODY,
    "last": NOBODY,
    "better": "lower",
}
REPORT: dict[str, Any] = {
    "pcn": "U00410",
    "pcn_name": "=Lakeside <Research>",
    "from": "2020-01-01",
    "to": "2030-01-01",
    "as_at": "2026-06-01T09:00:00+00:00",
    "reach": {
        "received": 3,
        "people": 3,
        "self_referred": 0,
        "accepted": 2,
        "by_strand": {"universal": 2},
        "by_source": {"A4": 3},
        "median_days_to_acceptance": 2,
        "waits": {"n": 0, "median_days": None},
    },
    "measures": [{"instrument": "epds", "score": "total", "first": SPREAD, "last": None, "pairs": NO_PAIRS}],
    "questionnaires": 820,
    "risk_flags": 62,
    "definitions": {"risk_flags": "Flags raised by a self-harm item."},
}


def lines() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(REPORT))))


def test_json_is_what_the_portal_said() -> None:
    assert json.loads(as_json(REPORT)) == REPORT


def test_csv_has_one_figure_a_line() -> None:
    figures = {(line["section"], line["instrument"], line["score"], line["figure"]): line["value"] for line in lines()}

    assert figures["measures", "epds", "total", "first.mean"] == "9.049"
    assert figures["measures", "epds", "total", "first.at_or_above.10"] == "173"
    assert figures["measures", "epds", "total", "last"] == ""
    assert figures["reach", "", "", "by_strand.universal"] == "2"
    assert figures["report", "", "", "risk_flags"] == "62"


def test_csv_hands_a_spreadsheet_no_formula() -> None:
    assert [line["value"] for line in lines() if line["figure"] == "pcn_name"] == ["'=Lakeside <Research>"]


def test_html_shows_the_figures_and_escapes_what_people_wrote() -> None:
    page = as_html(REPORT)

    assert "173 at 10 or more; 109 at 13 or more" in page
    assert "820 questionnaires, 62 risk flags" in page
    assert "=Lakeside &lt;Research&gt;" in page
    assert "Flags raised by a self-harm item." in page


def test_html_of_an_empty_period_says_so() -> None:
    assert "No measure was completed in the period." in as_html({**REPORT, "measures": []})


def test_html_loads_nothing_from_anywhere() -> None:
    page = as_html(REPORT)

    assert not [word for word in ("<script", "src=", "href=", "http://", "https://", "url(") if word in page]


def a_whole_report() -> dict[str, Any]:
    """As the portal gives it: three people of a published case, and twelve who were referred."""
    people = {f"record-{name}": scored(name, ("core10", first), ("core10", last)) for name, first, last in CASE_41}
    requests = {stream: events for number in range(12) for stream, events in referred(number).items()}
    return json.loads(as_json(whole_report(report_of({**people, **requests}))))


def test_html_has_every_part_with_its_method_beside_it() -> None:
    report = a_whole_report()
    page = as_html(report)

    for title in (
        "Reach",
        "Waits",
        "Activity",
        "The four impacts",
        "Equity",
        "Confidence",
        "Local families",
        "Data quality",
    ):
        assert f">{title}</h" in page, title
    for name, words in report["definitions"].items():
        assert words.replace("'", "&#39;") in page, name
    for heading in COLUMNS.values():
        assert heading in page


def test_html_hides_small_numbers_as_the_report_does() -> None:
    assert "<td>*</td>" in as_html(a_whole_report())


def test_a_pdf_is_tagged_and_the_same_bytes_again() -> None:
    report = a_whole_report()
    made = as_pdf(report)

    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made
    assert as_pdf(report) == made
