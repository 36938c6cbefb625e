"""Families waiting: since when, until when they should be seen, which parts of the rule are met and which are missing.

A clock that stopped keeps its row, out of sight: an attendance that is corrected may set it going again.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.referral.domain.calendar import london_date
from services.referral.domain.events import (
    Event,
    ReferralAccepted,
    ReferralTriaged,
    WaitAdvanced,
    WaitBreached,
    WaitEvent,
    WaitRevised,
    WaitStarted,
    WaitStopped,
)
from services.referral.domain.waiting_rule import PARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """One spell. Nothing here depends on the day it is looked at."""

    referral_id: str
    person_id: str
    spell_id: str
    follows_spell_id: str | None
    clock_started_at: datetime
    due_on: date
    rule_version: str
    parts_met: dict[str, datetime]
    missing_parts: tuple[str, ...]
    stopped_at: datetime | None
    breached_at: datetime | None
    noted_at: datetime
    """When we were told of the referral, which may be long after it was received."""
    clinical_response_priority: str | None
    care_strand: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A spell seen on one day: whole days waited, days left until due (negative when overdue)."""

    spell: WaitingRow
    days_waiting: int
    days_left: int


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case WaitStarted() | WaitAdvanced() | WaitStopped() | WaitRevised() | WaitBreached() as event:
            return event.referral_id
        case ReferralTriaged() | ReferralAccepted() as event:
            return event.referral_id
        case _:
            return None


def evolve(row: WaitingRow | None, recorded: Recorded[Event]) -> WaitingRow | None:
    match recorded.event:
        case WaitStarted() as event:
            return _started(event, recorded.recorded_at)
        case WaitAdvanced() | WaitStopped() | WaitRevised() | WaitBreached() as event if row is not None:
            return _ticked(row, event)
        case ReferralTriaged(clinical_response_priority=priority) if row is not None:
            return replace(row, clinical_response_priority=priority)
        # Being accepted does not end the wait: being seen and helped does.
        case ReferralAccepted(care_strand=care_strand) if row is not None:
            return replace(row, care_strand=care_strand)
        case _:
            return row


def _started(event: WaitStarted, noted_at: datetime) -> WaitingRow:
    return WaitingRow(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        follows_spell_id=event.follows_spell_id,
        clock_started_at=event.occurred_at,
        due_on=event.due_on,
        rule_version=event.rule_version,
        parts_met={},
        missing_parts=PARTS,
        stopped_at=None,
        breached_at=None,
        noted_at=noted_at,
        clinical_response_priority=None,
        care_strand=None,
    )


def _ticked(row: WaitingRow, event: WaitEvent) -> WaitingRow:
    match event:
        case WaitAdvanced(part=part, occurred_at=at, missing_parts=missing, rule_version=rule):
            return replace(row, parts_met={**row.parts_met, part: at}, missing_parts=missing, rule_version=rule)
        case WaitStopped(occurred_at=at, rule_version=rule):
            return replace(row, stopped_at=at, rule_version=rule)
        case WaitRevised(parts_met=met, missing_parts=missing, stopped_at=at, rule_version=rule):
            return replace(row, parts_met=met, missing_parts=missing, stopped_at=at, rule_version=rule)
        case WaitBreached(occurred_at=at):
            return replace(row, breached_at=at)
        case WaitStarted():
            return row


WAITING_LIST = ReadModel(
    name="referral.waiting_list",
    version=2,
    table="waiting_list",
    key="referral_id",
    row=WaitingRow,
    key_of=key_of,
    evolve=evolve,
)


async def waiting(tx: Tx, tenant: TenantId, today: date) -> list[Waiting]:
    """Who is waiting, with the days as of `today` (Europe/London); first due first."""
    records = await tx.fetch(
        "select * from waiting_list where tenant = $1 and stopped_at is null "
        "order by due_on, clock_started_at, referral_id",
        tenant,
    )
    return [_seen_on(WAITING_LIST.read(record), today) for record in records]


async def coming_due(tx: Tx, tenant: TenantId, today: date, days: int) -> list[Waiting]:
    """Who should be seen by `days` from today at the latest, and is not overdue yet: a warning while there is time."""
    records = await tx.fetch(
        "select * from waiting_list where tenant = $1 and stopped_at is null and due_on between $2 and $3 "
        "order by due_on, clock_started_at, referral_id",
        tenant,
        today,
        today + timedelta(days=days),
    )
    return [_seen_on(WAITING_LIST.read(record), today) for record in records]


async def overdue(tx: Tx, tenant: TenantId, today: date, noted_before: datetime) -> list[WaitingRow]:
    """Whose day went by without a breach being noted as yet, of those we were told of before a moment."""
    records = await tx.fetch(
        "select * from waiting_list where tenant = $1 and stopped_at is null and breached_at is null and due_on < $2 "
        "and noted_at <= $3 order by due_on, referral_id",
        tenant,
        today,
        noted_before,
    )
    return [WAITING_LIST.read(record) for record in records]


def _seen_on(spell: WaitingRow, today: date) -> Waiting:
    return Waiting(
        spell=spell,
        days_waiting=(today - london_date(spell.clock_started_at)).days,
        days_left=(spell.due_on - today).days,
    )
