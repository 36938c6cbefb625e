"""Facts and commands of the training service in domain words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.kit.testing import NOW, Decider
from services.training.domain import community_input, consultation, person, practices, training_session
from services.training.domain.community_input import LogCommunityInput
from services.training.domain.consultation import LogConsultation
from services.training.domain.events import (
    CommunityInputLogged,
    ConfidenceRecorded,
    ConsultationLogged,
    PersonErased,
    Practice,
    PracticesNoted,
    TrainingAttendanceRemoved,
    TrainingAttended,
    TrainingRegisterCorrected,
    TrainingSessionHeld,
    TrainingSessionScheduled,
)
from services.training.domain.practices import NotePractices
from services.training.domain.register import Attendee, Confidence
from services.training.domain.training_session import CorrectRegister, HoldSession, ScheduleSession

PCN = "U99999"
SESSION = str(uuid5(NAMESPACE_URL, "a training session"))
ATTENDEE = str(uuid5(NAMESPACE_URL, "a health visitor"))
COLLEAGUE = str(uuid5(NAMESPACE_URL, "a receptionist"))
CONSULTATION = str(uuid5(NAMESPACE_URL, "a consultation"))
INPUT = str(uuid5(NAMESPACE_URL, "a contribution"))
PERSON = str(uuid5(NAMESPACE_URL, "a person"))
PLANNED_AT = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
STARTS = datetime(2026, 5, 28, 12, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=2)
HELD_ON = date(2026, 5, 29)

practice_lists = Decider(decide=practices.decide, evolve=practices.evolve, initial=practices.initial)
sessions = Decider(decide=training_session.decide, evolve=training_session.evolve, initial=training_session.initial)
consultations = Decider(decide=consultation.decide, evolve=consultation.evolve, initial=consultation.initial)
people = Decider(decide=person.decide, evolve=person.evolve, initial=person.initial)
inputs = Decider(decide=community_input.decide, evolve=community_input.evolve, initial=community_input.initial)


def a_practice(code: str = "X00001") -> Practice:
    return Practice(ods_code=code, name=f"Practice {code}")


def note_practices(*codes: str, at: datetime = PLANNED_AT) -> NotePractices:
    return NotePractices(
        pcn_ods_code=PCN, practices=tuple(a_practice(code) for code in codes or ("X00001",)), configured_at=at
    )


def erased(**changes: Any) -> PersonErased:
    return replace(PersonErased(person_id=PERSON, occurred_at=NOW), **changes)


def practices_noted(*codes: str, at: datetime = PLANNED_AT) -> PracticesNoted:
    return PracticesNoted(
        pcn_ods_code=PCN, practices=tuple(a_practice(code) for code in codes or ("X00001",)), occurred_at=at
    )


def schedule(**changes: Any) -> ScheduleSession:
    command = ScheduleSession(
        training_session_id=SESSION,
        course="listening-to-families",
        starts_at=STARTS,
        ends_at=ENDS,
        objectives=("ask-about-mood", "include-partners"),
        scale="0-10",
    )
    return replace(command, **changes)


def scheduled(**changes: Any) -> TrainingSessionScheduled:
    event = TrainingSessionScheduled(
        training_session_id=SESSION,
        course="listening-to-families",
        starts_at=STARTS,
        ends_at=ENDS,
        objectives=("ask-about-mood", "include-partners"),
        scale="0-10",
        occurred_at=NOW,
    )
    return replace(event, **changes)


def an_attendee(*answers: Confidence, **changes: Any) -> Attendee:
    attendee = Attendee(
        attendee_id=ATTENDEE,
        full_name="Vera Testcase",
        professional_type="health_visitor",
        practice_ods_code="X00001",
        confidence=answers,
    )
    return replace(attendee, **changes)


def answers(before: int | None, after: int | None, objective: str = "ask-about-mood") -> Confidence:
    return Confidence(objective=objective, before=before, after=after)


def hold(*attendees: Attendee) -> HoldSession:
    return HoldSession(training_session_id=SESSION, attendees=attendees)


def correct(*attendees: Attendee, reason: str = "person-forgotten") -> CorrectRegister:
    return CorrectRegister(training_session_id=SESSION, attendees=attendees, reason=reason)


def register_corrected(attended: int = 1, reason: str = "person-forgotten") -> TrainingRegisterCorrected:
    return TrainingRegisterCorrected(training_session_id=SESSION, attended=attended, reason=reason, occurred_at=NOW)


def removed(attendee_id: str = ATTENDEE) -> TrainingAttendanceRemoved:
    return TrainingAttendanceRemoved(
        training_session_id=SESSION, attendee_id=attendee_id, attended_at=ENDS, occurred_at=NOW
    )


def held(attended: int = 1, **changes: Any) -> TrainingSessionHeld:
    return replace(TrainingSessionHeld(training_session_id=SESSION, attended=attended, occurred_at=ENDS), **changes)


def attended(**changes: Any) -> TrainingAttended:
    event = TrainingAttended(
        training_session_id=SESSION,
        attendee_id=ATTENDEE,
        subject_id=ATTENDEE,
        full_name="Vera Testcase",
        professional_type="health_visitor",
        practice_ods_code="X00001",
        org_ods_code=None,
        occurred_at=ENDS,
    )
    return replace(event, **changes)


def a_colleague(**changes: Any) -> TrainingAttended:
    """Somebody who gave no name, from a trust."""
    whole: dict[str, Any] = {
        "attendee_id": COLLEAGUE,
        "subject_id": COLLEAGUE,
        "full_name": None,
        "professional_type": "receptionist",
        "practice_ods_code": None,
        "org_ods_code": "RXX01",
    }
    return attended(**{**whole, **changes})


def confident(before: int | None = 4, after: int | None = 8, **changes: Any) -> ConfidenceRecorded:
    event = ConfidenceRecorded(
        training_session_id=SESSION,
        attendee_id=ATTENDEE,
        objective="ask-about-mood",
        scale="0-10",
        before=before,
        after=after,
        occurred_at=ENDS,
    )
    return replace(event, **changes)


def log_consultation(**changes: Any) -> LogConsultation:
    command = LogConsultation(
        consultation_id=CONSULTATION,
        subject_kind="named_patient",
        person_id=PERSON,
        topic="low-mood",
        duration_minutes=25,
        professional_type="midwife",
        practice_ods_code="X00001",
        outcome="led_to_referral",
        held_on=HELD_ON,
        note="Tearful since the scan.",
    )
    return replace(command, **changes)


def consultation_logged(**changes: Any) -> ConsultationLogged:
    event = ConsultationLogged(
        consultation_id=CONSULTATION,
        subject_id=PERSON,
        subject_kind="named_patient",
        person_id=PERSON,
        topic="low-mood",
        duration_minutes=25,
        professional_type="midwife",
        practice_ods_code="X00001",
        outcome="led_to_referral",
        held_on=HELD_ON,
        note="Tearful since the scan.",
        occurred_at=NOW,
    )
    return replace(event, **changes)


def log_input(**changes: Any) -> LogCommunityInput:
    command = LogCommunityInput(
        input_id=INPUT, kind="advisory-group", people=7, held_on=HELD_ON, note="Wants evening sessions."
    )
    return replace(command, **changes)


def input_logged(**changes: Any) -> CommunityInputLogged:
    event = CommunityInputLogged(
        input_id=INPUT,
        subject_id=INPUT,
        kind="advisory-group",
        people=7,
        held_on=HELD_ON,
        note="Wants evening sessions.",
        occurred_at=NOW,
    )
    return replace(event, **changes)
