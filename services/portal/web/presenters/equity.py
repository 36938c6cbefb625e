"""The equity tables, and confidence before and after training, in words. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.report.suppression import HIDDEN
from services.portal.web.presenters.figures import number_words
from services.portal.web.presenters.impacts import interval_words, signed
from services.portal.web.words import word

_TITLES = {
    "by_ethnic_group": "By ethnic group",
    "by_deprivation": "By deprivation of where they live",
    "by_language": "By preferred language",
    "by_interpreter": "By need of an interpreter",
    "by_age": "By age",
}
_GROUPS = {
    "white": "White",
    "mixed": "Mixed",
    "asian": "Asian",
    "black": "Black",
    "other": "Chinese or another group",
    "most_deprived_fifth": "Most deprived fifth of areas",
    "second_fifth": "Second fifth",
    "third_fifth": "Third fifth",
    "fourth_fifth": "Fourth fifth",
    "least_deprived_fifth": "Least deprived fifth of areas",
    "english": "English",
    "another": "Another language",
    "needed": "Needed",
    "not_needed": "Not needed",
    "not_recorded": "Not recorded",
}
_AGES = "age_band"
COLUMNS = {
    "people": "People referred",
    "accepted": "Accepted",
    "seen": "Seen",
    "paired": "Two scores",
    "improved": "Improved",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    heading: str
    words: str
    name: str
    """Empty for a hidden one: nothing is listed behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    group: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    rows: list[Row]


def equity(numbers: Mapping[str, Any]) -> list[Table]:
    return [
        Table(
            title=title,
            rows=[_row(f"equity.{code}.{group}", group, cells) for group, cells in numbers[code].items()],
        )
        for code, title in _TITLES.items()
    ]


def _row(where: str, group: str, cells: Mapping[str, Any]) -> Row:
    return Row(
        group=_GROUPS.get(group) or word(_AGES, group),
        cells=[
            Cell(
                heading=heading,
                words=_shown(cells[column], cells.get(f"{column}_share")),
                name="" if cells[column] == HIDDEN else f"{where}.{column}",
            )
            for column, heading in COLUMNS.items()
        ],
    )


def _shown(count: int | str, share: float | str | None) -> str:
    if share is None or HIDDEN in (share, count):
        return str(count)
    return f"{count:,} ({share:.0%})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceLine:
    objective: str
    scale: str
    pairs: int
    name: str
    before: str
    after: str
    change: str
    interval: str
    effect_size: str
    alone: str
    """How many answered only once."""


def confidence(scales: Mapping[str, Mapping[str, Any]]) -> list[ConfidenceLine]:
    return [
        ConfidenceLine(
            objective=word("objective", objective),
            scale=scale.replace("-", " to "),
            pairs=numbers["pairs"],
            name=f"training.confidence.{scale}.{objective}.pairs",
            before=number_words(numbers["mean_before"]),
            after=number_words(numbers["mean_after"]),
            change=signed(numbers["mean_change"], decimals=2),
            interval=interval_words(numbers["ci95"]),
            effect_size=signed(numbers["effect_size_d_b"], decimals=2),
            alone=_alone(numbers["only_before"] + numbers["only_after"]),
        )
        for scale, objectives in scales.items()
        for objective, numbers in objectives.items()
    ]


def _alone(count: int) -> str:
    return f"{count} answered once only" if count else ""
