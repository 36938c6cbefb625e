"""`person erase`, `person report`: forget somebody, and prove it."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from rich.markup import escape
from rich.table import Table

from deploy.cli.client import Client
from deploy.cli.networks import require_network
from deploy.cli.options import AsJson, DryRun, PcnOption
from deploy.cli.output import Steps, err, out
from deploy.local.errors import StackError
from deploy.local.home import Home, here
from deploy.operations.erase import Person, finished, networks_of, person
from deploy.operations.installation import STORES, Installation, named_by, this_installation
from deploy.operations.search import Looked, Needle, in_sealed, search
from services.kit.settings import told
from services.referral.codes import read_codes

commands = typer.Typer(help="People: forget somebody, and prove it.", no_args_is_help=True)

REASONS = {entry.code: entry.label for entry in read_codes().lists["erasure_reason"].codes}
_SHORTEST = 3


def _id(written: str) -> str:
    try:
        return str(UUID(written))
    except ValueError:
        raise typer.BadParameter("a person's id looks like 00000000-0000-4000-8000-000000000000") from None


def _reason(written: str) -> str:
    if written not in REASONS:
        raise typer.BadParameter(f"one of {', '.join(REASONS)}: a code, because words could tell who it was")
    return written


PersonId = Annotated[str, typer.Argument(metavar="PERSON_ID", parser=_id, help="The person's id.")]
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", parser=_reason, help=f"{', '.join(REASONS)}.")]
Whom = Annotated[str, typer.Argument(metavar="[PERSON_ID]", help="The person's id; or --marker.")]
Marker = Annotated[
    str, typer.Option("--marker", help="A text to look for everywhere, such as a name. It is not repeated.")
]
Backups = Annotated[
    list[Path] | None, typer.Option("--backup", help="Look in this file or folder too; may be given again.")
]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="person")


@commands.command()
def erase(
    person_id: PersonId, *, pcn: PcnOption, reason: Reason, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Destroy a person's key: nobody can read any more who they were, and nothing else is recorded of them.

    What was counted stays. It cannot be undone; the same person who comes again is somebody new.
    """
    home, installation = here(), this_installation()
    require_network(installation, pcn)
    before = asyncio.run(person(installation, pcn, person_id))
    if dry_run:
        _tell_plan(before, as_json=as_json)
        return
    new = _decide(home, pcn, person_id, reason)
    after = asyncio.run(finished(installation, pcn, person_id, Steps()))
    if as_json:
        _write({"erased": True, "before": not new, **asdict(after)})
        return
    unreadable = sum(each.sealed for each in after.logs.values())
    out.print("Erased." if new else "They had been erased before.")
    out.print(f"The key is destroyed: {unreadable} sealed parts of events cannot be opened any more.")
    out.print(f"Prove it with `perinatal person report {person_id}`.")


def _decide(home: Home, pcn: str, person_id: str, reason: str) -> bool:
    """False when they had been erased before."""
    with Client(home, "operator") as client:
        path = f"/v1/pcns/{pcn}/people/{person_id}/erase"
        return not client.command("referral", "POST", path, {"reason": reason}, uuid4())["duplicate"]


@commands.command()
def report(person_id: Whom = "", marker: Marker = "", backup: Backups = None, as_json: AsJson = False) -> None:
    """Where there is still something of a person: by id how they stand in every part, by a text wherever it can be found.

    Exit code 1 when the text was found, or when somebody erased is not forgotten everywhere.
    """
    if bool(person_id) == bool(marker):
        raise typer.BadParameter("give a person's id, or --marker with a text")
    if marker and len(marker.strip()) < _SHORTEST:
        raise typer.BadParameter(f"a text of at least {_SHORTEST} characters: shorter ones are found everywhere")
    home, installation = here(), this_installation()
    logs = None if named_by(told()) else home
    about = None if marker else asyncio.run(_known(installation, _id(person_id)))
    looked = asyncio.run(search(installation, logs, marker or _id(person_id), backups=backup or [], progress=Steps()))
    if about is None:
        _conclude_marker(looked, logs, as_json=as_json)
    else:
        _conclude_person(installation, about, looked, as_json=as_json)


