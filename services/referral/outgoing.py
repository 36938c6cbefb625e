"""Our facts as public facts. The only file that knows both languages."""

from typing import assert_never

from contracts.event import PublicEvent
from contracts.referral import (
    PcnConfiguredV1,
    PersonRegisteredV1,
    Practice,
    ReferralAcceptedV1,
    ReferralReceivedV1,
    ReferralTriagedV1,
    WaitStartedV1,
)
from services.kit.cloud_events import Message
from services.kit.record import Recorded
from services.referral.domain.calendar import london_date
from services.referral.domain.events import (
    STORED_NAMES,
    Event,
    PcnConfigured,
    PersonRegistered,
    ReferralAccepted,
    ReferralReceived,
    ReferralTriaged,
    WaitStarted,
)

PUBLISHED = tuple(STORED_NAMES)
"""The stored names `translate` gives a public fact for: all of them, so far."""


def to_message(recorded: Recorded[Event]) -> Message | None:
    """The stored event as the relay sends it; None when it stays private."""
    public = translate(recorded.event)
    if public is None:
        return None
    return Message(topic=public.TOPIC, type=public.TYPE, dataschema=public.dataschema(), data=public.data())


def translate(event: Event) -> PublicEvent | None:
    """The public form of a fact. To keep one private, its case returns None: in words, never by leaving it out."""
    match event:
        case PcnConfigured():
            return _pcn_configured(event)
        case PersonRegistered():
            return _person_registered(event)
        case ReferralReceived():
            return _referral_received(event)
        case WaitStarted():
            return _wait_started(event)
        case ReferralTriaged():
            return _referral_triaged(event)
        case ReferralAccepted():
            return _referral_accepted(event)
        case _ as never:
            assert_never(never)


def _pcn_configured(event: PcnConfigured) -> PcnConfiguredV1:
    """With the practices that had not left the network by then."""
    today = london_date(event.occurred_at)
    staying = [practice for practice in event.practices if practice.left_on is None or practice.left_on > today]
    return PcnConfiguredV1(
        pcn_ods_code=event.pcn_ods_code,
        name=event.name,
        practices=[Practice(ods_code=practice.ods_code, name=practice.name) for practice in staying],
        care_strands=list(event.care_strands),
        waiting_threshold_days=event.waiting_threshold_days,
        configured_at=event.occurred_at,
    )


def _person_registered(event: PersonRegistered) -> PersonRegisteredV1:
    return PersonRegisteredV1(
        person_id=event.person_id,
        practice_ods_code=event.practice_ods_code,
        nhs_number_status=event.nhs_number_status,
        ethnic_category=event.ethnic_category,
        preferred_language=event.preferred_language,
        interpreter_required=event.interpreter_required,
        imd_decile=event.imd_decile,
        age_band=event.age_band,
        perinatal_stage=event.perinatal_stage,
        registered_at=event.occurred_at,
    )


def _referral_received(event: ReferralReceived) -> ReferralReceivedV1:
    return ReferralReceivedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        source_of_referral=event.source_of_referral,
        referring_org_ods_code=event.referring_org_ods_code,
        referring_professional_type=event.referring_professional_type,
        primary_reason=event.primary_reason,
        self_referred=event.self_referred,
        received_at=event.occurred_at,
    )


def _wait_started(event: WaitStarted) -> WaitStartedV1:
    return WaitStartedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        clock_started_at=event.occurred_at,
        due_on=event.due_on,
        rule_version=event.rule_version,
    )


def _referral_triaged(event: ReferralTriaged) -> ReferralTriagedV1:
    return ReferralTriagedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        clinical_response_priority=event.clinical_response_priority,
        triaged_at=event.occurred_at,
    )


def _referral_accepted(event: ReferralAccepted) -> ReferralAcceptedV1:
    return ReferralAcceptedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        care_strand=event.care_strand,
        accepted_at=event.occurred_at,
    )
