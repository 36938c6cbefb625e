"""What happened. Nothing here is ever renamed or removed; a changed fact is a new class and a new stored name."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from services.kit.personal import Personal
from services.referral.domain.person_events import PersonDetailsChanged, PersonErased, PersonRegistered


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A general practice of a network, from `joined_on` up to but not including `left_on` (None: open)."""

    ods_code: str
    name: str
    joined_on: date | None = None
    left_on: date | None = None

    def belongs_on(self, day: date) -> bool:
        """Whether the practice was part of the network on this day."""
        joined = self.joined_on is None or self.joined_on <= day
        return joined and (self.left_on is None or day < self.left_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class PcnConfigured:
    """A network was brought on, or its settings changed: the whole of them, from now on."""

    pcn_ods_code: str
    name: str
    practices: tuple[Practice, ...]
    care_strands: tuple[str, ...]
    waiting_threshold_days: int
    commissioner_ods_code: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralReceived:
    """A request for help arrived, from a professional or from the family itself."""

    referral_id: str
    person_id: str
    source_of_referral: str
    self_referred: bool
    referring_org_ods_code: str | None
    referring_professional_type: str | None
    primary_reason: str
    note: Personal[str]
    occurred_at: datetime
    consultation_id: str | None = None
    referred_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStarted:
    """The waiting clock of a spell began to run at `occurred_at`; care should have begun by `due_on`."""

    referral_id: str
    person_id: str
    spell_id: str
    due_on: date
    rule_version: str
    occurred_at: datetime
    follows_spell_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAdvanced:
    """A part of the rule was met at `occurred_at`."""

    referral_id: str
    person_id: str
    spell_id: str
    part: str
    missing_parts: tuple[str, ...]
    due_on: date
    rule_version: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStopped:
    """The clock stopped at `occurred_at`, `days` whole days after its start."""

    referral_id: str
    person_id: str
    spell_id: str
    clock_started_at: datetime
    why: str
    days: int
    rule_version: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRevised:
    """What was said of a clock turned out otherwise; this is the whole of it. `stopped_at` None: it runs (again)."""

    referral_id: str
    person_id: str
    spell_id: str
    parts_met: dict[str, datetime]
    missing_parts: tuple[str, ...]
    clock_started_at: datetime
    stopped_at: datetime | None
    why: str | None
    days: int | None
    due_on: date
    rule_version: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitBreached:
    """The day the wait was due ended at `occurred_at`, and by what was known then these parts were missing."""

    referral_id: str
    person_id: str
    spell_id: str
    missing_parts: tuple[str, ...]
    due_on: date
    rule_version: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralTriaged:
    """A clinician read the referral and said how soon the family should be seen."""

    referral_id: str
    person_id: str
    clinical_response_priority: str
    note: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAccepted:
    """The family was accepted to a strand of care."""

    referral_id: str
    person_id: str
    care_strand: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRedirected:
    """The family was sent on to a service that fits its need better."""

    referral_id: str
    person_id: str
    reason: str
    redirected_to: str | None
    note: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralWithdrawn:
    """The family, or who referred it, took the request back."""

    referral_id: str
    person_id: str
    reason: str
    withdrawn_by: str
    note: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralClosed:
    """The work on this referral ended."""

    referral_id: str
    person_id: str
    reason: str
    note: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNoted:
    """What the scheduling service says of a contact at `occurred_at`; of one contact the highest `told` is what stands.

    Without a referral it was for none of them.
    """

    person_id: str
    contact_id: str
    told: int
    referral_id: str | None
    kind: str
    attendance_status: str
    consultation_mechanism: str | None
    activities: tuple[str, ...]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureNoted:
    """A questionnaire, as the outcomes service says: `scored`, it gave a score. Of one the highest `told` stands."""

    person_id: str
    measure_id: str
    told: int
    collection_point: str | None
    scored: bool
    completed_on: date
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellNoted:
    """The person has a referral whose clock their facts may count for."""

    person_id: str
    referral_id: str
    occurred_at: datetime


PcnEvent: TypeAlias = PcnConfigured
PersonEvent: TypeAlias = PersonRegistered | PersonDetailsChanged | PersonErased
WaitEvent: TypeAlias = WaitStarted | WaitAdvanced | WaitStopped | WaitRevised | WaitBreached
EndEvent: TypeAlias = ReferralRedirected | ReferralWithdrawn | ReferralClosed
StageEvent: TypeAlias = ReferralReceived | ReferralTriaged | ReferralAccepted | EndEvent
ReferralEvent: TypeAlias = StageEvent | WaitEvent
Fact: TypeAlias = ContactNoted | MeasureNoted
FactsEvent: TypeAlias = Fact | SpellNoted
Event: TypeAlias = PcnEvent | PersonEvent | ReferralEvent | FactsEvent

STORED_NAMES: dict[str, type[Event]] = {
    "pcn-configured.v1": PcnConfigured,
    "person-registered.v1": PersonRegistered,
    "person-details-changed.v1": PersonDetailsChanged,
    "person-erased.v1": PersonErased,
    "referral-received.v1": ReferralReceived,
    "wait-started.v1": WaitStarted,
    "referral-triaged.v1": ReferralTriaged,
    "referral-accepted.v1": ReferralAccepted,
    "referral-redirected.v1": ReferralRedirected,
    "referral-withdrawn.v1": ReferralWithdrawn,
    "referral-closed.v1": ReferralClosed,
    "wait-advanced.v1": WaitAdvanced,
    "wait-stopped.v1": WaitStopped,
    "wait-revised.v1": WaitRevised,
    "wait-breached.v1": WaitBreached,
    "contact-noted.v1": ContactNoted,
    "measure-noted.v1": MeasureNoted,
    "spell-noted.v1": SpellNoted,
}


def upcast(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An old stored event in today's form. Every stored name is still the first, so nothing changes yet."""
    return name, data
