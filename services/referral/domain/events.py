"""What happened. Nothing here is ever renamed or removed; a changed fact is a new class and a new stored name."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from services.kit.personal import Personal


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
class PersonRegistered:
    """A person became known to the service, with or without an NHS number."""

    person_id: str
    full_name: Personal[str]
    nhs_number: Personal[str]
    birth_date: Personal[date]
    postcode: Personal[str]
    telephone: Personal[str]
    email: Personal[str]
    external_reference: Personal[str]
    estimated_delivery_date: Personal[date]
    infant_birth_date: Personal[date]
    nhs_number_status: str
    nhs_number_missing_reason: str | None
    practice_ods_code: str | None
    ethnic_category: str
    preferred_language: str
    interpreter_required: bool
    imd_decile: int | None
    age_band: str
    perinatal_stage: str | None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStarted:
    """The waiting clock of a spell began to run at `occurred_at`; care should have begun by `due_on`."""

    referral_id: str
    person_id: str
    spell_id: str
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


PcnEvent: TypeAlias = PcnConfigured
PersonEvent: TypeAlias = PersonRegistered
ReferralEvent: TypeAlias = ReferralReceived | WaitStarted | ReferralTriaged | ReferralAccepted
Event: TypeAlias = PcnEvent | PersonEvent | ReferralEvent

STORED_NAMES: dict[str, type[Event]] = {
    "pcn-configured.v1": PcnConfigured,
    "person-registered.v1": PersonRegistered,
    "referral-received.v1": ReferralReceived,
    "wait-started.v1": WaitStarted,
    "referral-triaged.v1": ReferralTriaged,
    "referral-accepted.v1": ReferralAccepted,
}


def upcast(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An old stored event in today's form. Every stored name is still the first, so nothing changes yet."""
    return name, data
