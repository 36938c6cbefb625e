"""Whom training and consultation reached, on the days of a period. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from contracts.referral import PcnConfiguredV1
from contracts.training import ConsultationLoggedV1, TrainingAttendedV1, TrainingSessionHeldV1
from services.portal.readmodels.evidence import EvidenceRow
from services.portal.report.tracing import Counted, Figures, adding, each, first_of_each

TRAINING = (TrainingSessionHeldV1.TYPE, TrainingAttendedV1.TYPE, ConsultationLoggedV1.TYPE, PcnConfiguredV1.TYPE)
_LED_TO_REFERRAL = "led_to_referral"


def training_events(facts: Iterable[EvidenceRow], first: date, last: date) -> Figures:
    """`facts` in the order in which they were true."""
    facts = list(facts)
    within = [fact for fact in facts if first <= fact.day <= last]
    attended = [fact for fact in within if fact.type == TrainingAttendedV1.TYPE]
    consultations = [fact for fact in within if fact.type == ConsultationLoggedV1.TYPE]
    return {
        "training.sessions_held": each(fact for fact in within if fact.type == TrainingSessionHeldV1.TYPE),
        "training.attendances": each(attended),
        "training.professionals": first_of_each(attended, "attendee_id"),
        **_coverage(facts, last),
        "training.consultations": each(consultations),
        "training.consultation_minutes": adding(consultations, "duration_minutes"),
        "training.led_to_referral": each(one for one in consultations if one.facts["outcome"] == _LED_TO_REFERRAL),
    }


def _coverage(facts: list[EvidenceRow], last: date) -> Figures:
    """Practices in force on the last day, and those of them with somebody trained in the twelve months that end with it."""
    settings = [fact for fact in facts if fact.type == PcnConfiguredV1.TYPE]
    in_force = [fact for fact in settings if fact.day <= last][-1:] or settings[:1]
    practices = {practice["ods_code"] for fact in in_force for practice in fact.facts["practices"]}
    start = first_day_of_twelve_months(last)
    trained = [
        fact
        for fact in facts
        if fact.type == TrainingAttendedV1.TYPE
        and start <= fact.day <= last
        and fact.facts.get("practice_ods_code") in practices
    ]
    return {
        "training.practices": [Counted(fact=fact, counts=len(practices)) for fact in in_force],
        "training.practices_covered": first_of_each(trained, "practice_ods_code"),
    }


def first_day_of_twelve_months(last: date) -> date:
    """The day after the same day a year before."""
    try:
        return last.replace(year=last.year - 1) + timedelta(days=1)
    except ValueError:
        return date(last.year - 1, 3, 1)
