"""Two of the four impacts, from the restricted events: safeguarding concerns and detentions. Counts, and nobody's name. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.outcomes import (
    MhaPeriodEndedV1,
    MhaPeriodStartedV1,
    SafeguardingConcernClosedV1,
    SafeguardingConcernOpenedV1,
)
from services.portal.readmodels.evidence import Evidence
from services.portal.report.tracing import Figures, each, first_of_each, nested

SAFEGUARDING = (SafeguardingConcernOpenedV1.TYPE, SafeguardingConcernClosedV1.TYPE)
MHA = (MhaPeriodStartedV1.TYPE, MhaPeriodEndedV1.TYPE)
_CLINICAL = (
    "impacts.",
    "measures.",
    "questionnaires",
    "risk_flags",
    "data_quality.questionnaires_complete",
    "data_quality.seen_and_measured",
    "data_quality.seen_twice_and_paired",
)
_CLINICAL_COLUMNS = (".paired", ".improved")
_IN_ERROR = "opened-in-error"
_KINDS = {"detentions": "detention", "short_term_orders": "short-term-order", "guardianships": "guardianship"}


def for_clinicians(figure: str) -> bool:
    """Whether the events of a figure say, by their streams, whose questionnaires, concerns or detentions they are.

    Everybody who reads the report sees its number; its events are listed for those who may read such records.
    """
    return figure.startswith(_CLINICAL) or (figure.startswith("equity.") and figure.endswith(_CLINICAL_COLUMNS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that began and may have ended, each with the event that said so."""

    began: Evidence
    ended: Evidence | None

    def active_on(self, day: date) -> bool:
        """At the end of the day: what ends on a day is not active on it."""
        return self.began.day <= day and (self.ended is None or self.ended.day > day)


def spans(facts: Iterable[Evidence], began: str) -> list[Span]:
    """In the order in which they began; `facts` are in the order in which they were true."""
    begun: dict[str, Evidence] = {}
    ended: dict[str, Evidence] = {}
    for fact in facts:
        (begun if fact.type == began else ended)[fact.subject] = fact
    return [Span(began=fact, ended=ended.get(subject)) for subject, fact in begun.items()]


def safeguarding_events(facts: Iterable[Evidence], first: date, last: date) -> Figures:
    known = [span for span in spans(facts, SafeguardingConcernOpenedV1.TYPE) if not _in_error(span)]
    day_before = date.fromordinal(first.toordinal() - 1)
    at_end = [span.began for span in known if span.active_on(last)]
    closed = [span.ended for span in known if span.ended]
    return _under(
        "impacts.safeguarding",
        {
            "active_at_start": each(span.began for span in known if span.active_on(day_before)),
            "opened": each(span.began for span in known if first <= span.began.day <= last),
            "closed": each(fact for fact in closed if first <= fact.day <= last),
            "active_at_end": each(at_end),
            "people_at_end": first_of_each(at_end, "person_id"),
        },
    )


def _in_error(span: Span) -> bool:
    return span.ended is not None and span.ended.facts["reason"] == _IN_ERROR


def mha_events(facts: Iterable[Evidence], first: date, last: date) -> Figures:
    known = spans(facts, MhaPeriodStartedV1.TYPE)
    within = [span.began for span in known if first <= span.began.day <= last]
    detentions = [fact for fact in within if _counts_as(fact, "detentions")]
    running = [span.began for span in known if span.active_on(last) and _counts_as(span.began, "detentions")]
    return _under(
        "impacts.mha",
        {
            **{name: each(fact for fact in within if _counts_as(fact, name)) for name in _KINDS},
            "people_detained": first_of_each(detentions, "person_id"),
            "detained_at_end": each(running),
        },
    )


def _counts_as(fact: Evidence, kind: str) -> bool:
    return fact.facts.get("counts_as") == _KINDS[kind]


def _under(prefix: str, figures: Figures) -> Figures:
    return {f"{prefix}.{name}": events for name, events in figures.items()}


def restricted_numbers(events: Figures) -> dict[str, Any]:
    """{"safeguarding", "mha"}: the counts; and how many more or fewer concerns were active at the end than at the start."""
    numbers = nested(events, "impacts")
    safeguarding = numbers["safeguarding"]
    change = safeguarding["active_at_end"] - safeguarding["active_at_start"]
    return {"safeguarding": {**safeguarding, "change": change}, "mha": numbers["mha"]}
