"""`pcn check`, `pcn add`, `pcn list`: bring a network on from one file."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.table import Table

from deploy.cli.client import Client
from deploy.cli.output import err, out, show_accounts
from deploy.cli.pcn_file import PcnFile, read_pcn_file
from deploy.local.accounts import Account, accounts_of_pcn
from deploy.local.credentials import Credentials
from deploy.local.errors import StackError
from deploy.local.home import Home, here
from deploy.local.identity import add_live, users_file
from deploy.operations.installation import running

_ASKS, _WAIT_SECONDS = 6, 5

commands = typer.Typer(help="Networks (PCNs): check their file, bring them on, list them.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The network's YAML file.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="pcn")


@commands.command()
def check(file: File) -> None:
    """Read a network's file and say what is wrong with it, by line and field."""
    found = read_pcn_file(file)
    practices = f"{len(found.practices)} practice{'s' if len(found.practices) > 1 else ''}"
    out.print(f"{file}: {found.pcn_ods_code} {found.name}, {practices}, no mistakes", markup=False)


@commands.command()
def add(file: File) -> None:
    """Bring a network on, or change its settings. Nothing is restarted; its accounts are printed."""
    found, home = read_pcn_file(file), here()
    with Client(home, "operator") as client, err.status("Configure the network"):
        accounts = bring_on(home, client, found)
    out.print(f"{found.pcn_ods_code} {found.name}: ready", markup=False)
    if accounts:
        show_accounts(home, accounts, reveal=True)


@commands.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """The networks of this installation."""
    with Client(here(), "operator") as client:
        networks: list[dict[str, Any]] = client.get("referral", "/v1/pcns")
    if as_json:
        sys.stdout.write(json.dumps(networks) + "\n")
        return
    table = Table("code", "name", "practices", "strands", "wait, days", box=None)
    for pcn in networks:
        strands = ", ".join(pcn["care_strands"])
        days = str(pcn["waiting_threshold_days"])
        table.add_row(pcn["pcn_ods_code"], pcn["name"], str(len(pcn["practices"])), strands, days)
    out.print(table)


def bring_on(home: Home, client: Client, file: PcnFile) -> list[Account]:
    """Configure a network, wait until the portal knows it, and give its people accounts where the provider is ours."""
    pcn = file.pcn_ods_code
    # A new id each time: the service itself sees that the same settings change nothing, and settings that come back
    # after others must not be taken for the first time's.
    answer = client.command("referral", "PUT", f"/v1/pcns/{pcn}", file.body(), uuid4())
    wait_for(client, pcn, answer["stream"], answer["version"])
    if not users_file(home).exists():
        return []
    now = running(home)
    accounts = accounts_of_pcn(pcn, Credentials(folder=home.secrets), demo=now.synthetic)
    add_live(home, now.addresses["identity"], accounts)
    return accounts


def wait_for(client: Client, pcn: str, stream: str, version: int) -> None:
    """Wait until the portal shows a stream at this version. Raises StackError when it does not get there in time."""
    asked = {"version": str(version), "wait": str(_WAIT_SECONDS)}
    for _ in range(_ASKS):
        if client.get("portal", f"/v1/pcns/{pcn}/streams/{stream}", asked)["version"] >= version:
            return
    raise StackError(f"the portal does not show the change after {_ASKS * _WAIT_SECONDS} s; see `perinatal status`")
