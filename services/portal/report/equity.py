"""Whether the service reaches everybody alike: the people referred in a period, by groups, with small numbers hidden. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from contracts.referral import PersonDetailsChangedV1, PersonRegisteredV1
from services.portal.readmodels.evidence import Evidence
from services.portal.report.suppression import Suppression
from services.portal.report.tracing import Counted, Figures, together

PEOPLE = (PersonRegisteredV1.TYPE, PersonDetailsChangedV1.TYPE)
NOT_RECORDED = "not_recorded"
_UNKNOWN = frozenset({"99", "Z", "not-known", "und"})
_FILE = Path(__file__).parent / "equity.yaml"

Groups: TypeAlias = Mapping[str, tuple[Any, ...] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    fact: str
    groups: Groups

    def group_of(self, facts: Mapping[str, Any] | None) -> str:
        value = facts.get(self.fact) if facts else None
        if value is None or value in _UNKNOWN:
            return NOT_RECORDED
        for group, codes in self.groups.items():
            if codes is None or value in codes:
                return group
        return NOT_RECORDED


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


def suppression() -> Suppression:
    return Suppression(**_content()["suppression"])


def dimensions() -> dict[str, Dimension]:
    """In the order in which they are shown."""
    return {
        name: Dimension(
            fact=entry["fact"],
            groups={group: None if codes is None else tuple(codes) for group, codes in entry["groups"].items()},
        )
        for name, entry in _content()["dimensions"].items()
    }


def facts_of_people(facts: Iterable[Evidence]) -> dict[str, Mapping[str, Any]]:
    """{person: their coded facts as they were told last}"""
    latest: dict[str, Evidence] = {}
    for fact in facts:
        known = latest.get(fact.subject)
        latest[fact.subject] = fact if known is None or known.version < fact.version else known
    return {person: fact.facts for person, fact in latest.items()}


Columns: TypeAlias = Mapping[str, Mapping[str, Counted]]
"""{what was reached: {person: the event that says so}}; the first is everybody, and each other one a part of them"""


Tables: TypeAlias = Mapping[str, Mapping[str, Mapping[str, list[Counted]]]]
"""{dimension: {group: {column: its events}}}"""


def tables(people: Mapping[str, Mapping[str, Any]], columns: Columns) -> Tables:
    return {name: _cells(dimension, people, columns) for name, dimension in dimensions().items()}


def equity_events(known: Tables) -> Figures:
    """The events behind every count that is shown. The count in the report is rounded, its events are not."""
    rule = suppression()
    return {
        f"equity.by_{name}.{group}.{column}": together(counted)
        for name, groups in known.items()
        for group, cells in groups.items()
        for column, counted in cells.items()
        if not rule.hides(len(counted))
    }


def equity_numbers(known: Tables) -> dict[str, Any]:
    """{by_<dimension>: {group: {column: count, column_share: share of everybody in the group}}}, and the rule applied."""
    rule = suppression()
    shown = {
        f"by_{name}": {group: _shown(rule, cells) for group, cells in groups.items()} for name, groups in known.items()
    }
    return {"rule": {"fewest": rule.fewest, "nearest": rule.nearest}, **shown}


def _cells(
    dimension: Dimension, people: Mapping[str, Mapping[str, Any]], columns: Columns
) -> Mapping[str, Mapping[str, list[Counted]]]:
    everybody = next(iter(columns.values()))
    group_of = {person: dimension.group_of(people.get(person)) for person in everybody}
    cells: dict[str, dict[str, list[Counted]]] = {
        group: {column: [] for column in columns} for group in (*dimension.groups, NOT_RECORDED)
    }
    for column, members in columns.items():
        for person, counted in members.items():
            cells[group_of[person]][column].append(counted)
    return cells


def _shown(rule: Suppression, cells: Mapping[str, list[Counted]]) -> dict[str, Any]:
    everybody, *parts = cells
    whole = len(cells[everybody])
    shown: dict[str, Any] = {everybody: rule.count(whole)}
    for part in parts:
        shown[part] = rule.count(len(cells[part]))
        shown[f"{part}_share"] = rule.share(len(cells[part]), whole)
    return shown
