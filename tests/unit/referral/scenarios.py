"""Facts and commands of the referral service in domain words. Every NHS number starts with 9: none was ever issued."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.kit.testing import NOW, Decider
from services.referral.domain import pcn, person, referral, wait_facts
from services.referral.domain.commands import (
    AcceptReferral,
    CloseReferral,
    ReceiveReferral,
    RedirectReferral,
    ReferralRequest,
    TriageReferral,
    WithdrawReferral,
)
from services.referral.domain.details import ChangePersonDetails
from services.referral.domain.events import (
    PcnConfigured,
    Practice,
    ReferralAccepted,
    ReferralClosed,
    ReferralReceived,
    ReferralRedirected,
    ReferralTriaged,
    ReferralWithdrawn,
    WaitStarted,
)
from services.referral.domain.pcn import ConfigurePcn
from services.referral.domain.person import RegisterPerson
from services.referral.domain.person_events import PersonDetailsChanged, PersonErased, PersonRegistered

PCN = "U99999"
PERSON = str(uuid5(NAMESPACE_URL, "a person"))
REFERRAL = str(uuid5(NAMESPACE_URL, "a referral"))
YESTERDAY = datetime(2026, 5, 31, 14, 30, tzinfo=UTC)
NHS_NUMBER = "9434765919"

pcns = Decider(decide=pcn.decide, evolve=pcn.evolve, initial=pcn.initial)
people = Decider(decide=person.decide, evolve=person.evolve, initial=person.initial)
referrals = Decider(decide=referral.decide, evolve=referral.evolve, initial=referral.initial)
facts = Decider(decide=wait_facts.decide, evolve=wait_facts.evolve, initial=wait_facts.initial)


def a_practice(code: str = "X00001", **changes: Any) -> Practice:
    return replace(Practice(ods_code=code, name=f"Practice {code}"), **changes)


def configure(**changes: Any) -> ConfigurePcn:
    command = ConfigurePcn(
        pcn_ods_code=PCN,
        name="Northfield",
        practices=(a_practice(),),
        care_strands=("universal", "parent_infant"),
        waiting_threshold_days=28,
    )
    return replace(command, **changes)


def configured(**changes: Any) -> PcnConfigured:
    event = PcnConfigured(
        pcn_ods_code=PCN,
        name="Northfield",
        practices=(a_practice(),),
        care_strands=("universal", "parent_infant"),
        waiting_threshold_days=28,
        commissioner_ods_code=None,
        occurred_at=NOW,
    )
    return replace(event, **changes)


def register(**changes: Any) -> RegisterPerson:
    command = RegisterPerson(
        person_id=PERSON,
        full_name="Synthia Testcase",
        nhs_number=NHS_NUMBER,
        birth_date=date(1994, 2, 3),
        postcode="ZZ99 3WZ",
        telephone="01632 960001",
        email="synthia@example.org",
        external_reference="LOCAL-17",
        practice_ods_code="X00001",
        ethnic_category="K",
        preferred_language="bn",
        interpreter_required=True,
        imd_decile=2,
        perinatal_stage="antenatal",
        estimated_delivery_date=date(2026, 9, 1),
        infant_birth_date=None,
    )
    return replace(command, **changes)


def registered(**changes: Any) -> PersonRegistered:
    event = PersonRegistered(
        person_id=PERSON,
        full_name="Synthia Testcase",
        nhs_number=NHS_NUMBER,
        birth_date=date(1994, 2, 3),
        postcode="ZZ99 3WZ",
        telephone="01632 960001",
        email="synthia@example.org",
        external_reference="LOCAL-17",
        estimated_delivery_date=date(2026, 9, 1),
        infant_birth_date=None,
        nhs_number_status="02",
        nhs_number_missing_reason=None,
        practice_ods_code="X00001",
        ethnic_category="K",
        preferred_language="bn",
        interpreter_required=True,
        imd_decile=2,
        age_band="30-34",
        perinatal_stage="antenatal",
        occurred_at=NOW,
    )
    return replace(event, **changes)


def change(**changes: Any) -> ChangePersonDetails:
    return ChangePersonDetails(person_id=PERSON, **changes)


def details_changed(*names: str, **changes: Any) -> PersonDetailsChanged:
    """What is known of the person of `registered`, with these changes; `names` are the fields that are different."""
    told = {field.name: getattr(registered(), field.name) for field in fields(PersonRegistered)}
    return PersonDetailsChanged(**{**told, **changes}, changed=names)


def receive(threshold_days: int = 28, **changes: Any) -> ReceiveReferral:
    request = ReferralRequest(
        person_id=PERSON,
        source_of_referral="A4",
        primary_reason="13",
        received_at=YESTERDAY,
        referring_org_ods_code="RXX01",
        referring_professional_type="midwife",
        note="Low since the twenty-week scan.",
    )
    return ReceiveReferral(
        referral_id=REFERRAL, request=replace(request, **changes), waiting_threshold_days=threshold_days
    )


def received(**changes: Any) -> ReferralReceived:
    event = ReferralReceived(
        referral_id=REFERRAL,
        person_id=PERSON,
        source_of_referral="A4",
        self_referred=False,
        referring_org_ods_code="RXX01",
        referring_professional_type="midwife",
        primary_reason="13",
        note="Low since the twenty-week scan.",
        occurred_at=YESTERDAY,
    )
    return replace(event, **changes)


def wait_started(**changes: Any) -> WaitStarted:
    event = WaitStarted(
        referral_id=REFERRAL,
        person_id=PERSON,
        spell_id=REFERRAL,
        due_on=date(2026, 6, 28),
        rule_version="four-week-2024",
        occurred_at=YESTERDAY,
    )
    return replace(event, **changes)


def triage(priority: str = "2", note: str | None = None, **changes: Any) -> TriageReferral:
    return replace(TriageReferral(referral_id=REFERRAL, clinical_response_priority=priority, note=note), **changes)


def triaged(**changes: Any) -> ReferralTriaged:
    event = ReferralTriaged(
        referral_id=REFERRAL, person_id=PERSON, clinical_response_priority="2", note=None, occurred_at=NOW
    )
    return replace(event, **changes)


def accept(care_strand: str = "parent_infant", **changes: Any) -> AcceptReferral:
    return replace(AcceptReferral(referral_id=REFERRAL, care_strand=care_strand), **changes)


def accepted(**changes: Any) -> ReferralAccepted:
    event = ReferralAccepted(referral_id=REFERRAL, person_id=PERSON, care_strand="parent_infant", occurred_at=NOW)
    return replace(event, **changes)


def redirect(**changes: Any) -> RedirectReferral:
    command = RedirectReferral(
        referral_id=REFERRAL, reason="more_specialist_care_needed", redirected_to="specialist_perinatal_team"
    )
    return replace(command, **changes)


def redirected(**changes: Any) -> ReferralRedirected:
    event = ReferralRedirected(
        referral_id=REFERRAL,
        person_id=PERSON,
        reason="more_specialist_care_needed",
        redirected_to="specialist_perinatal_team",
        note=None,
        occurred_at=NOW,
    )
    return replace(event, **changes)


def withdraw(**changes: Any) -> WithdrawReferral:
    return replace(WithdrawReferral(referral_id=REFERRAL, reason="no_longer_needed", withdrawn_by="family"), **changes)


def withdrawn(**changes: Any) -> ReferralWithdrawn:
    event = ReferralWithdrawn(
        referral_id=REFERRAL,
        person_id=PERSON,
        reason="no_longer_needed",
        withdrawn_by="family",
        note=None,
        occurred_at=NOW,
    )
    return replace(event, **changes)


def close(**changes: Any) -> CloseReferral:
    return replace(CloseReferral(referral_id=REFERRAL, reason="work_completed"), **changes)


def closed(**changes: Any) -> ReferralClosed:
    event = ReferralClosed(referral_id=REFERRAL, person_id=PERSON, reason="work_completed", note=None, occurred_at=NOW)
    return replace(event, **changes)


def erased(**changes: Any) -> PersonErased:
    return replace(PersonErased(person_id=PERSON, reason="person_asked", occurred_at=NOW), **changes)
