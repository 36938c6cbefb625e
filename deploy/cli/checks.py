"""How the commands that check show what they found, and what their exit code is."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import typer
from rich.markup import escape

from deploy.cli.output import err, out
from deploy.operations.findings import Finding


def conclude(told: Any, findings: Sequence[Finding], *, as_json: bool) -> None:
    """JSON for programs, else the places; exit code 1 when there is one. Raises typer.Exit."""
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
    for finding in findings if not as_json else ():
        err.print(f"[bold red]{finding.check}[/] {escape(finding.place)}")
    if not findings and not as_json:
        out.print("All of it holds.")
    raise typer.Exit(1 if findings else 0)
