"""Facts that count for a clock, and what is said of one. The clock began on 31 May 2026 at 14:30 UTC."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.kit.testing import NOW
from services.referral.domain.commands import CountFacts, RecordBreach
from services.referral.domain.events import (
    ContactNoted,
    Fact,
    MeasureNoted,
    SpellNoted,
    WaitAdvanced,
    WaitBreached,
    WaitRevised,
    WaitStopped,
)
from services.referral.domain.waiting_rule import PARTS
from tests.unit.referral.scenarios import PERSON, REFERRAL, YESTERDAY

DUE = date(2026, 6, 28)
RULE = "four-week-2024"


def june(day: int, hour: int = 10) -> datetime:
    """A moment in June 2026."""
    return datetime(2026, 6, day, hour, tzinfo=UTC)


def began(day: date) -> datetime:
    """The beginning of a summer day in England."""
    return datetime(day.year, day.month, day.day - 1, 23, tzinfo=UTC)


def contact(name: str = "visit", **changes: Any) -> ContactNoted:
    """Seen on time, face to face, on 3 June; nothing noted of what was done."""
    event = ContactNoted(
        person_id=PERSON,
        contact_id=str(uuid5(NAMESPACE_URL, name)),
        told=2,
        referral_id=REFERRAL,
        kind="appointment",
        attendance_status="5",
        consultation_mechanism="01",
        activities=(),
        occurred_at=june(3),
    )
    return replace(event, **changes)


def measure(name: str = "form", **changes: Any) -> MeasureNoted:
    """A first questionnaire, filled in on 4 June."""
    event = MeasureNoted(
        person_id=PERSON,
        measure_id=str(uuid5(NAMESPACE_URL, name)),
        told=2,
        collection_point="baseline",
        scored=True,
        completed_on=date(2026, 6, 4),
        occurred_at=june(4),
    )
    return replace(event, **changes)


def spell(**changes: Any) -> SpellNoted:
    return replace(SpellNoted(person_id=PERSON, referral_id=REFERRAL, occurred_at=YESTERDAY), **changes)


def count(*facts: Fact, **changes: Any) -> CountFacts:
    return replace(CountFacts(referral_id=REFERRAL, person_id=PERSON, facts=facts), **changes)


def record_breach(*facts: Fact) -> RecordBreach:
    return RecordBreach(referral_id=REFERRAL, person_id=PERSON, facts=facts)


def advanced(part: str, at: datetime, *missing: str) -> WaitAdvanced:
    return WaitAdvanced(
        referral_id=REFERRAL,
        person_id=PERSON,
        spell_id=REFERRAL,
        part=part,
        missing_parts=missing,
        due_on=DUE,
        rule_version=RULE,
        occurred_at=at,
    )


def stopped(at: datetime, days: int, why: str = "complete") -> WaitStopped:
    return WaitStopped(
        referral_id=REFERRAL,
        person_id=PERSON,
        spell_id=REFERRAL,
        clock_started_at=YESTERDAY,
        why=why,
        days=days,
        rule_version=RULE,
        occurred_at=at,
    )


def revised(met: dict[str, datetime], stop: tuple[datetime, int, str] | None = None) -> WaitRevised:
    """`stop`: when, after how many days, why; None: it runs."""
    at, days, why = stop or (None, None, None)
    return WaitRevised(
        referral_id=REFERRAL,
        person_id=PERSON,
        spell_id=REFERRAL,
        parts_met=met,
        missing_parts=tuple(part for part in PARTS if part not in met),
        clock_started_at=YESTERDAY,
        stopped_at=at,
        why=why,
        days=days,
        due_on=DUE,
        rule_version=RULE,
        occurred_at=NOW,
    )


def breached(*missing: str) -> WaitBreached:
    """At the end of 28 June in England."""
    return WaitBreached(
        referral_id=REFERRAL,
        person_id=PERSON,
        spell_id=REFERRAL,
        missing_parts=missing,
        due_on=DUE,
        rule_version=RULE,
        occurred_at=datetime(2026, 6, 28, 23, tzinfo=UTC),
    )
