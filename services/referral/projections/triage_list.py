"""Referrals a clinician has still to read, or to accept to a strand of care; what ended is not among them."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.referral.domain.events import (
    Event,
    ReferralAccepted,
    ReferralClosed,
    ReferralReceived,
    ReferralRedirected,
    ReferralTriaged,
    ReferralWithdrawn,
    WaitStarted,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageRow:
    """One referral; without a priority it has not been triaged."""

    referral_id: str
    person_id: str
    received_at: datetime
    due_on: date | None
    source_of_referral: str
    self_referred: bool
    referring_org_ods_code: str | None
    referring_professional_type: str | None
    primary_reason: str
    clinical_response_priority: str | None
    triaged_at: datetime | None


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case ReferralReceived() | WaitStarted() | ReferralTriaged() | ReferralAccepted() as event:
            return event.referral_id
        case ReferralRedirected() | ReferralWithdrawn() | ReferralClosed() as event:
            return event.referral_id
        case _:
            return None


def evolve(row: TriageRow | None, recorded: Recorded[Event]) -> TriageRow | None:
    match recorded.event:
        case ReferralReceived() as event:
            return _arrived(event)
        case WaitStarted(due_on=due_on) if row is not None:
            return replace(row, due_on=due_on)
        case ReferralTriaged(clinical_response_priority=priority, occurred_at=when) if row is not None:
            return replace(row, clinical_response_priority=priority, triaged_at=when)
        case ReferralAccepted() | ReferralRedirected() | ReferralWithdrawn() | ReferralClosed():
            return None
        case _:
            return row


def _arrived(event: ReferralReceived) -> TriageRow:
    return TriageRow(
        referral_id=event.referral_id,
        person_id=event.person_id,
        received_at=event.occurred_at,
        due_on=None,
        source_of_referral=event.source_of_referral,
        self_referred=event.self_referred,
        referring_org_ods_code=event.referring_org_ods_code,
        referring_professional_type=event.referring_professional_type,
        primary_reason=event.primary_reason,
        clinical_response_priority=None,
        triaged_at=None,
    )


TRIAGE_LIST = ReadModel(
    name="referral.triage_list",
    version=2,
    table="triage_list",
    key="referral_id",
    row=TriageRow,
    key_of=key_of,
    evolve=evolve,
)

# The codes' own order is not the order of urgency: 1 emergency, 4 very urgent, 2 urgent, 3 routine.
_TO_TRIAGE = """
select * from triage_list where tenant = $1
order by array_position(array['1', '4', '2', '3'], clinical_response_priority) nulls first, received_at, referral_id
"""


async def to_triage(tx: Tx, tenant: TenantId) -> list[TriageRow]:
    """Those nobody has read first, then by urgency; the longest waiting first in each."""
    return [TRIAGE_LIST.read(record) for record in await tx.fetch(_TO_TRIAGE, tenant)]
