"""What is sent to this service, and who an id stands for in an answer."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.kit.bodies import Code, Day, Id, Instant, Line, Note, StrictModel
from services.referral.domain.commands import ReferralRequest
from services.referral.domain.events import Practice
from services.referral.domain.pcn import ConfigurePcn

OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,12}$")]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Codes = Annotated[tuple[Code, ...], Field(strict=False, max_length=40)]


class PracticeEntry(StrictModel):
    ods_code: OdsCode
    name: Line
    joined_on: Day | None = None
    left_on: Day | None = None


class PcnFile(StrictModel):
    pcn_ods_code: Code
    name: Line
    practices: list[PracticeEntry]
    care_strands: list[Code]
    waiting_threshold_days: int
    commissioner_ods_code: OdsCode | None = None

    def command(self) -> ConfigurePcn:
        practices = tuple(Practice(**practice.model_dump()) for practice in self.practices)
        return ConfigurePcn(**{**self.model_dump(), "practices": practices, "care_strands": tuple(self.care_strands)})


class Told(StrictModel):
    """What may be told of a person, and need not be."""

    full_name: Line | None = None
    nhs_number: Line | None = None
    birth_date: Day | None = None
    postcode: Line | None = None
    postal_address: Address | None = None
    telephone: Line | None = None
    email: Line | None = None
    contact_preference: Code | None = None
    access_needs: Codes | None = None
    access_note: Words | None = None
    external_reference: Line | None = None
    practice_ods_code: OdsCode | None = None
    imd_decile: int | None = None
    perinatal_stage: Code | None = None
    estimated_delivery_date: Day | None = None
    infant_birth_date: Day | None = None


class NewPerson(Told):
    ethnic_category: Code
    preferred_language: Code
    interpreter_required: bool
    nhs_number_missing_reason: Code | None = None


class ChangedDetails(Told):
    """What is new. What is left out stays as it is; `remove` names what no longer holds."""

    ethnic_category: Code | None = None
    preferred_language: Code | None = None
    interpreter_required: bool | None = None
    remove: Codes = ()
    seen_revision: int | None = None


class PersonIds(StrictModel):
    person_ids: Annotated[list[Id], Field(max_length=1_000)]


class Search(StrictModel):
    """One of the three."""

    nhs_number: Line | None = None
    external_reference: Line | None = None
    full_name: Annotated[Line, StringConstraints(min_length=2)] | None = None

    @model_validator(mode="after")
    def one_thing(self) -> Self:
        if sum(given is not None for given in (self.nhs_number, self.external_reference, self.full_name)) != 1:
            raise ValueError("search by one of nhs_number, external_reference, full_name")
        return self


class NewReferral(StrictModel):
    person_id: Id
    source_of_referral: Code
    primary_reason: Code
    received_at: Instant
    referring_org_ods_code: OdsCode | None = None
    referring_professional_type: Code | None = None
    consultation_id: Id | None = None
    note: Note | None = None

    def request(self, referred_by: str | None) -> ReferralRequest:
        """`referred_by`: the account of who sent it; None where nobody signed in."""
        ids = {"person_id": str(self.person_id), "consultation_id": self.consultation_id and str(self.consultation_id)}
        return ReferralRequest(**{**self.model_dump(), **ids}, referred_by=referred_by)


class TriageDecision(StrictModel):
    clinical_response_priority: Code
    note: Note | None = None
    happened_at: Instant | None = None


class Erasure(StrictModel):
    """`reason` is a code: words could tell who it was."""

    reason: Code


class Acceptance(StrictModel):
    care_strand: Code
    happened_at: Instant | None = None


class Redirection(StrictModel):
    reason: Code
    redirected_to: Code | None = None
    note: Note | None = None
    happened_at: Instant | None = None


class Withdrawal(StrictModel):
    reason: Code
    withdrawn_by: Code
    note: Note | None = None
    happened_at: Instant | None = None


class Closing(StrictModel):
    reason: Code
    note: Note | None = None
    happened_at: Instant | None = None


class Identity(BaseModel):
    """Who a person id stands for; of somebody erased only when that was."""

    model_config = ConfigDict(from_attributes=True)

    person_id: str
    full_name: str | None
    nhs_number: str | None
    birth_date: date | None
    external_reference: str | None
    erased_at: datetime | None = None
