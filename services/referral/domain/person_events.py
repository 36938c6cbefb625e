"""What happened to what is known of a person. Nothing here is ever renamed or removed."""

from dataclasses import dataclass
from datetime import date, datetime

from services.kit.personal import Personal


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
    postal_address: Personal[str] = None
    contact_preference: Personal[str] = None
    access_needs: Personal[tuple[str, ...]] = None
    access_note: Personal[str] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetailsChanged:
    """What is known of a person changed: the whole of it, from now on. `changed` names the fields that are different."""

    person_id: str
    full_name: Personal[str]
    nhs_number: Personal[str]
    birth_date: Personal[date]
    postcode: Personal[str]
    postal_address: Personal[str]
    telephone: Personal[str]
    email: Personal[str]
    contact_preference: Personal[str]
    access_needs: Personal[tuple[str, ...]]
    access_note: Personal[str]
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
    changed: tuple[str, ...]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased:
    """The person is to be forgotten; `reason` is a code. Their key is destroyed because of this event (erasing.py)."""

    person_id: str
    reason: str
    occurred_at: datetime
