"""The report as comma-separated text: a figure a line, in the form of the command line's own."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

_COLUMNS = ("section", "instrument", "score", "figure", "value")
# A spreadsheet takes a text that begins like this for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: Mapping[str, Any]) -> str:
    """`report` is that of `as_json`; `figure` is its dotted place there, within its section."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(_COLUMNS)
    for line in _lines(report):
        lines.writerow([safe(value) for value in line])
    return text.getvalue()


def safe(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _lines(report: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, Any]]:
    for section, value in report.items():
        match value:
            case list():
                for entry in value:
                    figures = {name: part for name, part in entry.items() if name not in ("instrument", "score")}
                    yield from (
                        (section, entry["instrument"], entry["score"], figure, leaf)
                        for figure, leaf in _leaves(figures)
                    )
            case dict():
                yield from ((section, "", "", figure, leaf) for figure, leaf in _leaves(value))
            case _:
                yield "report", "", "", section, value


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
