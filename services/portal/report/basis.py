"""What a report is made from: the events known at a moment, sorted once into what each part of it asks. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from services.portal.readmodels.evidence import Evidence, london_day
from services.portal.report import known
from services.portal.report.activity import ACTIVITY, seen_by_person
from services.portal.report.confidence import Register
from services.portal.report.equity import PEOPLE, Columns, Tables, facts_of_people, tables
from services.portal.report.figures import Reading, ScoresByPerson, scores_by_person
from services.portal.report.quality import APPOINTMENTS
from services.portal.report.restricted import MHA, SAFEGUARDING
from services.portal.report.tracing import Counted
from services.portal.report.training import COMMUNITY, TRAINING, training_register
from services.portal.report.waits import WAITS, Clock, clocks
from services.portal.report.wellbeing import DOMAINS, IMPROVED, Classes, classes

_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "referrals": known.REFERRALS,
    "people": PEOPLE,
    "measures": known.MEASURES,
    "waits": WAITS,
    "activity": ACTIVITY,
    "appointments": (*APPOINTMENTS, *ACTIVITY),
    "safeguarding": SAFEGUARDING,
    "mha": MHA,
    "training": TRAINING,
    "community": COMMUNITY,
}
"""{part of the report: the types of event it is made from}"""

TYPES = tuple(dict.fromkeys(type_ for types in _SECTIONS.values() for type_ in types))
_PARTS_OF = {type_: [part for part, types in _SECTIONS.items() if type_ in types] for type_ in TYPES}
Told: TypeAlias = Mapping[str, list[Evidence]]
"""{part of the report: its events, in the order in which they were true}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The days `first` to `last`, both included, as they were known on the day `today`."""

    first: date
    last: date
    today: date
    told: Told
    referrals: list[known.Referral]
    waiting: list[Clock]
    readings: list[Reading]
    scores: ScoresByPerson
    seen: Mapping[str, list[Evidence]]
    """{person: the appointments they came to in the period}"""
    wellbeing: Mapping[str, Classes]
    register: Register
    people: Mapping[str, Mapping[str, Any]]
    reached: Columns
    """Of the people referred in the period: everybody, and those who got as far as each column says."""
    groups: Tables


def basis_of(facts: Iterable[Evidence], first: date, last: date, as_at: datetime) -> Basis:
    """`facts` are all that were known at `as_at`, in the order in which they were true."""
    told = _told(facts)
    referrals = known.referrals(told["referrals"], first, last)
    readings = known.readings(told["measures"], first, last)
    scores, seen = scores_by_person(readings), seen_by_person(told["activity"], first, last)
    wellbeing = {domain: classes(scores, domain) for domain in DOMAINS}
    people, reached = facts_of_people(told["people"]), _reached(referrals, seen, wellbeing[DOMAINS[0]])
    return Basis(
        first=first,
        last=last,
        today=london_day(as_at),
        told=told,
        referrals=referrals,
        waiting=clocks(told["waits"], first, last),
        readings=readings,
        scores=scores,
        seen=seen,
        wellbeing=wellbeing,
        register=training_register(told["training"]),
        people=people,
        reached=reached,
        groups=tables(people, reached),
    )


def _told(facts: Iterable[Evidence]) -> Told:
    told: dict[str, list[Evidence]] = {part: [] for part in _SECTIONS}
    for fact in facts:
        for part in _PARTS_OF[fact.type]:
            told[part].append(fact)
    return told


def _reached(referrals: list[known.Referral], seen: Mapping[str, list[Evidence]], wellbeing: Classes) -> Columns:
    people: dict[str, Counted] = {}
    accepted: dict[str, Counted] = {}
    for referral in referrals:
        person = referral.received.facts["person_id"]
        people.setdefault(person, Counted(fact=referral.received))
        if referral.accepted:
            accepted.setdefault(person, Counted(fact=referral.accepted))
    paired = {
        person: Counted(fact=last.fact, compared_with=first.fact) for person, (_, (first, last)) in wellbeing.items()
    }
    return {
        "people": people,
        "accepted": accepted,
        "seen": {person: Counted(fact=seen[person][0]) for person in people if person in seen},
        "paired": {person: pair for person, pair in paired.items() if person in people},
        "improved": {
            person: pair for person, pair in paired.items() if person in people and wellbeing[person][0] == IMPROVED
        },
    }
