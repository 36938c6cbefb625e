"""The networks and their settings as they are now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.referral.domain.events import Event, PcnConfigured, Practice


@dataclass(frozen=True, slots=True, kw_only=True)
class PcnRow:
    pcn_ods_code: str
    name: str
    practices: tuple[Practice, ...]
    care_strands: tuple[str, ...]
    waiting_threshold_days: int
    commissioner_ods_code: str | None
    configured_at: datetime


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case PcnConfigured(pcn_ods_code=pcn_ods_code):
            return pcn_ods_code
        case _:
            return None


def evolve(row: PcnRow | None, recorded: Recorded[Event]) -> PcnRow | None:
    match recorded.event:
        case PcnConfigured() as event:
            return PcnRow(
                pcn_ods_code=event.pcn_ods_code,
                name=event.name,
                practices=event.practices,
                care_strands=event.care_strands,
                waiting_threshold_days=event.waiting_threshold_days,
                commissioner_ods_code=event.commissioner_ods_code,
                configured_at=event.occurred_at,
            )
        case _:
            return row


PCNS = ReadModel(
    name="referral.pcns", version=1, table="pcns", key="pcn_ods_code", row=PcnRow, key_of=key_of, evolve=evolve
)


async def directory(tx: Tx, tenants: Collection[TenantId] | None) -> list[PcnRow]:
    """The networks of these tenants, by name; None for every network of the installation.

    Settings are about organisations, not people: `pcn_directory` is the one query that reads across tenants.
    """
    records = await tx.fetch(
        "select * from pcn_directory($1) order by name", None if tenants is None else list(tenants)
    )
    return [PCNS.read(record) for record in records]
