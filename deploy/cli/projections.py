"""`projections status | rebuild | verify | swap | rollback`: read models built anew beside the live ones."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from deploy.cli.networks import require_network
from deploy.cli.options import AnyPcnOption, AsJson, DryRun
from deploy.cli.output import err, out
from deploy.operations import projections as operations
from deploy.operations.installation import Installation, this_installation
from deploy.operations.projections import Status, Work
from services.kit.rebuild.copies import Compared, Place
from services.kit.rebuild.source import Tell

FAILED = 1

commands = typer.Typer(
    help="Read models: see them, build them anew beside the live ones, put them in place.", no_args_is_help=True
)

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="As in referral.waiting_list.")]
Everything = Annotated[bool, typer.Option("--all", help="Every read model of every service.")]
NoSwap = Annotated[bool, typer.Option("--no-swap", help="Build and stop there: `swap` puts it in place later.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One service's part: how many events were read, how long all of it took, and how the rows compare with the live ones."""

    service: str
    names: Sequence[str]
    events: int
    seconds: float
    compared: Sequence[Compared]

    @property
    def differing(self) -> list[Compared]:
        return [each for each in self.compared if not each.equal]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="projections")


@commands.command()
def status(as_json: AsJson = False) -> None:
    """Every read model: which version serves, which one this release folds, and what copies there are."""
    found = asyncio.run(operations.status(this_installation()))
    if as_json:
        sys.stdout.write(json.dumps([asdict(each) for each in found], default=str) + "\n")
        return
    table = Table("read model", "state", "live", "this release", "behind", "built", "kept", box=None)
    for each in found:
        table.add_row(*_cells(each))
    out.print(table)


