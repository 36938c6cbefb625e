"""`store verify`: is each log what a log must be, and is every table protected?"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from deploy.cli.checks import conclude
from deploy.cli.options import AsJson
from deploy.cli.output import err, out
from deploy.operations.installation import STORES, Installation, this_installation
from deploy.operations.postgres_tools import admin_of
from deploy.operations.verify import Checked, verify_protection, verify_store

commands = typer.Typer(help="The services' logs, looked at while they run.", no_args_is_help=True)

ServiceArgument = Annotated[str, typer.Argument(help=f"One of {', '.join(STORES)}; all databases when left out.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="store")


@commands.callback()
def _several() -> None:
    """Keeps `store verify` two words."""


@commands.command()
def verify(service: ServiceArgument = "", as_json: AsJson = False) -> None:
    """Positions and versions without a gap, one outcome a command, nothing that can be changed, row-level security forced.

    Exit code 1 with the place when one of them does not hold.
    """
    known_store(service)
    installation = this_installation()
    names = [service] if service else list(installation.database_names())
    checked = asyncio.run(_verify(installation, names))
    findings = [finding for each in checked for finding in each.findings]
    if not as_json:
        _show(checked)
    conclude({"ok": not findings, "databases": [asdict(each) for each in checked]}, findings, as_json=as_json)


def known_store(service: str) -> None:
    """Raises typer.BadParameter for a name that is no service with a log."""
    if service and service not in STORES:
        raise typer.BadParameter(f"{service} is none of {', '.join(STORES)}")


async def _verify(installation: Installation, names: Sequence[str]) -> list[Checked]:
    checked = []
    for name in names:
        check = verify_store if name in STORES else verify_protection
        with err.status(f"Look at {name}"):
            checked.append(await check(admin_of(installation.postgres_admin, name), name))
    return checked


def _show(checked: Sequence[Checked]) -> None:
    table = Table("database", "events", "streams", "commands", "wrong", box=None)
    for each in checked:
        numbers = (each.events, each.streams, each.commands) if each.database in STORES else ("", "", "")
        table.add_row(each.database, *map(str, numbers), str(len(each.findings)))
    out.print(table)
