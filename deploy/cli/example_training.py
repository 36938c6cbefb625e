"""The training service's part of the story behind the examples."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from deploy.cli.example_log import ExampleLog
from services.kit.tenancy import TenantId
from services.training.domain import community_input, consultation, register, training_session
from services.training.domain.events import STORED_NAMES
from services.training.outgoing import PUBLISHED


def training_story(tenant: TenantId, *, began: datetime, person: str, full_name: str, note: str) -> ExampleLog:
    """Professionals are trained; one asks about a patient, who is then referred; families advise the service."""
    log = ExampleLog(service="training", tenant=tenant, names=STORED_NAMES, published=PUBLISHED)
    session = _id("training-session")
    stream = training_session.stream_of(session)
    log.decide(stream, training_session, _plan(session, began + timedelta(days=10)), at=began)
    log.decide(stream, training_session, _register(session, full_name), at=began + timedelta(days=10, hours=3))
    log.decide(stream, training_session, _correction(session, full_name), at=began + timedelta(days=11))
    consulted = _consultation(began + timedelta(days=12), person, note)
    stream = consultation.stream_of(consulted.consultation_id)
    log.decide(stream, consultation, consulted, at=began + timedelta(days=12))
    advised = community_input.LogCommunityInput(
        input_id=_id("community-input"),
        kind="advisory-group",
        people=7,
        held_on=(began + timedelta(days=14)).date(),
        note=note,
    )
    stream = community_input.stream_of(advised.input_id)
    log.decide(stream, community_input, advised, at=began + timedelta(days=14, hours=6))
    return log


def _id(thing: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"perinatal/example/{thing}"))


def _plan(session: str, starts_at: datetime) -> training_session.ScheduleSession:
    return training_session.ScheduleSession(
        training_session_id=session,
        course="perinatal-mental-health-awareness",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        objectives=("recognise-distress", "ask-about-mood"),
        scale="0-10",
    )


def _visitor(full_name: str, after: int) -> register.Attendee:
    return register.Attendee(
        attendee_id=_id("attendee"),
        full_name=full_name,
        professional_type="health_visitor",
        practice_ods_code="Y99001",
        confidence=(register.Confidence(objective="recognise-distress", before=4, after=after),),
    )


def _register(session: str, full_name: str) -> training_session.HoldSession:
    somebody = register.Attendee(attendee_id=_id("attendee who did not come"), professional_type="midwife")
    return training_session.HoldSession(training_session_id=session, attendees=(_visitor(full_name, 7), somebody))


def _correction(session: str, full_name: str) -> training_session.CorrectRegister:
    return training_session.CorrectRegister(
        training_session_id=session, attendees=(_visitor(full_name, 8),), reason="person-not-there"
    )


def _consultation(at: datetime, person: str, note: str) -> consultation.LogConsultation:
    return consultation.LogConsultation(
        consultation_id=_id("consultation"),
        subject_kind=consultation.NAMED_PATIENT,
        person_id=person,
        topic="low-mood",
        duration_minutes=25,
        professional_type="health_visitor",
        practice_ods_code="Y99001",
        outcome="led_to_referral",
        held_on=at.date(),
        note=note,
    )
