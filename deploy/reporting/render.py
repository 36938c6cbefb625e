"""Turn the portal's report (JSON, services/portal/report/evaluation.py) into the text of a file. No figure is computed here."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.reporting.document import Report, sections

COLUMNS = ("section", "instrument", "score", "figure", "value")
# A spreadsheet takes a text that begins like this for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)


def as_json(report: Report) -> str:
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def as_csv(report: Report) -> str:
    """One figure a line; `figure` is its dotted place in the JSON, within its section."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for row in rows(report):
        lines.writerow([_safe(value) for value in row])
    return text.getvalue()


def as_html(report: Report) -> str:
    """One page that needs nothing else: no script, no style sheet, no picture from anywhere."""
    page = _templates.get_template("report.html.jinja")
    return page.render(report=report, sections=sections(report)) + "\n"


def rows(report: Report) -> Iterator[tuple[str, str, str, str, Any]]:
    """Every figure of a report: section, instrument, score, figure, value."""
    for name, value in report.items():
        match value:
            case list():
                yield from _by_score(name, value)
            case dict():
                yield from ((name, "", "", figure, leaf) for figure, leaf in _leaves(value))
            case _:
                yield "report", "", "", name, value


def _by_score(section: str, entries: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str, Any]]:
    for entry in entries:
        figures = {name: part for name, part in entry.items() if name not in ("instrument", "score")}
        for figure, leaf in _leaves(figures):
            yield section, entry["instrument"], entry["score"], figure, leaf


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    match value:
        case dict():
            for name, part in value.items():
                yield from _leaves(part, f"{path}.{name}" if path else str(name))
        case list():
            for place, part in enumerate(value):
                yield from _leaves(part, f"{path}.{place}")
        case _:
            yield path, value


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
