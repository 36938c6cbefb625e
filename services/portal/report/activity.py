"""What was done: appointments, group sessions and the places on them, on the days of a period. Pure."""

from collections.abc import Iterable
from datetime import date

from contracts.scheduling import (
    AppointmentCancelledV1,
    PlaceBookedV1,
    PlaceCancelledV1,
    PlacePromotedV1,
    PlaceWaitlistedV1,
    SessionAttendedV1,
    SessionCancelledV1,
    SessionHeldV1,
    SessionMissedV1,
)
from services.portal.readmodels.evidence import Evidence
from services.portal.report.tracing import Figures, adding, each, first_of_each

_OUTCOMES = (AppointmentCancelledV1.TYPE, SessionAttendedV1.TYPE, SessionMissedV1.TYPE)
_PLACES = {
    "booked": PlaceBookedV1.TYPE,
    "waitlisted": PlaceWaitlistedV1.TYPE,
    "promoted": PlacePromotedV1.TYPE,
    "given_up": PlaceCancelledV1.TYPE,
}
ACTIVITY = (*_OUTCOMES, SessionHeldV1.TYPE, SessionCancelledV1.TYPE, *_PLACES.values())


def activity_events(facts: Iterable[Evidence], first: date, last: date) -> Figures:
    """`facts` in the order in which they were true."""
    facts = list(facts)
    within = [fact for fact in facts if first <= fact.day <= last]
    held = [fact for fact in within if fact.type == SessionHeldV1.TYPE]
    return {
        **_appointments([fact for fact in _latest_outcomes(facts) if first <= fact.day <= last]),
        "activity.group_sessions.held": each(held),
        "activity.group_sessions.cancelled": each(fact for fact in within if fact.type == SessionCancelledV1.TYPE),
        "activity.group_sessions.families": adding(held, "families"),
        "activity.group_sessions.participants": adding(held, "participant_count"),
        "activity.group_sessions.drop_ins": adding(held, "drop_ins"),
        **{
            f"activity.places.{name}": each(fact for fact in within if fact.type == type_)
            for name, type_ in _PLACES.items()
        },
    }


def _appointments(outcomes: list[Evidence]) -> Figures:
    attended = [fact for fact in outcomes if fact.type == SessionAttendedV1.TYPE]
    cancelled = [fact for fact in outcomes if fact.type == AppointmentCancelledV1.TYPE]
    return {
        "activity.appointments.attended": each(attended),
        "activity.appointments.people_seen": first_of_each(attended, "person_id"),
        "activity.appointments.missed": each(fact for fact in outcomes if fact.type == SessionMissedV1.TYPE),
        "activity.appointments.cancelled": each(cancelled),
        "activity.appointments.cancelled_by_us": each(
            fact for fact in cancelled if fact.facts["cancelled_by"] == "provider"
        ),
    }


def seen_by_person(facts: Iterable[Evidence], first: date, last: date) -> dict[str, list[Evidence]]:
    """{person: the appointments they came to on the days `first` to `last`, in order}"""
    seen: dict[str, list[Evidence]] = {}
    for fact in _latest_outcomes(facts):
        if fact.type == SessionAttendedV1.TYPE and first <= fact.day <= last and "person_id" in fact.facts:
            seen.setdefault(fact.facts["person_id"], []).append(fact)
    return seen


def _latest_outcomes(facts: Iterable[Evidence]) -> list[Evidence]:
    """Of every appointment what is said of it last."""
    latest: dict[str, Evidence] = {}
    for fact in facts:
        if fact.type in _OUTCOMES and "appointment_id" in fact.facts:
            known = latest.get(fact.subject)
            latest[fact.subject] = fact if known is None or known.version < fact.version else known
    return sorted(latest.values(), key=lambda fact: (fact.day, fact.occurred_at, fact.stream))
