"""Public events of the referral service: people, by pseudonymous id and coded facts, and their referrals."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from contracts.event import Fact, PublicEvent
from contracts.fields import Code, Id, Instant, PcnCode
from contracts.referral_fields import (
    AgeBand,
    DueOn,
    EthnicCategory,
    ImdDecile,
    InterpreterRequired,
    MissingParts,
    NhsNumberStatus,
    PerinatalStage,
    PersonId,
    PracticeCode,
    PreferredLanguage,
    ReferralId,
    RuleVersion,
    SpellId,
)


class ReferralEvent(PublicEvent):
    """What all events of this file share: their topic."""

    TOPIC: ClassVar[str] = "perinatal.referral.events"


class Practice(Fact):
    """A general practice of a network."""

    ods_code: Code = Field(description="ODS code of the practice.")
    name: str = Field(description="Name of the practice.")


class PcnConfiguredV1(ReferralEvent):
    """A network was brought on, or its settings were changed. Holds all settings as they are from now on."""

    TYPE: ClassVar[str] = "perinatal-pcn-configured-1"

    pcn_ods_code: PcnCode = Field(description="ODS code of the network, U and five digits; also the tenant.")
    name: str = Field(description="Name of the network.")
    practices: list[Practice] = Field(description="The practices of the network.")
    care_strands: list[Code] = Field(description="Strands of care the network offers. Open for readers.")
    waiting_threshold_days: int = Field(ge=1, description="Days from receipt within which care should have begun.")
    configured_at: Instant = Field(description="When the settings came into force.")


class PersonRegisteredV1(ReferralEvent):
    """A person became known to the service. Identity stays in the referral service."""

    TYPE: ClassVar[str] = "perinatal-person-registered-1"

    person_id: PersonId
    practice_ods_code: PracticeCode = None
    nhs_number_status: NhsNumberStatus
    ethnic_category: EthnicCategory
    preferred_language: PreferredLanguage
    interpreter_required: InterpreterRequired
    imd_decile: ImdDecile = None
    age_band: AgeBand
    perinatal_stage: PerinatalStage = None
    registered_at: Instant = Field(description="When the person was registered.")


class PersonDetailsChangedV1(ReferralEvent):
    """Coded facts about a person changed. Holds all of them as they are from now on."""

    TYPE: ClassVar[str] = "perinatal-person-details-changed-1"

    person_id: PersonId
    practice_ods_code: PracticeCode = None
    nhs_number_status: NhsNumberStatus
    ethnic_category: EthnicCategory
    preferred_language: PreferredLanguage
    interpreter_required: InterpreterRequired
    imd_decile: ImdDecile = None
    age_band: AgeBand
    perinatal_stage: PerinatalStage = None
    changed_at: Instant = Field(description="When the change came into force.")


class PersonErasedV1(ReferralEvent):
    """A person was erased: their key is destroyed, and whoever holds facts about them must forget them too."""

    TYPE: ClassVar[str] = "perinatal-person-erased-1"

    person_id: PersonId
    erased_at: Instant = Field(description="When the person was erased.")


class ReferralReceivedV1(ReferralEvent):
    """A request for help arrived, from a professional or from the family itself."""

    TYPE: ClassVar[str] = "perinatal-referral-received-1"

    referral_id: ReferralId
    person_id: PersonId
    source_of_referral: Code = Field(description="MHSDS SourceOfReferralMH, such as A1, A4 or B1. Open for readers.")
    referring_org_ods_code: Code | None = Field(default=None, description="ODS code of the referring organisation.")
    referring_professional_type: Code | None = Field(
        default=None, description="MHSDS ReferringCareProfessionalType. Open for readers."
    )
    primary_reason: Code = Field(description="MHSDS PrimReasonReferralMH, two digits. Open for readers.")
    self_referred: bool = Field(description="Whether the family asked for help itself.")
    received_at: Instant = Field(description="When the request arrived.")
    consultation_id: Id | None = Field(default=None, description="The consultation that led to this request.")
    referred_by: Code | None = Field(
        default=None, description="Account of who sent the referral, never a name; null: nobody signed in."
    )


class WaitStartedV1(ReferralEvent):
    """The waiting clock of a spell began to run."""

    TYPE: ClassVar[str] = "perinatal-wait-started-1"

    referral_id: ReferralId
    person_id: PersonId
    spell_id: SpellId
    clock_started_at: Instant = Field(description="When the clock started: receipt of the referral.")
    due_on: date = Field(description="Day by which care should have begun, by the network's own threshold.")
    rule_version: Code = Field(description="Which version of the waiting rule gave the start and the day.")
    follows_spell_id: Id | None = Field(
        default=None, description="The spell that ended not more than 30 days before this one began."
    )


class ReferralTriagedV1(ReferralEvent):
    """A clinician read the referral and gave it a priority."""

    TYPE: ClassVar[str] = "perinatal-referral-triaged-1"

    referral_id: ReferralId
    person_id: PersonId
    clinical_response_priority: Code = Field(description="MHSDS ClinRespPriorityType, 1 to 4. Open for readers.")
    triaged_at: Instant = Field(description="When it was triaged.")


class ReferralAcceptedV1(ReferralEvent):
    """The referral was accepted to a strand of care."""

    TYPE: ClassVar[str] = "perinatal-referral-accepted-1"

    referral_id: ReferralId
    person_id: PersonId
    care_strand: Code = Field(
        description="universal, parent_infant, parental_mental_health or wider_family. Open for readers."
    )
    accepted_at: Instant = Field(description="When it was accepted.")


class ReferralRedirectedV1(ReferralEvent):
    """The family was sent on to a service that fits its need better. Never a refusal: there are no criteria."""

    TYPE: ClassVar[str] = "perinatal-referral-redirected-1"

    referral_id: ReferralId
    person_id: PersonId
    reason: Code = Field(description="Why, from the list redirection_reason. Open for readers.")
    redirected_to: Code | None = Field(
        default=None, description="The kind of service, from the list redirected_to; null: not said. Open for readers."
    )
    redirected_at: Instant = Field(description="When it was redirected.")


class ReferralWithdrawnV1(ReferralEvent):
    """The family, or who referred it, took the request back."""

    TYPE: ClassVar[str] = "perinatal-referral-withdrawn-1"

    referral_id: ReferralId
    person_id: PersonId
    reason: Code = Field(description="Why, from the list withdrawal_reason. Open for readers.")
    withdrawn_by: Code = Field(description="By whom: family or referrer. Open for readers.")
    withdrawn_at: Instant = Field(description="When it was withdrawn.")


class ReferralClosedV1(ReferralEvent):
    """The work on this referral ended."""

    TYPE: ClassVar[str] = "perinatal-referral-closed-1"

    referral_id: ReferralId
    person_id: PersonId
    reason: Code = Field(description="Why, from the list closing_reason. Open for readers.")
    closed_at: Instant = Field(description="When it was closed.")


class WaitAdvancedV1(ReferralEvent):
    """A part of the waiting rule is met. Said once; what turns out otherwise is said by wait-revised."""

    TYPE: ClassVar[str] = "perinatal-wait-advanced-1"

    referral_id: ReferralId
    person_id: PersonId
    spell_id: SpellId
    part: Code = Field(
        description="first_contact, baseline_measure, assessment or plan_or_intervention. Open for readers."
    )
    part_at: Instant = Field(
        description="When the part was met; what is known by its day only counts from the beginning of it in England."
    )
    missing_parts: MissingParts
    due_on: DueOn
    rule_version: RuleVersion


class WaitStoppedV1(ReferralEvent):
    """The waiting clock stopped. Said once; what turns out otherwise is said by wait-revised."""

    TYPE: ClassVar[str] = "perinatal-wait-stopped-1"

    referral_id: ReferralId
    person_id: PersonId
    spell_id: SpellId
    clock_started_at: Instant = Field(description="When the clock started: receipt of the referral.")
    clock_stopped_at: Instant = Field(
        description="When the last part of the rule was met, or the referral ended before that."
    )
    days: int = Field(ge=0, description="Whole days in England from start to stop.")
    why: Code = Field(description="complete, withdrawn, redirected or closed. Open for readers.")
    rule_version: RuleVersion


class WaitRevisedV1(ReferralEvent):
    """What was said of a clock turned out otherwise: an earlier fact was heard late, or an attendance was corrected.

    Holds the whole clock as it is from now on. One that had stopped may run again.
    """

    TYPE: ClassVar[str] = "perinatal-wait-revised-1"

    referral_id: ReferralId
    person_id: PersonId
    spell_id: SpellId
    parts_met: dict[str, Instant] = Field(description="When each part that is met was met. Open for readers.")
    missing_parts: MissingParts
    clock_started_at: Instant = Field(description="When the clock started: receipt of the referral.")
    clock_stopped_at: Instant | None = Field(default=None, description="When it stopped; null: it runs.")
    days: int | None = Field(default=None, ge=0, description="Whole days in England from start to stop; null: it runs.")
    why: Code | None = Field(
        default=None, description="complete, withdrawn, redirected or closed; null: it runs. Open for readers."
    )
    due_on: DueOn
    rule_version: RuleVersion
    revised_at: Instant = Field(description="When it was said.")


class WaitBreachedV1(ReferralEvent):
    """The day by which care should have begun went by, and not all parts of the rule were known to be met.

    Said once. A clock that is later shown to have stopped by that day was no breach.
    """

    TYPE: ClassVar[str] = "perinatal-wait-breached-1"

    referral_id: ReferralId
    person_id: PersonId
    spell_id: SpellId
    due_on: DueOn
    missing_parts: MissingParts
    breached_at: Instant = Field(description="The end of the day it was due, in England.")
    rule_version: RuleVersion


PUBLISHED: tuple[type[PublicEvent], ...] = (
    PcnConfiguredV1,
    PersonRegisteredV1,
    PersonDetailsChangedV1,
    PersonErasedV1,
    ReferralReceivedV1,
    WaitStartedV1,
    ReferralTriagedV1,
    ReferralAcceptedV1,
    ReferralRedirectedV1,
    ReferralWithdrawnV1,
    ReferralClosedV1,
    WaitAdvancedV1,
    WaitStoppedV1,
    WaitRevisedV1,
    WaitBreachedV1,
)
