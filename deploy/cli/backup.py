"""`backup`, `restore` and `reconcile`: a set of all databases, and what becomes of a log that was set back."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from deploy.cli.options import AsJson, DryRun
from deploy.cli.output import Steps, err, out
from deploy.cli.store import known_store
from deploy.local.home import Home, here
from deploy.operations.backup import back_up
from deploy.operations.installation import STORES, this_installation
from deploy.operations.offline import parts_up, require_stopped
from deploy.operations.publication import publication_of
from deploy.operations.reconcile import Mending
from deploy.operations.reconcile import reconcile as mend_log
from deploy.operations.restore import Plan, SetBack, dumped, place_secrets, plan
from deploy.operations.restore import restore as bring_back

Folder = Annotated[Path, typer.Argument(help="The folder of the backup.", file_okay=False)]
Keys = Annotated[
    Path | None, typer.Option("--keyring", file_okay=False, help="Where the keys go or are, instead of FOLDER/keyring.")
]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="This database; may be given again.")]
Replace = Annotated[bool, typer.Option("--replace", help="Throw away what these databases hold now.")]
Service = Annotated[str, typer.Argument(help=f"One of {', '.join(STORES)}.")]
Everyone = Annotated[bool, typer.Option("--all", help="Every service with a log.")]


def register(app: typer.Typer) -> None:
    for command in (backup, restore, reconcile):
        app.command()(command)


def backup(folder: Folder, keyring: Keys = None, as_json: AsJson = False) -> None:
    """All databases as of one moment, while they are in use; the keys apart. Kafka is published again from it."""
    home = here()
    home.require_restored()
    taken = asyncio.run(back_up(this_installation(), home, folder, apart=keyring, progress=Steps()))
    if as_json:
        sys.stdout.write(json.dumps(asdict(taken)) + "\n")
        return
    _show(list(taken.databases.items()))
    out.print(f"{folder}: as of {taken.taken_at}; writers waited {taken.waited_ms:.0f} ms")
    out.print(f"The keys are in {keyring or folder / 'keyring'}: keep them apart from the rest.")


def restore(
    *,
    folder: Folder,
    keyring: Keys = None,
    only: Only = None,
    replace: Replace = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """A backup into an empty installation, or single databases of it. The services must not run."""
    home = here()
    made = plan(folder, keys=keyring, only=only or [], replace=replace)
    if dry_run:
        _tell_plan(made, as_json=as_json)
        return
    require_stopped(home)
    place_secrets(made, home)
    with parts_up(home, Steps()) as installation:
        behind = asyncio.run(bring_back(made, installation, home, progress=Steps()))
    _tell_restored(made, behind, as_json=as_json)


def reconcile(
    service: Service = "", everyone: Everyone = False, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Give a log that was set back the places it lost, from what Kafka holds of it."""
    known_store(service)
    if bool(service) == everyone:
        raise typer.BadParameter("name one service, or say --all")
    mended = _reconcile(here(), STORES if everyone else [service], dry_run=dry_run)
    if as_json:
        sys.stdout.write(json.dumps([_as_json(mending, dry_run=dry_run) for mending in mended]) + "\n")
        return
    for mending in mended:
        _tell_mending(mending, dry_run=dry_run)


def _reconcile(home: Home, services: Sequence[str], *, dry_run: bool) -> list[Mending]:
    this_installation()
    home.require_restored()
    steps = Steps()
    mended = []
    with parts_up(home, steps) as installation:
        for service in services:
            with steps.step(f"Compare {service} with Kafka"):
                mended.append(asyncio.run(mend_log(installation, publication_of(service), dry_run=dry_run)))
    return mended


def _tell_plan(made: Plan, *, as_json: bool) -> None:
    if as_json:
        told = {name: asdict(each) for name, each in dumped(made)}
        sys.stdout.write(json.dumps({"dry_run": True, "replace": made.replace, "databases": told}) + "\n")
        return
    _show(dumped(made))
    out.print(f"As of {made.manifest.taken_at}. Every file is what the manifest says.")
    out.print("What these databases hold now would be thrown away." if made.replace else "They have to be empty.")


def _tell_restored(made: Plan, behind: Sequence[SetBack], *, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {"databases": list(made.names), "set_back": [asdict(each) for each in behind]}
        sys.stdout.write(json.dumps(told) + "\n")
        return
    _show(dumped(made))
    for each in behind:
        err.print(
            f"[bold yellow]set back:[/] the log of {each.service} ends at {each.head}, Kafka holds up to {each.newest}: "
            f"run `perinatal reconcile {each.service}` before you start"
        )
    if not behind:
        out.print("Restored. Start it with `perinatal up`.")


def _tell_mending(mending: Mending, *, dry_run: bool) -> None:
    if mending.newest == mending.head:
        out.print(f"{mending.service}: nothing is missing")
        return
    would = "would be" if dry_run else "were"
    out.print(
        f"{mending.service}: the log ended at {mending.head}, Kafka holds up to {mending.newest}. {len(mending.returned)} events "
        f"{would} brought back in their public form, {len(mending.empty)} places {would} left empty."
    )
    for each in mending.returned:
        tenant, stream = each.place.stream
        out.print(f"  {tenant} {stream} version {each.place.version}: {each.type}, true from {each.occurred_at}")
    out.print("The service does not act on these: have them entered again by those who know them.")


def _as_json(mending: Mending, *, dry_run: bool) -> dict[str, Any]:
    return {
        "service": mending.service,
        "dry_run": dry_run,
        "head": mending.head,
        "newest": mending.newest,
        "empty": len(mending.empty),
        "returned": [
            {**asdict(each.place), "type": each.type, "occurred_at": each.occurred_at} for each in mending.returned
        ],
    }


def _show(rows: Sequence[tuple[str, Any]]) -> None:
    table = Table("database", "log ends at", "published to", "kB", box=None)
    for name, each in rows:
        places = (each.head, each.published) if each.incarnation else ("", "")
        table.add_row(name, *map(str, places), str(each.bytes // 1024))
    out.print(table)
