"""How complete the data behind the report are: what is known of the people referred, and who was asked. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from contracts.scheduling import (
    AppointmentBookedV1,
    AppointmentCancelledV1,
    AppointmentRescheduledV1,
    SessionAttendedV1,
    SessionMissedV1,
)
from services.portal.readmodels.evidence import Evidence
from services.portal.report.equity import NOT_RECORDED, dimensions
from services.portal.report.figures import Reading, ScoresByPerson, pairs_of
from services.portal.report.tracing import Counted, Events, Figures, each, together

APPOINTMENTS = (AppointmentBookedV1.TYPE, AppointmentRescheduledV1.TYPE)
_OUTCOMES = frozenset({AppointmentCancelledV1.TYPE, SessionAttendedV1.TYPE, SessionMissedV1.TYPE})
_VERIFIED = "01"
_ASKED = ("ethnic_group", "deprivation", "age")


def people_events(referred: Mapping[str, Counted], people: Mapping[str, Mapping[str, Any]]) -> Figures:
    """Of the people referred in the period, whose facts are known."""

    def known(fact: str, wanted: str | None = None) -> Events:
        values = {person: people.get(person, {}).get(fact) for person in referred}
        return together([referred[person] for person, value in values.items() if value and wanted in (None, value)])

    recorded = dimensions()
    return {
        "data_quality.people": together(list(referred.values())),
        "data_quality.nhs_number_verified": known("nhs_number_status", _VERIFIED),
        "data_quality.practice_known": known("practice_ods_code"),
        **{
            f"data_quality.{name}_known": together(
                [
                    counted
                    for person, counted in referred.items()
                    if recorded[name].group_of(people.get(person)) != NOT_RECORDED
                ]
            )
            for name in _ASKED
        },
    }


def asked_events(seen: Mapping[str, list[Evidence]], readings: Iterable[Reading], scores: ScoresByPerson) -> Figures:
    """Of the people seen, who filled in a questionnaire, and who of those seen twice did so twice (measures.md 4.6).

    `seen`: {person: the appointments they came to in the period}.
    """
    measured = {person for people in scores.values() for person in people}
    paired = {first.person_id for people in scores.values() for first, _ in pairs_of(people.values())}
    twice = {person: facts[1] for person, facts in seen.items() if len(facts) > 1}
    return {
        "data_quality.people_seen": each(facts[0] for facts in seen.values()),
        "data_quality.seen_and_measured": each(facts[0] for person, facts in seen.items() if person in measured),
        "data_quality.people_seen_twice": each(twice.values()),
        "data_quality.seen_twice_and_paired": each(fact for person, fact in twice.items() if person in paired),
        "data_quality.questionnaires_complete": each(
            reading.fact for reading in readings if reading.fact.facts.get("complete")
        ),
    }


def appointment_events(facts: Iterable[Evidence], first: date, last: date, today: date) -> Figures:
    """Appointments of the period that are over by the day before `today`, and of which nobody has said what became."""
    arranged: dict[str, Evidence] = {}
    told: set[str] = set()
    for fact in facts:
        if fact.type in _OUTCOMES:
            told.add(fact.subject)
        elif fact.type in APPOINTMENTS:
            known = arranged.get(fact.subject)
            arranged[fact.subject] = fact if known is None or known.version < fact.version else known
    mine = [fact for fact in arranged.values() if first <= fact.day <= last and fact.day < today]
    return {
        "data_quality.appointments_over": each(mine),
        "data_quality.appointments_without_outcome": each(fact for fact in mine if fact.subject not in told),
    }