@commands.command()
def rebuild(
    *,
    names: Names = None,
    everything: Everything = False,
    pcn: AnyPcnOption = None,
    no_swap: NoSwap = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Build read models from their first event beside the live ones, compare, and put them in their place in one step."""
    if no_swap and pcn:
        raise typer.BadParameter("the rows of one network go in place at once: leave one of --no-swap and --pcn out")
    works = _chosen(names, everything=everything)
    if pcn:
        require_network(this_installation(), pcn)
    if dry_run:
        _tell_plan(works, "would be built anew" if no_swap else "would be built anew and replaced", as_json=as_json)
        return
    installation = this_installation()
    done = _each(
        works,
        "Rebuild",
        lambda work, tell: operations.rebuild(installation, work, tell, tenant=pcn, swap=not no_swap),
    )
    _tell(done, "built" if no_swap else "in place", as_json=as_json)


@commands.command()
def verify(
    *, names: Names = None, everything: Everything = False, pcn: AnyPcnOption = None, as_json: AsJson = False
) -> None:
    """Build read models beside the live ones and compare, network by network. Exit code 1 when one differs."""
    works = _chosen(names, everything=everything)
    installation = this_installation()
    require_network(installation, pcn)
    done = _each(works, "Verify", lambda work, tell: operations.verify(installation, work, tell, tenant=pcn))
    _tell(done, "compared", as_json=as_json)
    raise typer.Exit(FAILED if any(each.differing for each in done) else 0)


@commands.command()
def swap(*, names: Names = None, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Put in place what `rebuild --no-swap` built, caught up first; all of it when nothing is named."""
    installation = this_installation()
    works = _with_copy(installation, names, "shadow")
    if dry_run:
        _tell_plan(works, "would be replaced by what was built", as_json=as_json)
        return
    done = _each(works, "Swap", lambda work, tell: operations.swap(installation, work, tell))
    _tell(done, "in place", as_json=as_json)


@commands.command()
def rollback(*, names: Names = None, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Put back what was replaced last, caught up first. A second time puts the newer one back."""
    if not names:
        raise typer.BadParameter("name the read models that are to go back")
    installation = this_installation()
    works = _with_copy(installation, names, "kept")
    if dry_run:
        _tell_plan(works, "would be replaced by what was kept", as_json=as_json)
        return

    async def roll_back(work: Work, tell: Tell) -> list[Compared]:
        await operations.roll_back(installation, work, tell)
        return []

    _tell(_each(works, "Roll back", roll_back), "back in place", as_json=as_json)


def _chosen(names: Sequence[str] | None, *, everything: bool) -> list[Work]:
    """Raises typer.BadParameter."""
    if bool(names) == everything:
        raise typer.BadParameter("name read models, or say --all")
    return _work_for(names or ())


def _work_for(names: Sequence[str]) -> list[Work]:
    try:
        return operations.work_for(names)
    except LookupError as unknown:
        known = ", ".join(model.name for work in operations.work_for(()) for model in work.models)
        raise typer.BadParameter(f"{unknown.args[0]} is no read model; there are {known}") from unknown


def _with_copy(installation: Installation, names: Sequence[str] | None, place: Place) -> list[Work]:
    """The named read models; without names those that have such a copy."""
    works = _work_for(names or ())
    if names:
        return works
    there = [Work(service=work.service, models=_having(installation, work, place)) for work in works]
    return [work for work in there if work.models]


def _having(installation: Installation, work: Work, place: Place) -> list[Any]:
    copied = asyncio.run(operations.copied(installation, work, place))
    return [model for model in work.models if model.name in copied]


def _each(works: Sequence[Work], doing: str, do: Callable[[Work, Tell], Awaitable[list[Compared]]]) -> list[Done]:
    """One service after the other, each with its bar."""
    done = []
    for work in works:
        with _bar(f"{doing} {work.service}") as told:
            begun = time.monotonic()
            compared = asyncio.run(_awaited(do(work, told)))
            names = [model.name for model in work.models]
            seconds = time.monotonic() - begun
        done.append(Done(service=work.service, names=names, events=told.done, seconds=seconds, compared=compared))
    return done


async def _awaited(work: Awaitable[list[Compared]]) -> list[Compared]:
    return await work


class _Told:
    """Moves a bar, and remembers how far it came."""

    def __init__(self, drawn: Progress, task: Any) -> None:
        self._drawn, self._task = drawn, task
        self.done = 0

    def __call__(self, done: int, total: int) -> None:
        self.done = done
        self._drawn.update(self._task, completed=done, total=total)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


@contextmanager
def _bar(title: str) -> Iterator[_Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=err) as drawn:
        yield _Told(drawn, drawn.add_task(escape(title), total=None))


def _tell(done: Sequence[Done], what: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps([asdict(each) for each in done]) + "\n")
        return
    for each in done:
        rate = f", {each.events / each.seconds:,.0f}/s" if each.seconds else ""
        out.print(
            f"{each.service}: {', '.join(each.names)} {what}; {each.events:,} events in {each.seconds:.1f} s{rate}"
        )
        _tell_differences(each)
    if not done:
        out.print("There is nothing to put in place.")


def _tell_differences(done: Done) -> None:
    if not done.differing:
        out.print(f"  equal to what was live in all {len(done.compared)} comparisons" if done.compared else "")
        return
    table = Table("read model", "network", "rows live", "rows built", "", box=None)
    for each in done.differing:
        table.add_row(each.name, each.tenant, str(each.live_rows), str(each.built_rows), "[bold red]differ[/]")
    out.print(table)


def _tell_plan(works: Sequence[Work], what: str, *, as_json: bool) -> None:
    touched = [
        {"service": work.service, "name": model.name, "table": model.table} for work in works for model in work.models
    ]
    if as_json:
        sys.stdout.write(json.dumps({"dry_run": True, "touched": touched}) + "\n")
        return
    table = Table("service", "read model", "table", box=None)
    for each in touched:
        table.add_row(*each.values())
    out.print(table)
    out.print(f"{len(touched)} {what}; nothing was done.")


def _cells(each: Status) -> tuple[str, ...]:
    live = "" if each.live is None else str(each.live)
    behind = "" if each.behind is None else str(each.behind)
    colour = "green" if each.state == "live" else "yellow"
    state = f"[{colour}]{each.state}[/]"
    return (each.name, state, live, str(each.version), behind, _when(each.built), _when(each.kept))


def _when(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
