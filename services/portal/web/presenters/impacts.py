"""The four impacts, and how complete the data are, in words. No I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.report.instruments import instrument
from services.portal.web.presenters.figures import Figure, of_words

_MINUS = "\N{MINUS SIGN}"
_NONE = "–"

_SAFEGUARDING = {
    "active_at_start": "Active when the period began",
    "opened": "Opened in the period",
    "closed": "Closed in the period",
    "active_at_end": "Active when the period ended",
    "people_at_end": "People with an active concern then",
}
_MHA = {
    "detentions": "Detentions that started in the period",
    "people_detained": "People detained",
    "detained_at_end": "Detained when the period ended",
    "short_term_orders": "Short-term orders that started",
    "guardianships": "Guardianships that started",
}
_WELLBEING = {
    "parental_mental_health": "Parental mental health",
    "parent_infant_relationship": "Parent-infant relationship",
}
_QUALITY = (
    ("nhs_number_verified", "people", "NHS number verified"),
    ("practice_known", "people", "Practice recorded"),
    ("ethnic_group_known", "people", "Ethnic group recorded"),
    ("deprivation_known", "people", "Deprivation of where they live known"),
    ("age_known", "people", "Age recorded"),
    ("seen_and_measured", "people_seen", "Seen, with a questionnaire"),
    ("seen_twice_and_paired", "people_seen_twice", "Seen twice or more, with two scores"),
    ("appointments_without_outcome", "appointments_over", "Past appointments of which nobody has said what became"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChange:
    instrument: str
    score: str
    n: int
    change: str
    interval: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One of the four; `code` is the key of its definition."""

    code: str
    title: str
    figures: list[Figure]
    scores: list[ScoreChange]
    none: str | None = None
    """What to say where there is nothing to count."""


def impacts(numbers: Mapping[str, Any]) -> list[Impact]:
    def counts(code: str, labels: Mapping[str, str]) -> list[Figure]:
        return [Figure(label, f"{numbers[code][name]:,}", f"impacts.{code}.{name}") for name, label in labels.items()]

    change = Figure("More or fewer than when it began", signed(numbers["safeguarding"]["change"]), "")
    return [
        Impact(
            code="safeguarding",
            title="Active safeguarding concerns",
            figures=[*counts("safeguarding", _SAFEGUARDING), change],
            scores=[],
        ),
        Impact(code="mha", title="Mental Health Act detentions", figures=counts("mha", _MHA), scores=[]),
        *(_wellbeing(code, title, numbers[code]) for code, title in _WELLBEING.items()),
    ]


def _wellbeing(code: str, title: str, numbers: Mapping[str, Any]) -> Impact:
    people, where = numbers["people"], f"impacts.{code}"
    low, high = numbers["improved_ci95"] or (0.0, 0.0)
    improved = of_words(numbers["improved"], people) + (f", 95% interval {low:.0%} to {high:.0%}" if people else "")
    figures = [
        Figure("People with a first and a last score", f"{people:,}", f"{where}.people"),
        Figure("Improved", improved, f"{where}.improved"),
        Figure("No change", of_words(numbers["no_change"], people), f"{where}.no_change"),
        Figure("Better on one, worse on another", of_words(numbers["mixed"], people), f"{where}.mixed"),
        Figure("Deteriorated", of_words(numbers["deteriorated"], people), f"{where}.deteriorated"),
    ]
    scores = list(_score_changes(numbers["scores"]))
    none = None if scores or people else "Nobody has filled in a questionnaire about this twice in this period."
    return Impact(code=code, title=title, figures=figures if people else [], scores=scores, none=none)


def _score_changes(scores: Mapping[str, Mapping[str, Any]]) -> Iterator[ScoreChange]:
    for code, each in scores.items():
        for score, numbers in each.items():
            if numbers["n"]:
                yield ScoreChange(
                    instrument=instrument(code).short,
                    score=instrument(code).score(score).label,
                    n=numbers["n"],
                    change=signed(numbers["mean_change"], decimals=2),
                    interval=interval_words(numbers["ci95"]),
                    name=f"measures.{code}.{score}.pairs",
                )


def signed(value: float | None, *, decimals: int = 0) -> str:
    """+2, \N{MINUS SIGN}1.50, 0"""
    if value is None:
        return _NONE
    return f"{value:+.{decimals}f}".replace("-", _MINUS) if value else "0"


def interval_words(interval: tuple[float, float] | None) -> str:
    return _NONE if interval is None else f"{signed(interval[0], decimals=2)} to {signed(interval[1], decimals=2)}"


def data_quality(numbers: Mapping[str, int], questionnaires: int) -> list[Figure]:
    return [
        Figure("People referred", f"{numbers['people']:,}", "data_quality.people"),
        *(
            Figure(label, of_words(numbers[name], numbers[whole]), f"data_quality.{name}")
            for name, whole, label in _QUALITY
        ),
        Figure(
            "Questionnaires with every answer",
            of_words(numbers["questionnaires_complete"], questionnaires),
            "data_quality.questionnaires_complete",
        ),
    ]
