"""The report as a PDF that screen readers can follow (PDF/UA-1): set by Typst, which needs nothing of the system."""

import importlib
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import ModuleType

from deploy.local.errors import StackError
from deploy.reporting.document import Report, sections

_TEMPLATE = Path(__file__).parent / "report.typ"
_STANDARD = "ua-1"


def as_pdf(report: Report) -> bytes:
    """The same report gives the same bytes. Raises StackError."""
    typst = _typesetter()
    content = json.dumps(_content(report), ensure_ascii=False)
    made: bytes = typst.compile(
        str(_TEMPLATE), sys_inputs={"content": content}, pdf_standards=[_STANDARD], ignore_system_fonts=True
    )
    return made


def _typesetter() -> ModuleType:
    """An extra of the project: whoever does without PDF does without its eighty megabytes."""
    try:
        return importlib.import_module("typst")
    except ModuleNotFoundError:
        raise StackError(
            "a PDF needs the package typst, which `make install` brings: or take html and print it"
        ) from None


def _content(report: Report) -> dict[str, object]:
    day = datetime.fromisoformat(report["as_at"])
    name = report["pcn_name"] or report["pcn"]
    return {
        "title": f"Evaluation report {report['pcn']}, {report['from']} to {report['to']}",
        "subtitle": f"{name} ({report['pcn']}), {report['from']} to {report['to']}, as at {report['as_at']}",
        "as_at_day": [day.year, day.month, day.day],
        "sections": [asdict(section) for section in sections(report)],
    }
