"""`relay status | verify | republish | anew`: what left the services' logs for Kafka."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from deploy.cli.checks import conclude
from deploy.cli.networks import require_network
from deploy.cli.options import AnyPcnOption, AsJson
from deploy.cli.output import Steps, bar, out
from deploy.cli.store import ServiceArgument, known_store
from deploy.local.home import here
from deploy.operations.installation import STORES, Installation, this_installation
from deploy.operations.offline import parts_up, require_stopped
from deploy.operations.postgres_tools import admin_of
from deploy.operations.publication import publication_of
from deploy.operations.relay import Compared, Status, Told, relay_status, republish, verify_relay
from deploy.operations.restore import begin_anew
from services.kit.tenancy import TenantId

commands = typer.Typer(help="What left the services' logs for Kafka.", no_args_is_help=True)

One = Annotated[str, typer.Argument(help=f"One of {', '.join(STORES)}.")]
First = Annotated[int, typer.Option("--from", min=1, help="The first position.")]
Last = Annotated[int, typer.Option("--to", min=0, help="The last position; as far as it was published when left out.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count what would be sent, and send nothing.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="relay")


@commands.command()
def status(as_json: AsJson = False) -> None:
    """Where each log ends, how far it was published, by whom, and the last position Kafka holds of it."""
    told = asyncio.run(_status(this_installation()))
    if as_json:
        sys.stdout.write(json.dumps([{**asdict(each), "lag": each.lag} for each in told]) + "\n")
        return
    table = Table("service", "log ends at", "published to", "lag", "in Kafka to", "publisher", "state", box=None)
    for each in told:
        places = (each.head, each.published, each.lag, each.newest)
        table.add_row(each.service, *map(str, places), each.holder if each.leads else "none", _state(each))
    out.print(table)


@commands.command()
def verify(service: ServiceArgument = "", as_json: AsJson = False) -> None:
    """Every published event is in Kafka, in version order once repeats are dropped, and says what the log says.

    Exit code 1 with the place when one of them does not hold.
    """
    known_store(service)
    compared = asyncio.run(_verify(this_installation(), [service] if service else STORES))
    findings = [finding for each in compared for finding in each.findings]
    if not as_json:
        table = Table("service", "events", "records", "sent again", "older form", "of other stores", "wrong", box=None)
        for each in compared:
            counts = (each.events, each.records, each.again, each.older, each.foreign, len(each.findings))
            table.add_row(each.service, *map(str, counts))
        out.print(table)
    conclude({"ok": not findings, "services": [asdict(each) for each in compared]}, findings, as_json=as_json)


@commands.command("republish")
def republish_(
    *,
    service: One,
    first: First,
    last: Last = 0,
    pcn: AnyPcnOption = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Send published events again, in order; who has taken them before drops them."""
    known_store(service)
    if last and last < first:
        raise typer.BadParameter(f"position {last} comes before {first}", param_hint="--to")
    installation = this_installation()
    require_network(installation, pcn)
    sent, last = asyncio.run(_republish(installation, service, first, last, pcn, dry_run=dry_run))
    if as_json:
        sys.stdout.write(json.dumps({"events": sent, "from": first, "to": last, "dry_run": dry_run}) + "\n")
        return
    done = "would be sent" if dry_run else "sent"
    out.print(f"{service}, positions {first} to {last}{f' of {pcn}' if pcn else ''}: {sent} events {done}")


@commands.command()
def anew(dry_run: DryRun = False) -> None:
    """After Kafka was lost: publish every log from its beginning, and let everybody forget the offsets of the old one.

    The services must not run. Who has taken an event drops it.
    """
    names = this_installation().environments
    if dry_run:
        for name in names:
            out.print(f"{name} would begin anew")
        return
    home, steps = here(), Steps()
    home.require_restored()
    require_stopped(home)
    with parts_up(home, steps) as installation:
        for name in names:
            with steps.step(f"{name} begins anew"):
                asyncio.run(begin_anew(admin_of(installation.postgres_admin, name)))


async def _status(installation: Installation) -> list[Status]:
    return [
        await relay_status(admin_of(installation.postgres_admin, name), installation.kafka, publication_of(name))
        for name in STORES
    ]


async def _verify(installation: Installation, names: Sequence[str]) -> list[Compared]:
    compared = []
    for name in names:
        admin, publication = admin_of(installation.postgres_admin, name), publication_of(name)
        with bar(f"Compare {name}") as update:
            compared.append(await verify_relay(admin, installation.kafka, publication, told=_adding(update)))
    return compared


async def _republish(
    installation: Installation, service: str, first: int, last: int, pcn: TenantId | None, *, dry_run: bool
) -> tuple[int, int]:
    admin, publication = admin_of(installation.postgres_admin, service), publication_of(service)
    published = (await relay_status(admin, installation.kafka, publication)).published
    last = min(last or published, published)
    with bar(f"Publish {service} again") as update:
        sent = await republish(
            admin,
            installation.kafka,
            publication,
            first=first,
            last=last,
            tenant=pcn,
            dry_run=dry_run,
            told=_adding(update),
        )
    return sent, last


def _adding(update: Callable[..., None]) -> Told:
    return lambda done: update(advance=done)


def _state(each: Status) -> str:
    if each.newest > each.head:
        return f"set back: Kafka has {each.newest - each.head} positions more; perinatal reconcile {each.service}"
    return "open" if each.open else "held until it is compared with Kafka"
