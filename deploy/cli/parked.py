"""`parked list`, `show`, `replay`, `discard`: events that could not be handled, and what waits behind them."""

import asyncio
import getpass
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import structlog
import typer
from rich.markup import escape
from rich.table import Table

from deploy.cli.networks import require_network
from deploy.cli.options import AnyPcnOption, AsJson, DryRun
from deploy.cli.output import bar, err, out
from deploy.local.services import SERVICES
from deploy.operations.installation import this_installation
from deploy.operations.parked import Standing, Tried, Wanted, do_without, events_of, standing_still, try_again
from services.kit.parking import Pointer

FAILED = 1
_LONGEST = 200
_TELLS_WHO = re.compile(r"[@<>]|\d[\d -]{4,}\d")

commands = typer.Typer(help="Events that could not be handled, and what waits behind them.", no_args_is_help=True)


def _reason(written: str) -> str:
    if not written.strip() or len(written) > _LONGEST:
        raise typer.BadParameter(f"say why, in at most {_LONGEST} characters")
    if _TELLS_WHO.search(written):
        raise typer.BadParameter("no address and no long number: it is kept, and must not say who it is about")
    return written.strip()


def _service(written: str) -> str:
    names = [spec.name for spec in SERVICES]
    if written not in ("", *names):
        raise typer.BadParameter(f"one of {', '.join(names)}")
    return written


