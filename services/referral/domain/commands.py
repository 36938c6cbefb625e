"""What can be asked of a referral. `happened_at` (aware): when it took place, if it is put down later; None: now."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from services.referral.domain.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRequest:
    """What was asked, by whom, and when it came (aware). `referred_by`: the account that entered it."""

    person_id: str
    source_of_referral: str
    primary_reason: str
    received_at: datetime
    referring_org_ods_code: str | None = None
    referring_professional_type: str | None = None
    consultation_id: str | None = None
    referred_by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReferral:
    """Take a referral in and start its clock: due by the network's threshold, knowing what was heard before."""

    referral_id: str
    request: ReferralRequest
    waiting_threshold_days: int
    facts: tuple[Fact, ...] = ()
    follows_spell_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageReferral:
    """Say how soon the family should be seen."""

    referral_id: str
    clinical_response_priority: str
    note: str | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReferral:
    """Accept the family to a strand of care."""

    referral_id: str
    care_strand: str
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectReferral:
    """Send the family on to a service that fits its need better."""

    referral_id: str
    reason: str
    redirected_to: str | None = None
    note: str | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawReferral:
    """The family, or who referred it, takes the request back."""

    referral_id: str
    reason: str
    withdrawn_by: str
    note: str | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseReferral:
    """The work on this referral has ended."""

    referral_id: str
    reason: str
    note: str | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountFacts:
    """Count the clock again: `facts` are all that is known of the person and may count for it."""

    referral_id: str
    person_id: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBreach:
    """The day it was due is over: count with everything known, and say so if the clock still runs."""

    referral_id: str
    person_id: str
    facts: tuple[Fact, ...]


EndCommand: TypeAlias = RedirectReferral | WithdrawReferral | CloseReferral
ClockCommand: TypeAlias = CountFacts | RecordBreach
ReferralCommand: TypeAlias = ReceiveReferral | TriageReferral | AcceptReferral | EndCommand | ClockCommand
