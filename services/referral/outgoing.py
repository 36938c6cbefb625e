"""Our facts as public facts. The only file that knows both languages."""

from typing import Any, assert_never

from contracts.event import PublicEvent
from contracts.referral import (
    PcnConfiguredV1,
    PersonDetailsChangedV1,
    PersonErasedV1,
    PersonRegisteredV1,
    Practice,
    ReferralAcceptedV1,
    ReferralClosedV1,
    ReferralReceivedV1,
    ReferralRedirectedV1,
    ReferralTriagedV1,
    ReferralWithdrawnV1,
    WaitAdvancedV1,
    WaitBreachedV1,
    WaitRevisedV1,
    WaitStartedV1,
    WaitStoppedV1,
)
from services.kit.cloud_events import Message
from services.kit.record import Recorded
from services.referral.domain.calendar import london_date
from services.referral.domain.events import (
    STORED_NAMES,
    ContactNoted,
    Event,
    MeasureNoted,
    PcnConfigured,
    ReferralAccepted,
    ReferralClosed,
    ReferralReceived,
    ReferralRedirected,
    ReferralTriaged,
    ReferralWithdrawn,
    SpellNoted,
    StageEvent,
    WaitAdvanced,
    WaitBreached,
    WaitEvent,
    WaitRevised,
    WaitStarted,
    WaitStopped,
)
from services.referral.domain.person_events import PersonDetailsChanged, PersonErased, PersonRegistered

_PRIVATE = (ContactNoted, MeasureNoted, SpellNoted)
PUBLISHED = tuple(name for name, event in STORED_NAMES.items() if event not in _PRIVATE)
"""The stored names `translate` gives a public fact for."""

SENT_TO = (PcnConfiguredV1.TOPIC,)
"""The topics they go to."""


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
        case PersonDetailsChanged():
            return _person_details_changed(event)
        case PersonErased():
            return PersonErasedV1(person_id=event.person_id, erased_at=event.occurred_at)
        case ContactNoted() | MeasureNoted() | SpellNoted():
            # Others' facts, which they publish themselves, and what we remember of our own.
            return None
        case WaitStarted() | WaitAdvanced() | WaitStopped() | WaitRevised() | WaitBreached():
            return _wait(event)
        case (
            ReferralReceived()
            | ReferralTriaged()
            | ReferralAccepted()
            | ReferralRedirected()
            | ReferralWithdrawn()
            | ReferralClosed()
        ):
            return _referral(event)
        case _ as never:
            assert_never(never)


def _referral(event: StageEvent) -> PublicEvent:
    match event:
        case ReferralReceived():
            return _referral_received(event)
        case ReferralTriaged():
            return _referral_triaged(event)
        case ReferralAccepted():
            return _referral_accepted(event)
        case ReferralRedirected():
            return _referral_redirected(event)
        case ReferralWithdrawn():
            return _referral_withdrawn(event)
        case ReferralClosed():
            return _referral_closed(event)
        case _ as never:
            assert_never(never)


def _wait(event: WaitEvent) -> PublicEvent:
    match event:
        case WaitStarted():
            return _wait_started(event)
        case WaitAdvanced():
            return _wait_advanced(event)
        case WaitStopped():
            return _wait_stopped(event)
        case WaitRevised():
            return _wait_revised(event)
        case WaitBreached():
            return _wait_breached(event)
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
    return PersonRegisteredV1(**_known_of(event), registered_at=event.occurred_at)


def _person_details_changed(event: PersonDetailsChanged) -> PersonDetailsChangedV1:
    return PersonDetailsChangedV1(**_known_of(event), changed_at=event.occurred_at)


def _known_of(event: PersonRegistered | PersonDetailsChanged) -> dict[str, Any]:
    """The coded facts about a person; how to reach them and what they need from us stays here."""
    return {
        "person_id": event.person_id,
        "practice_ods_code": event.practice_ods_code,
        "nhs_number_status": event.nhs_number_status,
        "ethnic_category": event.ethnic_category,
        "preferred_language": event.preferred_language,
        "interpreter_required": event.interpreter_required,
        "imd_decile": event.imd_decile,
        "age_band": event.age_band,
        "perinatal_stage": event.perinatal_stage,
    }


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
        consultation_id=event.consultation_id,
        referred_by=event.referred_by,
    )


def _wait_started(event: WaitStarted) -> WaitStartedV1:
    return WaitStartedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        clock_started_at=event.occurred_at,
        due_on=event.due_on,
        rule_version=event.rule_version,
        follows_spell_id=event.follows_spell_id,
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


def _referral_redirected(event: ReferralRedirected) -> ReferralRedirectedV1:
    return ReferralRedirectedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        reason=event.reason,
        redirected_to=event.redirected_to,
        redirected_at=event.occurred_at,
    )


def _referral_withdrawn(event: ReferralWithdrawn) -> ReferralWithdrawnV1:
    return ReferralWithdrawnV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        reason=event.reason,
        withdrawn_by=event.withdrawn_by,
        withdrawn_at=event.occurred_at,
    )


def _referral_closed(event: ReferralClosed) -> ReferralClosedV1:
    return ReferralClosedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        reason=event.reason,
        closed_at=event.occurred_at,
    )


def _wait_advanced(event: WaitAdvanced) -> WaitAdvancedV1:
    return WaitAdvancedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        part=event.part,
        part_at=event.occurred_at,
        missing_parts=list(event.missing_parts),
        due_on=event.due_on,
        rule_version=event.rule_version,
    )


def _wait_stopped(event: WaitStopped) -> WaitStoppedV1:
    return WaitStoppedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        clock_started_at=event.clock_started_at,
        clock_stopped_at=event.occurred_at,
        days=event.days,
        why=event.why,
        rule_version=event.rule_version,
    )


def _wait_revised(event: WaitRevised) -> WaitRevisedV1:
    return WaitRevisedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        parts_met=event.parts_met,
        missing_parts=list(event.missing_parts),
        clock_started_at=event.clock_started_at,
        clock_stopped_at=event.stopped_at,
        days=event.days,
        why=event.why,
        due_on=event.due_on,
        rule_version=event.rule_version,
        revised_at=event.occurred_at,
    )


def _wait_breached(event: WaitBreached) -> WaitBreachedV1:
    return WaitBreachedV1(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        due_on=event.due_on,
        missing_parts=list(event.missing_parts),
        breached_at=event.occurred_at,
        rule_version=event.rule_version,
    )
