"""Families waiting: since when, until when they should be seen, and what is known of where they will go."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.referral.domain.calendar import london_date
from services.referral.domain.events import Event, ReferralAccepted, ReferralTriaged, WaitStarted


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """One spell. Nothing here depends on the day it is looked at."""

    referral_id: str
    person_id: str
    spell_id: str
    clock_started_at: datetime
    due_on: date
    rule_version: str
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
        case WaitStarted() | ReferralTriaged() | ReferralAccepted() as event:
            return event.referral_id
        case _:
            return None


def evolve(row: WaitingRow | None, recorded: Recorded[Event]) -> WaitingRow | None:
    match recorded.event:
        case WaitStarted() as event:
            return _started(event)
        case ReferralTriaged(clinical_response_priority=priority) if row is not None:
            return replace(row, clinical_response_priority=priority)
        # Being accepted does not end the wait: being seen does, and that is heard from the other services.
        case ReferralAccepted(care_strand=care_strand) if row is not None:
            return replace(row, care_strand=care_strand)
        case _:
            return row


def _started(event: WaitStarted) -> WaitingRow:
    return WaitingRow(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        clock_started_at=event.occurred_at,
        due_on=event.due_on,
        rule_version=event.rule_version,
        clinical_response_priority=None,
        care_strand=None,
    )


WAITING_LIST = ReadModel(
    name="referral.waiting_list",
    version=1,
    table="waiting_list",
    key="referral_id",
    row=WaitingRow,
    key_of=key_of,
    evolve=evolve,
)


async def waiting(tx: Tx, tenant: TenantId, today: date) -> list[Waiting]:
    """Who is waiting, with the days as of `today` (Europe/London); first due first."""
    records = await tx.fetch(
        "select * from waiting_list where tenant = $1 order by due_on, clock_started_at, referral_id", tenant
    )
    return [_seen_on(WAITING_LIST.read(record), today) for record in records]


def _seen_on(spell: WaitingRow, today: date) -> Waiting:
    return Waiting(
        spell=spell,
        days_waiting=(today - london_date(spell.clock_started_at)).days,
        days_left=(spell.due_on - today).days,
    )
