"""Each referral with what became of it, and its clock."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.referral.domain.clock import EarlierSpell
from services.referral.domain.events import (
    EndEvent,
    Event,
    ReferralAccepted,
    ReferralClosed,
    ReferralReceived,
    ReferralRedirected,
    ReferralTriaged,
    ReferralWithdrawn,
    StageEvent,
    WaitAdvanced,
    WaitBreached,
    WaitEvent,
    WaitRevised,
    WaitStarted,
    WaitStopped,
)
from services.referral.domain.waiting_rule import PARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRow:
    """One referral. `status`: received, triaged, accepted, redirected, withdrawn or closed."""

    referral_id: str
    person_id: str
    status: str
    received_at: datetime
    source_of_referral: str
    self_referred: bool
    referring_org_ods_code: str | None
    referring_professional_type: str | None
    primary_reason: str
    consultation_id: str | None
    clinical_response_priority: str | None = None
    triaged_at: datetime | None = None
    care_strand: str | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    redirected_to: str | None = None
    withdrawn_by: str | None = None
    spell_id: str | None = None
    follows_spell_id: str | None = None
    clock_started_at: datetime | None = None
    due_on: date | None = None
    rule_version: str | None = None
    parts_met: dict[str, datetime]
    missing_parts: tuple[str, ...] = PARTS
    stopped_at: datetime | None = None
    why: str | None = None
    days: int | None = None
    breached_at: datetime | None = None


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case (
            ReferralReceived()
            | ReferralTriaged()
            | ReferralAccepted()
            | ReferralRedirected()
            | ReferralWithdrawn()
            | ReferralClosed() as event
        ):
            return event.referral_id
        case WaitStarted() | WaitAdvanced() | WaitStopped() | WaitRevised() | WaitBreached() as event:
            return event.referral_id
        case _:
            return None


def evolve(row: ReferralRow | None, recorded: Recorded[Event]) -> ReferralRow | None:
    match recorded.event:
        case ReferralReceived() as event:
            return _received(event)
        case ReferralTriaged() | ReferralAccepted() as event if row is not None:
            return _staged(row, event)
        case ReferralRedirected() | ReferralWithdrawn() | ReferralClosed() as event if row is not None:
            return _ended(replace(row, ended_at=event.occurred_at, end_reason=event.reason), event)
        case WaitStarted() | WaitAdvanced() | WaitStopped() | WaitRevised() | WaitBreached() as event if (
            row is not None
        ):
            return _ticked(row, event)
        case _:
            return row


def _received(event: ReferralReceived) -> ReferralRow:
    return ReferralRow(
        referral_id=event.referral_id,
        person_id=event.person_id,
        status="received",
        received_at=event.occurred_at,
        source_of_referral=event.source_of_referral,
        self_referred=event.self_referred,
        referring_org_ods_code=event.referring_org_ods_code,
        referring_professional_type=event.referring_professional_type,
        primary_reason=event.primary_reason,
        consultation_id=event.consultation_id,
        parts_met={},
    )


def _staged(row: ReferralRow, event: StageEvent) -> ReferralRow:
    match event:
        case ReferralTriaged(clinical_response_priority=priority, occurred_at=at):
            return replace(row, status="triaged", clinical_response_priority=priority, triaged_at=at)
        case ReferralAccepted(care_strand=care_strand, occurred_at=at):
            return replace(row, status="accepted", care_strand=care_strand, accepted_at=at)
        case _:
            return row


def _ended(row: ReferralRow, event: EndEvent) -> ReferralRow:
    match event:
        case ReferralRedirected(redirected_to=redirected_to):
            return replace(row, status="redirected", redirected_to=redirected_to)
        case ReferralWithdrawn(withdrawn_by=withdrawn_by):
            return replace(row, status="withdrawn", withdrawn_by=withdrawn_by)
        case ReferralClosed():
            return replace(row, status="closed")


def _ticked(row: ReferralRow, event: WaitEvent) -> ReferralRow:
    match event:
        case WaitStarted():
            return _started(row, event)
        case WaitAdvanced(part=part, occurred_at=at, missing_parts=missing, rule_version=rule):
            return replace(row, parts_met={**row.parts_met, part: at}, missing_parts=missing, rule_version=rule)
        case WaitStopped(occurred_at=at, why=why, days=days, rule_version=rule):
            return replace(row, stopped_at=at, why=why, days=days, rule_version=rule)
        case WaitRevised(stopped_at=at, why=why, days=days, rule_version=rule):
            told = replace(row, parts_met=event.parts_met, missing_parts=event.missing_parts)
            return replace(told, stopped_at=at, why=why, days=days, rule_version=rule)
        case WaitBreached(occurred_at=at):
            return replace(row, breached_at=at)


def _started(row: ReferralRow, event: WaitStarted) -> ReferralRow:
    return replace(
        row,
        spell_id=event.spell_id,
        follows_spell_id=event.follows_spell_id,
        clock_started_at=event.occurred_at,
        due_on=event.due_on,
        rule_version=event.rule_version,
    )


REFERRALS = ReadModel(
    name="referral.referrals",
    version=1,
    table="referrals",
    key="referral_id",
    row=ReferralRow,
    key_of=key_of,
    evolve=evolve,
)


async def by_id(tx: Tx, tenant: TenantId, referral_id: str) -> ReferralRow | None:
    record = await tx.fetchrow("select * from referrals where tenant = $1 and referral_id = $2", tenant, referral_id)
    return REFERRALS.read(record) if record else None


async def spells_of(tx: Tx, tenant: TenantId, person_ids: Collection[str]) -> dict[str, list[EarlierSpell]]:
    """Every spell of each of these people, with the end of its referral."""
    records = await tx.fetch(
        "select person_id, spell_id, ended_at from referrals where tenant = $1 and person_id = any($2) and spell_id is not null",
        tenant,
        list(person_ids),
    )
    spells: dict[str, list[EarlierSpell]] = {person_id: [] for person_id in person_ids}
    for record in records:
        spells[record["person_id"]].append(EarlierSpell(spell_id=record["spell_id"], ended_at=record["ended_at"]))
    return spells
