"""Whom training and consultation reached, and what local families contributed, on the days of a period. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from contracts.referral import PcnConfiguredV1
from contracts.training import (
    CommunityInputLoggedV1,
    ConfidenceRecordedV1,
    ConsultationLoggedV1,
    TrainingAttendanceRemovedV1,
    TrainingAttendedV1,
    TrainingSessionHeldV1,
)
from services.portal.readmodels.evidence import Evidence
from services.portal.report.confidence import (
    Register,
    answers_within,
    as_told_last,
    confidence_events,
    confidence_statistics,
)
from services.portal.report.tracing import Events, Figures, adding, each, first_of_each, nested

_REGISTER = frozenset({TrainingAttendedV1.TYPE, TrainingAttendanceRemovedV1.TYPE, ConfidenceRecordedV1.TYPE})
TRAINING = (*_REGISTER, TrainingSessionHeldV1.TYPE, ConsultationLoggedV1.TYPE, PcnConfiguredV1.TYPE)
COMMUNITY = (CommunityInputLoggedV1.TYPE,)
_LED_TO_REFERRAL = "led_to_referral"


def training_register(facts: Iterable[Evidence]) -> Register:
    """Who attended and what they answered, as it was told last."""
    return as_told_last(fact for fact in facts if fact.type in _REGISTER)


def training_events(facts: Iterable[Evidence], register: Register, first: date, last: date) -> Figures:
    """`facts` in the order in which they were true."""
    facts = list(facts)
    within = [fact for fact in facts if first <= fact.day <= last]
    attended = [fact for fact in register if fact.type == TrainingAttendedV1.TYPE]
    mine = [fact for fact in attended if first <= fact.day <= last]
    consultations = [fact for fact in within if fact.type == ConsultationLoggedV1.TYPE]
    return {
        "training.sessions_held": each(fact for fact in within if fact.type == TrainingSessionHeldV1.TYPE),
        "training.attendances": each(mine),
        "training.professionals": first_of_each(mine, "attendee_id"),
        **_coverage(facts, attended, last),
        **confidence_events(answers_within(register, first, last)),
        "training.consultations": each(consultations),
        "training.consultation_minutes": adding(consultations, "duration_minutes"),
        "training.led_to_referral": each(one for one in consultations if one.facts["outcome"] == _LED_TO_REFERRAL),
    }


def training_numbers(events: Figures, register: Register, first: date, last: date) -> dict[str, Any]:
    """The counts, and beside those of each objective its means and change."""
    numbers = nested(events, "training")
    numbers.setdefault("confidence", {})
    for scale, objectives in confidence_statistics(answers_within(register, first, last)).items():
        for objective, statistics in objectives.items():
            numbers["confidence"][scale][objective] |= statistics
    return numbers


def _coverage(facts: list[Evidence], attended: list[Evidence], last: date) -> Figures:
    """Practices in force on the last day, and those of them with somebody trained in the twelve months that end with it."""
    settings = [fact for fact in facts if fact.type == PcnConfiguredV1.TYPE]
    in_force = [fact for fact in settings if fact.day <= last][-1:] or settings[:1]
    practices = {practice["ods_code"] for fact in in_force for practice in fact.facts["practices"]}
    start = first_day_of_twelve_months(last)
    trained = [
        fact for fact in attended if start <= fact.day <= last and fact.facts.get("practice_ods_code") in practices
    ]
    return {
        "training.practices": Events(in_force, [len(practices) for _ in in_force]),
        "training.practices_covered": first_of_each(trained, "practice_ods_code"),
    }


def first_day_of_twelve_months(last: date) -> date:
    """The day after the same day a year before."""
    try:
        return last.replace(year=last.year - 1) + timedelta(days=1)
    except ValueError:
        return date(last.year - 1, 3, 1)


def community_events(facts: Iterable[Evidence], first: date, last: date) -> Figures:
    """How local families helped to shape the service."""
    within = [fact for fact in facts if first <= fact.day <= last]
    kinds = sorted({fact.facts["kind"] for fact in within})
    return {
        "community.contributions": each(within),
        "community.people": adding(within, "people"),
        **{f"community.by_kind.{kind}": each(fact for fact in within if fact.facts["kind"] == kind) for kind in kinds},
    }
