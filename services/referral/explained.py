"""A clock in an answer: which parts are met and when, which are missing, until when, and by which version of the rule."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from services.referral.domain.calendar import london_date
from services.referral.domain.waiting_rule import PARTS
from services.referral.projections.referrals import ReferralRow
from services.referral.projections.waiting_list import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the rule; `met_at` None: missing."""

    part: str
    met_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedWait:
    """A clock that runs, on one day."""

    referral_id: str
    person_id: str
    spell_id: str
    follows_spell_id: str | None
    clock_started_at: datetime
    due_on: date
    rule_version: str
    parts: list[Part]
    missing_parts: list[str]
    breached: bool
    breached_at: datetime | None
    days_waiting: int
    days_left: int
    clinical_response_priority: str | None
    care_strand: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedClock:
    """A clock, running or stopped. `days`: whole days so far, or to the stop; `days_left` None once stopped."""

    spell_id: str
    follows_spell_id: str | None
    status: str
    started_at: datetime
    due_on: date
    rule_version: str
    parts: list[Part]
    missing_parts: list[str]
    stopped_at: datetime | None
    why: str | None
    days: int
    days_left: int | None
    breached: bool
    breached_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedReferral:
    """One referral with what became of it. `status`: received, triaged, accepted, redirected, withdrawn or closed."""

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
    clinical_response_priority: str | None
    triaged_at: datetime | None
    care_strand: str | None
    accepted_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    redirected_to: str | None
    withdrawn_by: str | None
    clock: ExplainedClock | None


def explain_wait(waiting: Waiting) -> ExplainedWait:
    row = waiting.spell
    return ExplainedWait(
        referral_id=row.referral_id,
        person_id=row.person_id,
        spell_id=row.spell_id,
        follows_spell_id=row.follows_spell_id,
        clock_started_at=row.clock_started_at,
        due_on=row.due_on,
        rule_version=row.rule_version,
        parts=_parts(row.parts_met),
        missing_parts=list(row.missing_parts),
        breached=row.breached_at is not None,
        breached_at=row.breached_at,
        days_waiting=waiting.days_waiting,
        days_left=waiting.days_left,
        clinical_response_priority=row.clinical_response_priority,
        care_strand=row.care_strand,
    )


def explain_referral(row: ReferralRow, today: date) -> ExplainedReferral:
    told = {name: value for name, value in asdict(row).items() if name in ExplainedReferral.__dataclass_fields__}
    return ExplainedReferral(**told, clock=explain_clock(row, today))


def explain_clock(row: ReferralRow, today: date) -> ExplainedClock | None:
    """The clock as of `today` (Europe/London); None before it was started."""
    if row.spell_id is None or row.clock_started_at is None or row.due_on is None or row.rule_version is None:
        return None
    runs = row.stopped_at is None
    # A fact heard after the breach was noted may show that the clock had stopped in time.
    in_time = row.stopped_at is not None and london_date(row.stopped_at) <= row.due_on
    return ExplainedClock(
        spell_id=row.spell_id,
        follows_spell_id=row.follows_spell_id,
        status="running" if runs else "stopped",
        started_at=row.clock_started_at,
        due_on=row.due_on,
        rule_version=row.rule_version,
        parts=_parts(row.parts_met),
        missing_parts=list(row.missing_parts),
        stopped_at=row.stopped_at,
        why=row.why,
        days=(today - london_date(row.clock_started_at)).days if row.days is None else row.days,
        days_left=(row.due_on - today).days if runs else None,
        breached=row.breached_at is not None and not in_time,
        breached_at=None if in_time else row.breached_at,
    )


def _parts(met: Mapping[str, datetime]) -> list[Part]:
    return [Part(part=part, met_at=met.get(part)) for part in PARTS]
