"""Waiting clocks, one row a spell: started, which parts are met and when, what is missing, stopped, and whether its day went by.

All that is said of one clock comes in one stream, so a row is as new as the last of it. Lists show it once its start has arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from contracts.event import PublicEvent
from contracts.referral import WaitAdvancedV1, WaitBreachedV1, WaitRevisedV1, WaitStartedV1, WaitStoppedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

PARTS = ("first_contact", "baseline_measure", "assessment", "plan_or_intervention")

Heeded = WaitStartedV1 | WaitAdvancedV1 | WaitStoppedV1 | WaitRevisedV1 | WaitBreachedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRow:
    spell_id: str
    referral_id: str
    person_id: str
    follows_spell_id: str | None = None
    clock_started_at: datetime | None = None
    started_recorded_at: datetime | None = None
    due_on: date | None = None
    rule_version: str | None = None
    parts_met: dict[str, datetime] = field(default_factory=dict)
    """{part: when it was met}"""
    parts_recorded: dict[str, datetime] = field(default_factory=dict)
    """{part: when that was stored}"""
    missing_parts: list[str] = field(default_factory=lambda: list(PARTS))
    clock_stopped_at: datetime | None = None
    days: int | None = None
    why: str | None = None
    stopped_recorded_at: datetime | None = None
    breached_at: datetime | None = None
    breached_recorded_at: datetime | None = None


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.spell_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: WaitRow | None, recorded: Recorded[PublicEvent]) -> WaitRow | None:
    event = recorded.event
    if not isinstance(event, Heeded):
        return row
    blank = WaitRow(spell_id=event.spell_id, referral_id=event.referral_id, person_id=event.person_id)
    return _with(replace(row or blank, rule_version=event.rule_version), event, recorded.recorded_at)


def _with(row: WaitRow, event: Heeded, at: datetime) -> WaitRow:
    match event:
        case WaitStartedV1():
            return replace(
                row,
                follows_spell_id=event.follows_spell_id,
                clock_started_at=event.clock_started_at,
                started_recorded_at=at,
                due_on=event.due_on,
            )
        case WaitAdvancedV1():
            return replace(
                row,
                parts_met={**row.parts_met, event.part: event.part_at},
                parts_recorded={**row.parts_recorded, event.part: at},
                missing_parts=list(event.missing_parts),
                due_on=event.due_on,
            )
        case WaitStoppedV1():
            stopped = event.clock_stopped_at
            return replace(row, clock_stopped_at=stopped, days=event.days, why=event.why, stopped_recorded_at=at)
        case WaitBreachedV1():
            return replace(row, breached_at=event.breached_at, breached_recorded_at=at)
        case WaitRevisedV1():
            return _revised(row, event, at)


def _revised(row: WaitRow, event: WaitRevisedV1, at: datetime) -> WaitRow:
    unchanged = {part for part, met_at in event.parts_met.items() if row.parts_met.get(part) == met_at}
    return replace(
        row,
        parts_met=dict(event.parts_met),
        parts_recorded={part: row.parts_recorded[part] if part in unchanged else at for part in event.parts_met},
        missing_parts=list(event.missing_parts),
        clock_started_at=event.clock_started_at,
        clock_stopped_at=event.clock_stopped_at,
        days=event.days,
        why=event.why,
        due_on=event.due_on,
        stopped_recorded_at=at if event.clock_stopped_at else None,
    )


WAITS: ReadModel[WaitRow, PublicEvent] = ReadModel(
    name="portal.waits",
    version=1,
    table="waits",
    key="spell_id",
    row=WaitRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def wait_of(tx: Tx, tenant: TenantId, spell_id: str) -> WaitRow | None:
    """A spell's clock; None while its start has not arrived."""
    record = await tx.fetchrow(
        "select * from waits where tenant = $1 and spell_id = $2 and started_recorded_at is not null", tenant, spell_id
    )
    return WAITS.read(record) if record else None


async def waits_of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[WaitRow]:
    """A person's clocks, the latest first."""
    records = await tx.fetch(
        "select * from waits where tenant = $1 and person_id = $2 and started_recorded_at is not null "
        "order by clock_started_at desc, spell_id",
        tenant,
        person_id,
    )
    return [WAITS.read(record) for record in records]


async def waits_of(tx: Tx, tenant: TenantId, referral_ids: Sequence[str]) -> dict[str, WaitRow]:
    """The clocks of these referrals, by referral; those whose start has not arrived are left out."""
    records = await tx.fetch(
        "select * from waits where tenant = $1 and referral_id = any($2) and started_recorded_at is not null",
        tenant,
        list(referral_ids),
    )
    return {record["referral_id"]: WAITS.read(record) for record in records}
