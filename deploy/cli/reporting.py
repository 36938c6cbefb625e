"""`perinatal report`: the evaluation report of a network as a file."""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deploy.cli.client import Client
from deploy.cli.networks import require_known
from deploy.cli.options import PcnOption
from deploy.local.errors import explained
from deploy.local.home import here
from deploy.reporting.document import Report
from deploy.reporting.pdf import as_pdf
from deploy.reporting.render import as_csv, as_html, as_json

LONDON = ZoneInfo("Europe/London")
ACCOUNT = "importer"
STANDARD_OUTPUT = "-"


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"


RENDERERS: Mapping[Format, Callable[[Report], bytes]] = {
    Format.JSON: lambda report: as_json(report).encode(),
    Format.CSV: lambda report: as_csv(report).encode(),
    Format.HTML: lambda report: as_html(report).encode(),
    Format.PDF: as_pdf,
}


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise typer.BadParameter(f"{written} is not a date, as in 2026-05-04") from error


def _moment(written: str) -> str:
    """A day, which the portal takes to its end, or a time; one without a zone is London's."""
    with suppress(ValueError):
        return date.fromisoformat(written).isoformat()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise typer.BadParameter(f"{written} is not a date or a time, as in 2026-05-04T09:00:00+01:00") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).isoformat()


def _format(written: str) -> Format:
    if written not in list(Format):
        raise typer.BadParameter(f"{written} is none of {', '.join(Format)}")
    return Format(written)


FromOption = Annotated[date, typer.Option("--from", metavar="DAY", parser=_day, help="First day of the period.")]
ToOption = Annotated[date, typer.Option("--to", metavar="DAY", parser=_day, help="Last day of the period, included.")]
AsAtOption = Annotated[
    str | None,
    typer.Option("--as-at", metavar="TIME", parser=_moment, help="As it was known then; a day means its end."),
]
FormatOption = Annotated[Format, typer.Option("--format", metavar="json|csv|html|pdf", parser=_format)]
OutputOption = Annotated[str, typer.Option("--output", "-o", metavar="PATH", help="- is standard output.")]


def register(root: typer.Typer) -> None:
    root.command("report")(report)


def report(
    *,
    pcn: PcnOption,
    first: FromOption,
    last: ToOption,
    as_at: AsAtOption = None,
    written_as: FormatOption = Format.JSON,
    output: OutputOption = STANDARD_OUTPUT,
) -> None:
    """The evaluation report: reach and measures of a period, as at a moment."""
    if first > last:
        raise typer.BadParameter(f"the period ends on {last}, before it begins", param_hint="--to")
    asked = {"from": first.isoformat(), "to": last.isoformat()}
    if as_at is not None:
        asked["as_at"] = as_at
    with Client(here(), ACCOUNT) as client:
        require_known(pcn, client.networks())
        found: Report = client.get("portal", f"/v1/pcns/{pcn}/report", asked)
    _write(RENDERERS[written_as](found), output)


def _write(content: bytes, output: str) -> None:
    if output == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        return
    path = Path(output)
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise explained(problem, path.parent) from problem
