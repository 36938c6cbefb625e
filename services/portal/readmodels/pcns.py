"""The networks: what a page needs to know of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.event import PublicEvent
from contracts.referral import PcnConfiguredV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class PcnRow:
    pcn_ods_code: str
    name: str
    practices: list[dict[str, Any]]
    """[{"ods_code", "name"}]"""
    care_strands: list[str]
    waiting_threshold_days: int
    configured_at: datetime


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.pcn_ods_code if isinstance(recorded.event, PcnConfiguredV1) else None


def _evolve(row: PcnRow | None, recorded: Recorded[PublicEvent]) -> PcnRow | None:
    match recorded.event:
        case PcnConfiguredV1() as configured:
            return PcnRow(
                pcn_ods_code=configured.pcn_ods_code,
                name=configured.name,
                practices=[practice.model_dump() for practice in configured.practices],
                care_strands=list(configured.care_strands),
                waiting_threshold_days=configured.waiting_threshold_days,
                configured_at=configured.configured_at,
            )
        case _:
            return row


PCNS: ReadModel[PcnRow, PublicEvent] = ReadModel(
    name="portal.pcns",
    version=1,
    table="pcns",
    key="pcn_ods_code",
    row=PcnRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def pcn(tx: Tx, tenant: TenantId) -> PcnRow | None:
    """The network's settings; None while nothing was heard of it."""
    record = await tx.fetchrow("select * from pcns where tenant = $1", tenant)
    return PCNS.read(record) if record else None
