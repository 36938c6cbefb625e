"""Waits, activity and training as the portal hears them, in domain words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.event import PublicEvent
from contracts.outcomes import MhaPeriodStartedV1, SafeguardingConcernOpenedV1
from contracts.referral import WaitAdvancedV1, WaitBreachedV1, WaitRevisedV1, WaitStoppedV1
from contracts.scheduling import AppointmentCancelledV1, SessionAttendedV1, SessionHeldV1, SessionMissedV1
from contracts.training import (
    CommunityInputLoggedV1,
    ConfidenceRecordedV1,
    ConsultationLoggedV1,
    TrainingAttendedV1,
    TrainingSessionHeldV1,
    TrainingSessionScheduledV1,
)
from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.portal.readmodels.waits import PARTS
from tests.unit.portal.scenarios import (
    CONCERN,
    DUE,
    PERIOD,
    PERSON,
    RECEIVED,
    RECORDED,
    REFERRAL,
    accepted,
    an_id,
    configured,
    flagged,
    heard,
    measured,
    received,
    registered,
    wait_started,
)

TRAINING, ATTENDEE, CONSULTATION = an_id("training"), an_id("attendee"), an_id("consultation")
INPUT = an_id("contribution")
HELD = datetime(2026, 5, 12, 11, 0, tzinfo=UTC)
_SPELL = {"referral_id": REFERRAL, "person_id": PERSON, "spell_id": REFERRAL, "rule_version": "waiting-clock-1"}


def advanced(part: str, days: int) -> WaitAdvancedV1:
    missing = list(PARTS[PARTS.index(part) + 1 :])
    at = RECEIVED + timedelta(days=days)
    return WaitAdvancedV1(**_SPELL, part=part, part_at=at, missing_parts=missing, due_on=DUE)


def stopped(days: int = 9, why: str = "complete") -> WaitStoppedV1:
    at = RECEIVED + timedelta(days=days)
    return WaitStoppedV1(**_SPELL, clock_started_at=RECEIVED, clock_stopped_at=at, days=days, why=why)


def revised(**changes: Any) -> WaitRevisedV1:
    """The clock runs again: an attendance was corrected, and only the questionnaire is left."""
    facts = {
        "parts_met": {"baseline_measure": RECEIVED + timedelta(days=2)},
        "missing_parts": ["first_contact", "assessment", "plan_or_intervention"],
        "clock_started_at": RECEIVED,
        "due_on": DUE,
        "revised_at": RECORDED,
    }
    return WaitRevisedV1(**(_SPELL | facts | changes))


def breached() -> WaitBreachedV1:
    at = datetime(2026, 6, 1, 23, 0, tzinfo=UTC)
    return WaitBreachedV1(**_SPELL, due_on=DUE, missing_parts=["assessment"], breached_at=at)


def attended(appointment: str) -> SessionAttendedV1:
    return SessionAttendedV1(
        kind="appointment",
        appointment_id=an_id(appointment),
        person_id=PERSON,
        attendance_status="5",
        consultation_mechanism="01",
        activities=["assessment"],
        others_present=[],
        party_size=1,
        attended_at=HELD,
    )


def missed(appointment: str) -> SessionMissedV1:
    return SessionMissedV1(
        kind="appointment", appointment_id=an_id(appointment), person_id=PERSON, attendance_status="3", missed_at=HELD
    )


def cancelled(appointment: str) -> AppointmentCancelledV1:
    return AppointmentCancelledV1(
        appointment_id=an_id(appointment),
        person_id=PERSON,
        cancelled_by="provider",
        attendance_status="4",
        cancelled_at=HELD,
    )


def session_held() -> SessionHeldV1:
    return SessionHeldV1(
        group_session_id=an_id("group"), families=4, participant_count=9, drop_ins=1, language="en", held_at=HELD
    )


def training_planned(training_session_id: str = TRAINING) -> TrainingSessionScheduledV1:
    return TrainingSessionScheduledV1(
        training_session_id=training_session_id,
        course="asking-about-risk",
        starts_at=HELD - timedelta(hours=2),
        ends_at=HELD,
        objectives=["ask-about-mood"],
        scale="0-10",
    )


def training_held() -> TrainingSessionHeldV1:
    return TrainingSessionHeldV1(training_session_id=TRAINING, attended=1, held_at=HELD)


def trained(attendee: str = ATTENDEE, practice: str | None = "X00001") -> TrainingAttendedV1:
    return TrainingAttendedV1(
        training_session_id=TRAINING,
        attendee_id=attendee,
        professional_type="midwife",
        practice_ods_code=practice,
        attended_at=HELD,
    )


def confident() -> ConfidenceRecordedV1:
    return ConfidenceRecordedV1(
        training_session_id=TRAINING,
        attendee_id=ATTENDEE,
        objective="ask-about-mood",
        scale="0-10",
        before=3,
        after=8,
        recorded_at=HELD,
    )


def consulted(**changes: Any) -> ConsultationLoggedV1:
    facts = {
        "consultation_id": CONSULTATION,
        "subject_kind": "named_patient",
        "person_id": PERSON,
        "topic": "low-mood",
        "duration_minutes": 25,
        "professional_type": "health_visitor",
        "practice_ods_code": "X00001",
        "outcome": "led_to_referral",
        "held_on": date(2026, 5, 13),
    }
    return ConsultationLoggedV1(**(facts | changes))


def contributed(input_id: str = INPUT) -> CommunityInputLoggedV1:
    return CommunityInputLoggedV1(input_id=input_id, kind="advisory-group", people=7, held_on=date(2026, 5, 14))


def concern_opened() -> SafeguardingConcernOpenedV1:
    return SafeguardingConcernOpenedV1(
        concern_id=CONCERN, person_id=PERSON, level="concern-raised", opened_on=date(2026, 5, 15)
    )


def detained() -> MhaPeriodStartedV1:
    return MhaPeriodStartedV1(
        period_id=PERIOD, person_id=PERSON, legal_status="02", counts_as="detention", started_on=date(2026, 5, 16)
    )


def a_month(tenant: TenantId) -> list[Recorded[PublicEvent]]:
    """Everything a report counts, at least once; all stored at the same moment."""
    clock = [advanced(part, days) for days, part in enumerate(PARTS, start=6)]
    first, last = ({"measure_id": an_id(f"{tenant} {day}"), "completed_on": date(2026, 5, day)} for day in (5, 25))
    streams: dict[str, list[PublicEvent]] = {
        f"pcn-{tenant}": [configured(pcn_ods_code=tenant)],
        f"referral-{REFERRAL}": [received(), wait_started(), accepted(), *clock, stopped()],
        f"record-{PERSON}": [
            measured({"total": 16.0}, **first),
            flagged(measure_id=first["measure_id"]),
            measured({"total": 9.0}, **last),
        ],
        "appointment-a": [attended("a")],
        "appointment-b": [missed("b")],
        "appointment-c": [cancelled("c")],
        "session-g": [session_held()],
        f"training-session-{TRAINING}": [training_planned(), training_held(), trained(), confident()],
        f"consultation-{CONSULTATION}": [consulted()],
        f"community-input-{INPUT}": [contributed()],
        f"person-{PERSON}": [registered()],
        f"restricted-{PERSON}": [concern_opened(), detained()],
    }
    return [
        heard(event, stream, version, tenant=tenant)
        for stream, events in streams.items()
        for version, event in enumerate(events, start=1)
    ]
