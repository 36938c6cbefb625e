"""Our facts as public facts. The only file that knows both languages."""

from typing import assert_never

from contracts.event import PublicEvent
from contracts.training import (
    CommunityInputLoggedV1,
    ConfidenceRecordedV1,
    ConsultationLoggedV1,
    TrainingAttendanceRemovedV1,
    TrainingAttendedV1,
    TrainingRegisterCorrectedV1,
    TrainingSessionHeldV1,
    TrainingSessionScheduledV1,
)
from services.kit.cloud_events import Message
from services.kit.record import Recorded
from services.training.domain.events import (
    STORED_NAMES,
    CommunityInputLogged,
    ConfidenceRecorded,
    ConsultationLogged,
    Event,
    PersonErased,
    PracticesNoted,
    SessionEvent,
    TrainingAttendanceRemoved,
    TrainingAttended,
    TrainingRegisterCorrected,
    TrainingSessionHeld,
    TrainingSessionScheduled,
)

_PRIVATE = (PracticesNoted, PersonErased)
PUBLISHED = tuple(name for name, event in STORED_NAMES.items() if event not in _PRIVATE)
"""The stored names `translate` gives a public fact for."""

SENT_TO = (ConsultationLoggedV1.TOPIC,)
"""The topics they go to."""


def to_message(recorded: Recorded[Event]) -> Message | None:
    """The stored event as the relay sends it; None when it stays private."""
    public = translate(recorded.event)
    if public is None:
        return None
    return Message(topic=public.TOPIC, type=public.TYPE, dataschema=public.dataschema(), data=public.data())


def translate(event: Event) -> PublicEvent | None:
    """The public form of a fact: names and notes never leave this service."""
    match event:
        case PracticesNoted() | PersonErased():
            return None  # our own note of what the referral service already published
        case (
            TrainingSessionScheduled()
            | TrainingSessionHeld()
            | TrainingAttended()
            | ConfidenceRecorded()
            | TrainingRegisterCorrected()
            | TrainingAttendanceRemoved()
        ):
            return _of_session(event)
        case ConsultationLogged():
            return _consultation_logged(event)
        case CommunityInputLogged():
            return _community_input_logged(event)
        case _ as never:
            assert_never(never)


def _of_session(event: SessionEvent) -> PublicEvent:
    match event:
        case TrainingSessionScheduled():
            return _session_scheduled(event)
        case TrainingSessionHeld():
            return _session_held(event)
        case TrainingAttended():
            return _attended(event)
        case ConfidenceRecorded():
            return _confidence_recorded(event)
        case TrainingRegisterCorrected():
            return _register_corrected(event)
        case TrainingAttendanceRemoved():
            return _attendance_removed(event)
        case _ as never:
            assert_never(never)


def _session_scheduled(event: TrainingSessionScheduled) -> TrainingSessionScheduledV1:
    return TrainingSessionScheduledV1(
        training_session_id=event.training_session_id,
        course=event.course,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        objectives=list(event.objectives),
        scale=event.scale,
    )


def _session_held(event: TrainingSessionHeld) -> TrainingSessionHeldV1:
    return TrainingSessionHeldV1(
        training_session_id=event.training_session_id, attended=event.attended, held_at=event.occurred_at
    )


def _attended(event: TrainingAttended) -> TrainingAttendedV1:
    return TrainingAttendedV1(
        training_session_id=event.training_session_id,
        attendee_id=event.attendee_id,
        professional_type=event.professional_type,
        practice_ods_code=event.practice_ods_code,
        org_ods_code=event.org_ods_code,
        attended_at=event.occurred_at,
    )


def _confidence_recorded(event: ConfidenceRecorded) -> ConfidenceRecordedV1:
    return ConfidenceRecordedV1(
        training_session_id=event.training_session_id,
        attendee_id=event.attendee_id,
        objective=event.objective,
        scale=event.scale,
        before=event.before,
        after=event.after,
        recorded_at=event.occurred_at,
    )


def _register_corrected(event: TrainingRegisterCorrected) -> TrainingRegisterCorrectedV1:
    return TrainingRegisterCorrectedV1(
        training_session_id=event.training_session_id,
        attended=event.attended,
        reason=event.reason,
        corrected_at=event.occurred_at,
    )


def _attendance_removed(event: TrainingAttendanceRemoved) -> TrainingAttendanceRemovedV1:
    return TrainingAttendanceRemovedV1(
        training_session_id=event.training_session_id,
        attendee_id=event.attendee_id,
        attended_at=event.attended_at,
        removed_at=event.occurred_at,
    )


def _consultation_logged(event: ConsultationLogged) -> ConsultationLoggedV1:
    return ConsultationLoggedV1(
        consultation_id=event.consultation_id,
        subject_kind=event.subject_kind,
        person_id=event.person_id,
        topic=event.topic,
        duration_minutes=event.duration_minutes,
        professional_type=event.professional_type,
        practice_ods_code=event.practice_ods_code,
        outcome=event.outcome,
        held_on=event.held_on,
    )


def _community_input_logged(event: CommunityInputLogged) -> CommunityInputLoggedV1:
    return CommunityInputLoggedV1(input_id=event.input_id, kind=event.kind, people=event.people, held_on=event.held_on)
