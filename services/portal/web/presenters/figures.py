"""The parts of the evaluation report that are a list of numbers, each with the name its events are found by. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.readmodels.waits import PARTS
from services.portal.report.tracing import Counted
from services.portal.web.moments import moment_in_words
from services.portal.web.words import word

_NONE = "–"

_PARTS = dict(zip(PARTS, ("first contact", "baseline measure", "assessment", "plan or intervention"), strict=True))


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    words: str
    name: str


def of_words(part: int, whole: int) -> str:
    """5 of 20 (25%)"""
    share = f" ({part / whole:.0%})" if whole else ""
    return f"{part:,} of {whole:,}{share}"


def number_words(value: float | None) -> str:
    return _NONE if value is None else f"{value:,.1f}".removesuffix(".0")


def waits(numbers: Mapping[str, Any]) -> list[Figure]:
    started, complete = numbers["started"], numbers["complete"]
    return [
        Figure("Clocks started", f"{started:,}", "waits.started"),
        Figure("Complete", of_words(complete, started), "waits.complete"),
        Figure("Days to completion, median", number_words(numbers["median_days"]), "waits.complete"),
        Figure("Days to completion, longest", number_words(numbers["longest_days"]), "waits.complete"),
        Figure("Complete in time", _in_time(numbers), "waits.complete_in_time"),
        Figure("Ended before that", of_words(numbers["ended_before"], started), "waits.ended_before"),
        Figure("Still running", of_words(numbers["running"], started), "waits.running"),
        Figure("Days so far, median", number_words(numbers["median_days_so_far"]), "waits.running"),
        Figure("Breached", of_words(numbers["breached"], started), "waits.breached"),
        *(
            Figure(f"With {words}", of_words(numbers["parts"][part], started), f"waits.parts.{part}")
            for part, words in _PARTS.items()
        ),
        *(
            Figure(
                f"Running without {words}",
                of_words(numbers["missing"][part], numbers["running"]),
                f"waits.missing.{part}",
            )
            for part, words in _PARTS.items()
        ),
    ]


def _in_time(numbers: Mapping[str, Any]) -> str:
    words = of_words(numbers["complete_in_time"], numbers["complete"])
    if numbers["in_time_ci95"] is None:
        return words
    low, high = numbers["in_time_ci95"]
    return f"{words}, 95% interval {low:.0%} to {high:.0%}"


_ACTIVITY = {
    "appointments.attended": "Appointments attended",
    "appointments.people_seen": "People seen",
    "appointments.missed": "Appointments missed",
    "appointments.cancelled": "Appointments cancelled",
    "appointments.cancelled_by_us": "of them cancelled by us",
    "group_sessions.held": "Group sessions held",
    "group_sessions.cancelled": "Group sessions cancelled",
    "group_sessions.families": "Families who came to group sessions",
    "group_sessions.participants": "People who came to group sessions",
    "group_sessions.drop_ins": "Families who came without a place",
    "places.booked": "Places booked",
    "places.waitlisted": "Families put on waiting places",
    "places.promoted": "Families who got a place later",
    "places.given_up": "Places given up",
}


def activity(numbers: Mapping[str, Any]) -> list[Figure]:
    return [Figure(label, f"{_at(numbers, name):,}", f"activity.{name}") for name, label in _ACTIVITY.items()]


def training(numbers: Mapping[str, Any]) -> list[Figure]:
    practices = numbers["practices"]
    return [
        Figure("Training sessions held", f"{numbers['sessions_held']:,}", "training.sessions_held"),
        Figure("Professionals trained", f"{numbers['professionals']:,}", "training.professionals"),
        Figure("Attendances", f"{numbers['attendances']:,}", "training.attendances"),
        Figure("Practices covered", of_words(numbers["practices_covered"], practices), "training.practices_covered"),
        Figure("Practices in all", f"{practices:,}", "training.practices"),
        Figure("Consultations", f"{numbers['consultations']:,}", "training.consultations"),
        Figure("Minutes of consultation", f"{numbers['consultation_minutes']:,}", "training.consultation_minutes"),
        Figure("Consultations that led to a referral", f"{numbers['led_to_referral']:,}", "training.led_to_referral"),
    ]


def community(numbers: Mapping[str, Any]) -> list[Figure]:
    """In all, then by how they contributed."""
    return [
        Figure("Contributions of local families", f"{numbers['contributions']:,}", "community.contributions"),
        Figure("People who took part", f"{numbers['people']:,}", "community.people"),
        *(
            Figure(word("community_input_kind", kind), f"{count:,}", f"community.by_kind.{kind}")
            for kind, count in numbers.get("by_kind", {}).items()
        ),
    ]


def _at(numbers: Mapping[str, Any], name: str) -> int:
    section, _, last = name.partition(".")
    count: int = numbers[section][last]
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    stream: str
    version: int
    type: str
    occurred: str
    recorded: str
    counts: int
    compared_with: str | None
    """Stream and version of the event of the first score."""


def event_lines(counted: list[Counted]) -> list[EventLine]:
    return [
        EventLine(
            stream=one.fact.stream,
            version=one.fact.version,
            type=one.fact.type.removeprefix("perinatal-"),
            occurred=moment_in_words(one.fact.occurred_at),
            recorded=moment_in_words(one.fact.recorded_at),
            counts=one.counts,
            compared_with=f"{one.compared_with.stream}, version {one.compared_with.version}"
            if one.compared_with
            else None,
        )
        for one in counted
    ]