Stream = Annotated[str, typer.Argument(metavar="STREAM", help="The stream's name, as `parked list` shows it.")]
AnyStream = Annotated[str, typer.Argument(metavar="[STREAM]", help="The stream's name; or --all.")]
InService = Annotated[str, typer.Option("--service", parser=_service, help="Of one service only.")]
OfConsumer = Annotated[str, typer.Option("--consumer", help="Of one consumer or read model only.")]
All = Annotated[bool, typer.Option("--all", help="Every stream that stands still.")]
Everything = Annotated[
    bool, typer.Option("--everything", help="All that wait in the stream, not only the event it stands still at.")
]
Reason = Annotated[str, typer.Option("--reason", parser=_reason, help="Why; kept for good. Nothing about anybody.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="parked")


@commands.callback()
def _log_aside() -> None:
    """What is logged goes to standard error: results are for programs too."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@commands.command("list")
def list_(
    *, service: InService = "", consumer: OfConsumer = "", pcn: AnyPcnOption = None, as_json: AsJson = False
) -> None:
    """Every stream that stands still: why, since when, and how many of its events wait."""
    found = _find(Wanted(service=service, consumer=consumer, tenant=pcn))
    if as_json:
        _write([_told(each) for each in found])
        return
    table = Table("service", "network", "consumer", "stream", "why", "since", "waiting", "from version", box=None)
    for each in found:
        place, since = each.place, f"{each.parked_at:%Y-%m-%d %H:%M}"
        counts = (str(each.events), str(each.first_sequence or ""))
        table.add_row(each.service, place.tenant, place.consumer, place.stream, _why(each), since, *counts)
    out.print(table if found else "Nothing is parked.")


@commands.command()
def show(
    stream: Stream,
    *,
    service: InService = "",
    consumer: OfConsumer = "",
    pcn: AnyPcnOption = None,
    as_json: AsJson = False,
) -> None:
    """What waits in a stream, in order: where each event lies, never what it says."""
    found = _required(Wanted(stream=stream, service=service, consumer=consumer, tenant=pcn))
    installation = this_installation()
    waiting = [(each, asyncio.run(events_of(installation, each))) for each in found]
    if as_json:
        _write([{**_told(each), "waiting": [_pointer(pointer) for pointer in mine]} for each, mine in waiting])
        return
    for each, mine in waiting:
        out.print(f"\n[bold]{escape(each.place.stream)}[/] {_head(each)}")
        table = Table("version", "type", "partition", "offset", "event", box=None)
        for pointer in mine:
            place = (str(pointer.partition), str(pointer.offset))
            table.add_row(str(pointer.sequence), pointer.type, *place, str(pointer.event_id or ""))
        out.print(table)


@commands.command()
def replay(
    *,
    stream: AnyStream = "",
    everything: All = False,
    service: InService = "",
    consumer: OfConsumer = "",
    pcn: AnyPcnOption = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Try it again, in order. A stream goes on when all of it went in; exit code 1 when one still stands still."""
    if bool(stream) == everything:
        raise typer.BadParameter("name a stream, or say --all")
    wanted = Wanted(stream=stream, service=service, consumer=consumer, tenant=pcn)
    found = _find(wanted) if everything else _required(wanted)
    if dry_run:
        _tell_plan("would be tried again", found, as_json=as_json)
        return
    with bar("Try parked streams again", len(found)) as update:
        tried = asyncio.run(try_again(this_installation(), found, lambda _: update(advance=1)))
    _tell_tried(tried, as_json=as_json)
    raise typer.Exit(FAILED if any(each.outcome.left for each in tried) else 0)


@commands.command()
def discard(
    stream: Stream,
    *,
    reason: Reason,
    everything: Everything = False,
    service: InService = "",
    consumer: OfConsumer = "",
    pcn: AnyPcnOption = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Do without the event a stream stands still at. What follows goes on by `parked replay`; a record of it is kept."""
    found = _required(Wanted(stream=stream, service=service, consumer=consumer, tenant=pcn))
    if len(found) > 1:
        choices = ", ".join(f"{each.service}/{each.place.consumer} of {each.place.tenant}" for each in found)
        raise typer.BadParameter(f"it stands still in several places, say which: {choices}")
    installation, only = this_installation(), found[0]
    if dry_run:
        waiting = asyncio.run(events_of(installation, only))
        _tell_discarded("would be done without", only, waiting if everything else waiting[:1], as_json=as_json)
        return
    who = getpass.getuser()
    gone = asyncio.run(do_without(installation, only, reason=reason, by=who, everything=everything))
    _tell_discarded("are done without", only, gone, as_json=as_json)


def _find(wanted: Wanted) -> list[Standing]:
    installation = this_installation()
    require_network(installation, wanted.tenant)
    return asyncio.run(standing_still(installation, wanted))


def _required(wanted: Wanted) -> list[Standing]:
    """Exit code 1 when there is none."""
    found = _find(wanted)
    if not found:
        err.print(f"[bold red]error:[/] nothing of {escape(wanted.stream)} is parked")
        raise typer.Exit(FAILED)
    return found


def _tell_plan(what: str, found: Sequence[Standing], *, as_json: bool) -> None:
    if as_json:
        _write([_told(each) for each in found])
        return
    for each in found:
        out.print(f"{escape(each.place.stream)}: {each.events} events {what} ({_head(each)})")
    if not found:
        out.print("Nothing is parked.")


def _tell_tried(tried: Sequence[Tried], *, as_json: bool) -> None:
    if as_json:
        _write([{**_told(each.standing), "outcome": asdict(each.outcome)} for each in tried])
        return
    for each in tried:
        name, outcome = escape(each.standing.place.stream), each.outcome
        if outcome.failure is None:
            out.print(f"[green]✓[/] {name}: {outcome.applied} events went in, the stream goes on")
        else:
            why = f"{outcome.failure.reason} ({outcome.failure.error_type})"
            out.print(f"[red]✗[/] {name}: {outcome.applied} went in, {outcome.left} wait: {why}")
    if not tried:
        out.print("Nothing is parked.")


def _tell_discarded(what: str, standing: Standing, gone: Sequence[Pointer], *, as_json: bool) -> None:
    left = standing.events - len(gone)
    if as_json:
        _write({**_told(standing), "discarded": [_pointer(pointer) for pointer in gone], "left": left})
        return
    versions = ", ".join(str(pointer.sequence) for pointer in gone)
    out.print(f"{escape(standing.place.stream)}: {len(gone)} events {what} (versions {versions}), {left} wait behind")


def _told(standing: Standing) -> dict[str, Any]:
    """For programs."""
    flat = asdict(standing)
    place = flat.pop("place")
    return {**flat, **place, "parked_at": standing.parked_at.isoformat()}


def _pointer(pointer: Pointer) -> dict[str, Any]:
    return {**asdict(pointer), "event_id": str(pointer.event_id) if pointer.event_id else None}


def _head(standing: Standing) -> str:
    place = standing.place
    return escape(f"{standing.service}, {place.consumer}, {place.topic or 'own log'}, {place.tenant}: {_why(standing)}")


def _why(standing: Standing) -> str:
    where = f" in {standing.field}" if standing.field else ""
    return f"{standing.reason}{where} ({standing.error_type})"


def _write(told: Any) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
