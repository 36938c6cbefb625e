"""What the events said of referrals and questionnaires at some moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from contracts.outcomes import MeasureCorrectedV1, MeasureRecordedV1, RiskFlaggedV1
from contracts.referral import ReferralAcceptedV1, ReferralReceivedV1, WaitStartedV1
from services.portal.readmodels.evidence import Evidence
from services.portal.report.figures import Reading, ScoresByPerson, measure_events
from services.portal.report.request import Request
from services.portal.report.tracing import Figures, each, first_of_each

REFERRALS = (ReferralReceivedV1.TYPE, ReferralAcceptedV1.TYPE, WaitStartedV1.TYPE)
MEASURES = (MeasureRecordedV1.TYPE, MeasureCorrectedV1.TYPE, RiskFlaggedV1.TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A referral of the period; each event None while it was not known."""

    received: Evidence
    accepted: Evidence | None
    started: Evidence | None

    def row(self) -> Request:
        facts, accepted = self.received.facts, self.accepted
        return Request(
            referral_id=self.received.subject,
            person_id=facts["person_id"],
            source_of_referral=facts["source_of_referral"],
            self_referred=facts["self_referred"],
            received_at=datetime.fromisoformat(facts["received_at"]),
            clock_started_at=_moment(self.started, "clock_started_at"),
            due_on=date.fromisoformat(self.started.facts["due_on"]) if self.started else None,
            care_strand=accepted.facts["care_strand"] if accepted else None,
            accepted_at=_moment(accepted, "accepted_at"),
            accepted_recorded_at=accepted.recorded_at if accepted else None,
        )


def _moment(fact: Evidence | None, name: str) -> datetime | None:
    return datetime.fromisoformat(fact.facts[name]) if fact else None


def referrals(facts: Iterable[Evidence], first: date, last: date) -> list[Referral]:
    """Those received on the days `first` to `last`, in order of receipt."""
    by_type: dict[str, dict[str, Evidence]] = {name: {} for name in REFERRALS}
    for fact in facts:
        by_type.get(fact.type, {})[fact.subject] = fact
    received, accepted, started = (by_type[name] for name in REFERRALS)
    return [
        Referral(received=fact, accepted=accepted.get(subject), started=started.get(subject))
        for subject, fact in received.items()
        if first <= fact.day <= last
    ]


def reach_events(known: list[Referral], today: date) -> Figures:
    """The events behind the counts of `reach`; `today` is the day of `as_at`."""
    received = [referral.received for referral in known]
    accepted = [referral.accepted for referral in known if referral.accepted]
    started = [referral.started for referral in known if referral.started]
    return {
        "reach.received": each(received),
        "reach.people": first_of_each(received, "person_id"),
        "reach.self_referred": each(fact for fact in received if fact.facts["self_referred"]),
        "reach.accepted": each(accepted),
        **_by("reach.by_strand", accepted, "care_strand"),
        **_by("reach.by_source", received, "source_of_referral"),
        "reach.waits.n": each(started),
        "reach.waits.past_due": each(fact for fact in started if date.fromisoformat(fact.facts["due_on"]) < today),
    }


def _by(prefix: str, facts: Iterable[Evidence], name: str) -> Figures:
    grouped: dict[str, list[Evidence]] = {}
    for fact in facts:
        grouped.setdefault(f"{prefix}.{fact.facts[name]}", []).append(fact)
    return {name: each(group) for name, group in grouped.items()}


def readings(facts: Iterable[Evidence], first: date, last: date) -> list[Reading]:
    """The questionnaires completed on the days `first` to `last`: of each, the latest of its recordings."""
    latest: dict[str, Evidence] = {}
    for fact in facts:
        if fact.type != RiskFlaggedV1.TYPE:
            known = latest.get(fact.subject)
            latest[fact.subject] = fact if known is None or known.version < fact.version else known
    return [_reading(fact) for fact in latest.values() if first <= fact.day <= last]


def _reading(fact: Evidence) -> Reading:
    said = fact.facts
    return Reading(
        measure_id=fact.subject,
        person_id=said["person_id"],
        instrument=said["instrument"],
        instrument_version=said["instrument_version"],
        scores=said["scores"],
        completed_on=fact.day,
        recorded_at=fact.recorded_at,
        fact=fact,
    )


def questionnaire_events(facts: Iterable[Evidence], counted: list[Reading], scores: ScoresByPerson) -> Figures:
    """The events behind every count of questionnaires, and the risk flags these had raised."""
    measures = {reading.measure_id for reading in counted}
    flags = [fact for fact in facts if fact.type == RiskFlaggedV1.TYPE and fact.subject in measures]
    return {
        **measure_events(scores),
        "questionnaires": each(reading.fact for reading in counted),
        "risk_flags": each(flags),
    }
