"""Options that more than one command takes."""

from typing import Annotated

import typer

from services.kit.errors import InvalidTenant
from services.kit.tenancy import TenantId


def _tenant(written: str) -> TenantId:
    try:
        return TenantId.parse(written)
    except InvalidTenant as refused:
        raise typer.BadParameter(str(refused)) from refused


PcnOption = Annotated[
    TenantId, typer.Option("--pcn", metavar="CODE", parser=_tenant, help="The network's ODS code, as in U12345.")
]

AnyPcnOption = Annotated[
    TenantId | None, typer.Option("--pcn", metavar="CODE", parser=_tenant, help="What is of one network only.")
]

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be touched, and touch nothing.")]
