"""Every referral and what became of it: the triage list and a person's referrals are read from here.

When one is due is for its clock to say (`waits`). A row starts with whichever fact comes first; lists show it once the referral
itself is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contracts.event import PublicEvent
from contracts.referral import (
    ReferralAcceptedV1,
    ReferralClosedV1,
    ReferralReceivedV1,
    ReferralRedirectedV1,
    ReferralTriagedV1,
    ReferralWithdrawnV1,
)
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Ended = ReferralRedirectedV1 | ReferralWithdrawnV1 | ReferralClosedV1
Heeded = ReferralReceivedV1 | ReferralTriagedV1 | ReferralAcceptedV1 | Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRow:
    referral_id: str
    person_id: str
    status: str = "announced"
    """announced (not received yet), received, triaged, accepted, redirected, withdrawn, closed"""
    source_of_referral: str | None = None
    referring_org_ods_code: str | None = None
    referring_professional_type: str | None = None
    primary_reason: str | None = None
    self_referred: bool | None = None
    received_at: datetime | None = None
    received_recorded_at: datetime | None = None
    clinical_response_priority: str | None = None
    triaged_at: datetime | None = None
    care_strand: str | None = None
    accepted_at: datetime | None = None
    accepted_recorded_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    redirected_to: str | None = None
    withdrawn_by: str | None = None


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.referral_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: ReferralRow | None, recorded: Recorded[PublicEvent]) -> ReferralRow | None:
    event = recorded.event
    if not isinstance(event, Heeded):
        return row
    so_far = row or ReferralRow(referral_id=event.referral_id, person_id=event.person_id)
    told = _told(event, recorded.recorded_at)
    return replace(so_far, **told, status=_status(so_far, told, event))


def _told(event: Heeded, recorded_at: datetime) -> dict[str, Any]:
    """The columns this event fills. One `replace` an event: a rebuild makes hundreds of thousands of these rows."""
    match event:
        case ReferralReceivedV1():
            return _received(event, recorded_at)
        case ReferralTriagedV1():
            return {
                "clinical_response_priority": event.clinical_response_priority,
                "triaged_at": event.triaged_at,
            }
        case ReferralAcceptedV1():
            return {
                "care_strand": event.care_strand,
                "accepted_at": event.accepted_at,
                "accepted_recorded_at": recorded_at,
            }
        case _:
            return _ended(event)


def _received(event: ReferralReceivedV1, recorded_at: datetime) -> dict[str, Any]:
    return {
        "source_of_referral": event.source_of_referral,
        "referring_org_ods_code": event.referring_org_ods_code,
        "referring_professional_type": event.referring_professional_type,
        "primary_reason": event.primary_reason,
        "self_referred": event.self_referred,
        "received_at": event.received_at,
        "received_recorded_at": recorded_at,
    }


def _ended(event: Ended) -> dict[str, Any]:
    match event:
        case ReferralRedirectedV1():
            how = {"ended_at": event.redirected_at, "redirected_to": event.redirected_to}
        case ReferralWithdrawnV1():
            how = {"ended_at": event.withdrawn_at, "withdrawn_by": event.withdrawn_by}
        case ReferralClosedV1():
            how = {"ended_at": event.closed_at}
    return {"end_reason": event.reason, **how}


_ENDS = {
    ReferralRedirectedV1.TYPE: "redirected",
    ReferralWithdrawnV1.TYPE: "withdrawn",
    ReferralClosedV1.TYPE: "closed",
}


def _status(row: ReferralRow, told: Mapping[str, Any], event: Heeded) -> str:
    """From the row and what the event adds to it."""
    if "ended_at" in told or row.ended_at is not None:
        return _ENDS.get(event.TYPE, row.status)
    if "received_at" not in told and row.received_at is None:
        return "announced"
    if "accepted_at" in told or row.accepted_at is not None:
        return "accepted"
    return "triaged" if "triaged_at" in told or row.triaged_at is not None else "received"


REFERRALS: ReadModel[ReferralRow, PublicEvent] = ReadModel(
    name="portal.referrals",
    version=2,
    table="referrals",
    key="referral_id",
    row=ReferralRow,
    key_of=_key_of,
    evolve=_evolve,
)

_OLDEST_FIRST = """
select *, count(*) over () as matching from referrals
where tenant = $1 and status = any($2) and ($3::text is null or clinical_response_priority = $3)
order by received_at, referral_id
limit $4 offset $5
"""

ON_TRIAGE_LIST = ("received", "triaged")


async def to_triage(
    tx: Tx, tenant: TenantId, *, statuses: tuple[str, ...], priority: str | None, limit: int | None, offset: int
) -> tuple[list[ReferralRow], int]:
    """A page of the referrals that wait for a decision, oldest first, and how many there are in all; without a limit, all."""
    return _page(await tx.fetch(_OLDEST_FIRST, tenant, list(statuses), priority, limit, offset))


def _page(records: Sequence[Any]) -> tuple[list[ReferralRow], int]:
    return [REFERRALS.read(record) for record in records], records[0]["matching"] if records else 0


async def referral(tx: Tx, tenant: TenantId, referral_id: str) -> ReferralRow | None:
    record = await tx.fetchrow(
        "select * from referrals where tenant = $1 and referral_id = $2 and received_at is not null",
        tenant,
        referral_id,
    )
    return REFERRALS.read(record) if record else None


async def by_ids(tx: Tx, tenant: TenantId, referral_ids: list[str]) -> dict[str, ReferralRow]:
    """Those of the referrals that are known here, by id."""
    records = await tx.fetch(
        "select * from referrals where tenant = $1 and referral_id = any($2)", tenant, referral_ids
    )
    return {record["referral_id"]: REFERRALS.read(record) for record in records}


async def of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[ReferralRow]:
    """A person's referrals, the latest first."""
    records = await tx.fetch(
        "select * from referrals where tenant = $1 and person_id = $2 and received_at is not null "
        "order by received_at desc, referral_id",
        tenant,
        person_id,
    )
    return [REFERRALS.read(record) for record in records]


async def counts(tx: Tx, tenant: TenantId) -> dict[str, int]:
    """How many referrals wait for triage, and how many for acceptance."""
    record = await tx.fetchrow(
        "select count(*) filter (where status = 'received') as to_triage, "
        "count(*) filter (where status = 'triaged') as to_accept from referrals where tenant = $1",
        tenant,
    )
    return dict(record)
