"""`keys status | new | rewrap | forget | renew`: the installation's keys and passwords turned over while it is in use."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from deploy.cli.networks import require_network
from deploy.cli.options import AnyPcnOption, AsJson, DryRun
from deploy.cli.output import bar, err, out
from deploy.local.home import here
from deploy.operations import keys as operations
from deploy.operations.installation import Installation, running, this_installation
from deploy.operations.keys import Status
from deploy.operations.renewal import WHAT, Renewed, plan
from deploy.operations.renewal import renew as renew_kind
from services.kit.wrapping import MasterKeys

commands = typer.Typer(
    help="The master key, networks' keys and the stack's passwords: see them, turn them over.", no_args_is_help=True
)

NewKey = Annotated[
    bool, typer.Option("--new-key", help="Another key for the network too, and its people's keys under that.")
]
What = Annotated[list[str], typer.Argument(metavar="WHAT...", help=f"Of {', '.join(WHAT)}.")]

Known = Mapping[str, Sequence[str] | None]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="keys")


@commands.command()
def status(as_json: AsJson = False) -> None:
    """Which master key opens how many networks' keys, told by their fingerprints. Exit code 1 when one opens with none."""
    found, known = _look(this_installation())
    if as_json:
        _write({**asdict(found), "waiting": found.waiting, "services": known})
    else:
        _show(found, known)
    raise typer.Exit(1 if found.unopened else 0)


@commands.command()
def new(as_json: AsJson = False) -> None:
    """Put a new master key in front of the one there is. Nothing uses it before the services are restarted."""
    made = operations.add_newest(here())
    if as_json:
        _write({"fingerprint": made})
        return
    out.print(f"{made} is the newest master key. Restart the services, then run `perinatal keys rewrap`.")


@commands.command()
def rewrap(
    *, pcn: AnyPcnOption = None, new_key: NewKey = False, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Every network's key under the newest master key as well. Killed in the middle, run it again."""
    installation = this_installation()
    require_network(installation, pcn)
    before, known = _look(installation)
    if dry_run:
        _tell_plan(before, pcn, new_key=new_key, as_json=as_json)
        return
    operations.require_known(before.keys[0].fingerprint, known)
    with bar("Rewrap") as update:
        rewrapping = operations.rewrap(
            *_keyring(installation),
            lambda done, total: update(completed=done, total=total),
            tenant=pcn,
            new_key=new_key,
        )
        done = asyncio.run(rewrapping)
    if as_json:
        _write(asdict(done))
        return
    out.print(
        f"{done.changed} of {done.networks} networks' keys were stored anew, and {done.people} keys of people under them."
    )


@commands.command()
def forget(dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Drop every master key but the newest, from the keyring and from the secrets. What needs one is refused."""
    installation = this_installation()
    before, known = _look(installation)
    operations.require_rewrapped(before)
    operations.require_known(before.keys[0].fingerprint, known)
    if not dry_run:
        before = asyncio.run(operations.forget(*_keyring(installation), here()))
    older = [each.fingerprint for each in before.keys[1:]]
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    if as_json:
        told = {"dry_run": dry_run, "forgotten": older, "networks": before.networks, "needed_by_backups_before": moment}
        _write(told)
        return
    _tell_forgotten(older, before.networks, moment, dry_run=dry_run)


@commands.command()
def renew(what: What, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """New passwords and secrets of other kinds. What runs has the older ones until it is started again."""
    if unknown := [kind for kind in what if kind not in WHAT]:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(WHAT)}")
    home = here()
    if dry_run:
        done = [Renewed(what=kind, names=plan(home, kind)) for kind in what]
    else:
        installation = this_installation()
        done = [asyncio.run(renew_kind(installation, home, kind)) for kind in what]
    if as_json:
        _write({"dry_run": dry_run, "renewed": [asdict(each) for each in done]})
        return
    for each in done:
        out.print(f"{each.what}: {', '.join(each.names) or 'nothing'} {'would be' if dry_run else 'is'} new")
    if not dry_run:
        out.print("Start everything again now: what runs has the older ones still.")


def _look(installation: Installation) -> tuple[Status, Known]:
    async def look() -> tuple[Status, Known]:
        addresses = running(here()).addresses
        return await operations.status(*_keyring(installation)), await operations.services_know(addresses)

    return asyncio.run(look())


def _keyring(installation: Installation) -> tuple[str, MasterKeys]:
    return operations.keyring_of(installation), MasterKeys(*installation.master_keys())


def _show(found: Status, known: Known) -> None:
    table = Table("master key", "", "opens networks' keys", "alone", "known to", box=None)
    for key in found.keys:
        having = [service for service, has in known.items() if key.fingerprint in (has or ())]
        place = "newest" if key.newest else "older"
        table.add_row(key.fingerprint, place, f"{key.opens} of {found.networks}", str(key.alone), ", ".join(having))
    out.print(table)
    out.print(f"{found.people} keys of people lie under the keys of {found.networks} networks.")
    for service in (service for service, has in known.items() if has is None):
        err.print(f"[yellow]{service} does not answer[/]")
    for words, networks in (
        ("opens with no master key that is here", found.unopened),
        ("also opens with a master key that is not here: `perinatal keys rewrap` mends that", found.elsewhere),
        ("is being turned over: `perinatal keys rewrap` finishes it", found.turning),
    ):
        if networks:
            err.print(f"[yellow]the key of {', '.join(networks)} {words}[/]")


def _tell_plan(before: Status, pcn: str | None, *, new_key: bool, as_json: bool) -> None:
    if as_json:
        _write(
            {"dry_run": True, "pcn": pcn, "new_key": new_key, "networks": before.networks, "waiting": before.waiting}
        )
        return
    if new_key:
        out.print(
            f"{pcn or f'Each of {before.networks} networks'} would get another key, and people's keys would lie under that."
        )
    out.print(
        f"{before.waiting} of {before.networks} networks' keys do not open with {before.keys[0].fingerprint} yet and would be "
        "stored anew. Nothing was done."
    )


def _tell_forgotten(older: Sequence[str], networks: int, moment: str, *, dry_run: bool) -> None:
    if not older:
        out.print("There is no older master key in the secrets.")
        return
    out.print(
        f"{', '.join(older)} {'would be' if dry_run else 'was'} dropped; all {networks} networks' keys open with the newest."
    )
    out.print(
        f"Backups taken before {moment} may need it. Each has it beside its keyring, in secrets/, and a restore brings it back."
    )
    if not dry_run:
        out.print("Restart the services: those that run have it in memory still.")


def _write(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
