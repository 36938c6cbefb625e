"""`perinatal import measures`: a spreadsheet of questionnaires, reviewed before anything is sent."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.cli.client import Client
from deploy.cli.networks import require_known
from deploy.cli.options import PcnOption
from deploy.cli.output import err, out
from deploy.importing.commands import commands
from deploy.importing.located_yaml import BrokenFile
from deploy.importing.mapping import ImportMapping, load
from deploy.importing.plan import Plan, Rules, check, plan
from deploy.importing.problems import Problem
from deploy.importing.run import Import, Outcome, Patience, Tally
from deploy.importing.spreadsheet import read
from deploy.local.errors import StackError
from deploy.local.home import here
from services.kit.tenancy import TenantId
from services.outcomes.library import read_library
from services.referral.codes import read_codes

LONDON = ZoneInfo("Europe/London")
FAILED, WRONG_USE = 1, 2
ACCOUNT = "importer"
GO_ON = "What was sent is kept: run the same command again to go on."
STAGES = {"people": "Register people", "measures": "Record measures", "portal": "Wait for the portal"}

app = typer.Typer(help="Bring a network's spreadsheets in, with a review before anything is stored.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The spreadsheet, as CSV.")]
MappingOption = Annotated[
    Path, typer.Option("--mapping", exists=True, dir_okay=False, readable=True, help="Which column means what (YAML).")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and show, send nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before the good rows are sent.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for programs.")]


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="import")


@app.callback()
def _several() -> None:
    """Keeps `import measures` two words: more kinds of spreadsheet follow."""


@app.command()
def measures(
    *,
    file: File,
    mapping: MappingOption,
    pcn: PcnOption,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Item-level questionnaires: registers the people and records their measures. See docs/operations/import.md."""
    planned = _plan(file, mapping, pcn)
    if not as_json:
        _show(planned)
    outcome = None if dry_run or not planned.people else _send(planned, asked=yes or _agreed(planned))
    if as_json:
        sys.stdout.write(json.dumps(summary(planned, outcome, dry_run=dry_run)) + "\n")
    elif outcome:
        _show_outcome(outcome)
    raise typer.Exit(0 if is_done(planned, outcome, dry_run=dry_run) else FAILED)


def is_done(planned: Plan, outcome: Outcome | None, *, dry_run: bool) -> bool:
    """Whether everything in the file is stored or, for a dry run, could be."""
    sent = outcome is not None or dry_run or not planned.people
    return sent and not planned.problems and (outcome is None or (outcome.visible and not outcome.problems))


def summary(planned: Plan, outcome: Outcome | None, *, dry_run: bool) -> dict[str, Any]:
    """The machine's view of an import; docs/operations/import.md says what each field means."""
    problems = [*planned.problems, *(outcome.problems if outcome else ())]
    return {
        "pcn": planned.pcn,
        "mapping": planned.mapping,
        "dry_run": dry_run,
        "rows": planned.rows,
        "bad_rows": planned.bad_rows,
        "planned": {"people": len(planned.people), "measures": planned.measures, "skipped": dict(planned.skipped)},
        "people": asdict(outcome.people) if outcome else None,
        "measures": asdict(outcome.measures) if outcome else None,
        "visible": outcome.visible if outcome else None,
        "problems": [_problem(problem) for problem in problems],
        "done": is_done(planned, outcome, dry_run=dry_run),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"row": problem.row, "column": problem.column, "slug": problem.slug, "text": problem.text}


def _plan(file: Path, mapping: Path, pcn: TenantId) -> Plan:
    if file.suffix.lower() in {".xlsx", ".xls", ".ods"}:
        raise typer.BadParameter("workbooks are not read: save the sheet as CSV UTF-8", param_hint="FILE")
    rules = Rules(outcomes=read_library(), codes=read_codes(), today=datetime.now(LONDON).date())
    loaded = _mapping(mapping, rules)
    sheet = read(file.read_bytes(), encoding=loaded.encoding, delimiter=loaded.delimiter)
    return plan(pcn, loaded, sheet, rules)


def _mapping(path: Path, rules: Rules) -> ImportMapping:
    try:
        loaded, document = load(path)
        mistakes: Sequence[object] = check(loaded, rules, document)
    except BrokenFile as broken:
        mistakes = broken.mistakes
    for mistake in mistakes:
        err.print(f"[bold red]error:[/] {escape(f'{path.name}, {mistake}')}")
    if mistakes:
        raise typer.Exit(WRONG_USE)
    return loaded


def _agreed(planned: Plan) -> bool:
    """Ask the person at the terminal; a program has to say --yes. Raises Exit."""
    if not sys.stdin.isatty():
        err.print("[bold red]error:[/] nobody is here to ask: add --yes to send the good rows, or --dry-run")
        raise typer.Exit(WRONG_USE)
    forms = sum(planned.measures.values())
    return typer.confirm(f"Send {len(planned.people)} people with {forms} measures to {planned.pcn}?", err=True)


def _send(planned: Plan, *, asked: bool) -> Outcome | None:
    if not asked:
        err.print("Nothing was sent.")
        return None
    with Client(here(), ACCOUNT) as client, _bars() as bars:
        require_known(planned.pcn, client.networks())
        run = Import(pcn=planned.pcn, services=client, progress=bars, patience=Patience())
        return _told_how_to_go_on(run, planned)


def _told_how_to_go_on(run: Import, planned: Plan) -> Outcome:
    try:
        return run.run(commands(planned))
    except KeyboardInterrupt:
        err.print(f"Stopped. {GO_ON}")
        raise typer.Exit(FAILED) from None
    except StackError as problem:
        raise StackError(f"{problem}. {GO_ON}", detail=problem.detail) from problem


class Bars:
    """A bar for each stage, on standard error."""

    def __init__(self, drawn: Progress) -> None:
        self._drawn = drawn
        self._tasks: dict[str, TaskID] = {}

    def begin(self, stage: str, total: int) -> None:
        self._tasks[stage] = self._drawn.add_task(STAGES[stage], total=total)

    def advance(self, stage: str) -> None:
        self._drawn.advance(self._tasks[stage])


@contextmanager
def _bars() -> Iterator[Bars]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as drawn:
        yield Bars(drawn)


def _show(planned: Plan) -> None:
    good = f"{planned.bad_rows} of them with problems" if planned.problems else "none with a problem"
    out.print(f"{planned.mapping}: {planned.rows} rows, {good}")
    table = Table("would go in", "number", box=None)
    table.add_row("people", str(len(planned.people)))
    for instrument, number in planned.measures.items():
        skipped = planned.skipped.get(instrument)
        table.add_row(instrument, f"{number} ({skipped} not filled in)" if skipped else str(number))
    out.print(table)
    if planned.refused_whole:
        out.print("Nothing of this file can go in:")
    _show_problems(planned.problems)


def _show_outcome(outcome: Outcome) -> None:
    out.print(f"people:   {_counted(outcome.people)}")
    out.print(f"measures: {_counted(outcome.measures)}")
    if not outcome.visible:
        out.print("The portal does not show all of it yet: see `perinatal status`")
    _show_problems(outcome.problems)


def _counted(tally: Tally) -> str:
    refused = f", {tally.refused} refused" if tally.refused else ""
    return f"{tally.new} new, {tally.already_there} already there{refused}"


def _show_problems(problems: Sequence[Problem]) -> None:
    if problems:
        table = Table("row", "column", "problem", box=None)
        for problem in problems:
            table.add_row(str(problem.row), escape(problem.column), escape(problem.text))
        out.print(table)