def _conclude_marker(looked: Sequence[Looked], logs: Home | None, *, as_json: bool) -> None:
    found = [each for each in looked if each.found]
    if as_json:
        _write({"found": len(found), "looked": [asdict(each) for each in looked]})
    else:
        _show(looked)
        if logs is None:
            err.print("The logs are kept by whoever runs the containers, and were not looked through.")
        out.print(f"Found in {len(found)} of {len(looked)} places." if found else f"Not found in {len(looked)} places.")
    raise typer.Exit(1 if found else 0)


def _conclude_person(installation: Installation, person_id: str, looked: Sequence[Looked], *, as_json: bool) -> None:
    standing = asyncio.run(_standing(installation, person_id))
    readable = asyncio.run(_readable(installation, person_id))
    failed = [each for each in standing if each.erased and (each.left or any(readable.values()))]
    if as_json:
        _write(
            {
                "people": [{**asdict(each), "erased": each.erased, "left": each.left} for each in standing],
                "readable": readable,
                "facts": [asdict(each) for each in looked if each.found],
            }
        )
    else:
        for each in standing:
            _tell(each, readable)
        out.print(
            f"\nThe id, which says nothing of who it is, is in {sum(bool(each.found) for each in looked)} places:"
        )
        _show([each for each in looked if each.found])
    raise typer.Exit(1 if failed else 0)


async def _known(installation: Installation, person_id: str) -> str:
    """Raises StackError for an id nobody has."""
    if not await networks_of(installation, person_id):
        raise StackError(f"nobody is known by the id {person_id}")
    return person_id


async def _standing(installation: Installation, person_id: str) -> list[Person]:
    networks = await networks_of(installation, person_id)
    return [await person(installation, network, person_id) for network in networks]


async def _readable(installation: Installation, person_id: str) -> dict[str, int]:
    """How many of the person's sealed parts some key there is still opens, tried one by one."""
    nothing = Needle(person_id)
    return {service: (await in_sealed(installation, service, nothing, person_id)).opened for service in STORES}


def _tell(each: Person, readable: dict[str, int]) -> None:
    state = "erased" if each.erased else "not erased"
    out.print(f"[bold]{each.tenant}[/]: {state}; the key is {'not made' if each.key == 'none' else each.key}")
    table = Table("log", "events", "sealed parts", "of these readable", "knows of the erasure", box=None)
    for service, log in each.logs.items():
        numbers = (log.events, log.sealed, readable[service])
        table.add_row(service, *map(str, numbers), "yes" if log.heard else "no")
    out.print(table)
    out.print(
        f"Fields of the identity read model that say who they are: {each.known}, and of its copies: {each.copied}"
    )
    if each.erased:
        for waiting in each.left:
            err.print(f"[bold red]left:[/] {escape(waiting)}")


def _tell_plan(before: Person, *, as_json: bool) -> None:
    if as_json:
        _write({"dry_run": True, "erased": before.erased, **asdict(before)})
        return
    if before.erased:
        out.print("They were erased before: nothing would change.")
        return
    sealed = ", ".join(f"{log.sealed} in {service}" for service, log in before.logs.items() if log.sealed)
    out.print("Would destroy their key, and so make unreadable for ever what is sealed under it:")
    out.print(f"  parts of events: {sealed or 'none'}")
    out.print(f"  fields of who they are: {before.known + before.copied}")
    out.print("Would close their open referrals. Facts without a name, and every report, stay.")


def _show(looked: Sequence[Looked]) -> None:
    table = Table("looked through", "how much", "found", box=None)
    for each in looked:
        found = ", ".join(each.found)
        table.add_row(escape(each.place), f"{each.count} {each.unit}", f"[red]{escape(found)}[/]" if found else "no")
    out.print(table)


def _write(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
