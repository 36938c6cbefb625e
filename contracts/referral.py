"""Public events of the referral service: people, by pseudonymous id and coded facts, and their referrals."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.event import Fact, PublicEvent
from contracts.fields import Code, Id, Instant, PcnCode

PersonId = Annotated[Id, Field(description="Pseudonymous id of the person.")]
ReferralId = Annotated[Id, Field(description="Id of the referral.")]
PracticeCode = Annotated[Code | None, Field(description="ODS code of the person's practice; null: not known.")]
NhsNumberStatus = Annotated[
    Code,
    Field(
        description="NHS Data Dictionary NHS number status indicator, 01 to 08; the number itself is never published. "
        "Open for readers."
    ),
]
EthnicCategory = Annotated[
    Code, Field(description="2001 ethnic category, A to S; Z not stated, 99 not known. Open for readers.")
]
PreferredLanguage = Annotated[Code, Field(description="Code of the language preferred. Open for readers.")]
InterpreterRequired = Annotated[bool, Field(description="Whether an interpreter is needed.")]
ImdDecile = Annotated[
    int | None,
    Field(ge=1, le=10, description="Index of Multiple Deprivation, 1 the most deprived tenth; null: not known."),
]
AgeBand = Annotated[Code, Field(description="Age in years, in bands, at the time of the event. Open for readers.")]
PerinatalStage = Annotated[
    Code | None,
    Field(
        description="preconception, antenatal or postnatal, at the time of the event; null: not known. "
        "Open for readers."
    ),
]


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


class WaitStartedV1(ReferralEvent):
    """The waiting clock of a spell began to run."""

    TYPE: ClassVar[str] = "perinatal-wait-started-1"

    referral_id: ReferralId
    person_id: PersonId
    spell_id: Id = Field(description="Id of the spell the clock belongs to: the id of its first referral.")
    clock_started_at: Instant = Field(description="When the clock started: receipt of the referral.")
    due_on: date = Field(description="Day by which care should have begun, by the network's own threshold.")
    rule_version: Code = Field(description="Which version of the waiting rule gave the start and the day.")


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


PUBLISHED: tuple[type[PublicEvent], ...] = (
    PcnConfiguredV1,
    PersonRegisteredV1,
    PersonDetailsChangedV1,
    PersonErasedV1,
    ReferralReceivedV1,
    WaitStartedV1,
    ReferralTriagedV1,
    ReferralAcceptedV1,
)
