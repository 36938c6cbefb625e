"""The forms of the pages, found by following links: what a new page asks is found without being told of here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urlencode

from services.portal.web.moments import london_day

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TYPED = {"text", "textarea", "email", "tel", "date", "number", "search"}
_OFFERED = {"radio", "select", "checkbox"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`options`: what may be chosen, where something is offered. `value`: what the page filled in."""

    name: str
    kind: str
    value: str = ""
    options: tuple[str, ...] = ()

    @property
    def typed(self) -> bool:
        return self.kind in _TYPED

    @property
    def offered(self) -> bool:
        return self.kind in _OFFERED


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundForm:
    """One form of one page. `fields` in the order of the page, each name once."""

    page: str
    method: str
    action: str
    fields: Mapping[str, Field]

    @property
    def pattern(self) -> str:
        """Its address without ids."""
        return pattern(self.action)

    def ids(self) -> list[str]:
        return _ID.findall(self.action)


@dataclass(slots=True, kw_only=True)
class PageRead:
    """What a page holds, as far as it matters here."""

    forms: list[FoundForm] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    anchors: list[str] = field(default_factory=list)
    """Targets of links into the page itself."""
    slugs: str | None = None
    """Of the error summary; None where there is none."""


def pattern(path: str) -> str:
    return _ID.sub("{}", path.partition("?")[0])


def read_page(page: str, text: str) -> PageRead:
    reader = _Reader(page)
    reader.feed(text)
    reader.close()
    return reader.read


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.read = PageRead()
        self._page = page
        self._form: FoundForm | None = None
        self._fields: dict[str, Field] = {}
        self._into: str | None = None
        """The select or textarea whose content is being read."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if "id" in said:
            self.read.ids.add(said["id"])
        if "data-slugs" in said:
            self.read.slugs = said["data-slugs"]
        match tag:
            case "a":
                self._link(said.get("href", ""))
            case "form":
                method, action = said.get("method", "get"), said.get("action") or self._page
                self._form = FoundForm(page=self._page, method=method, action=action, fields={})
                self._fields = {}
            case "input" | "select" | "textarea" | "option":
                self._control(tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.read.forms.append(replace(self._form, fields=self._fields))
            self._form = None
        elif tag in ("select", "textarea"):
            self._into = None

    def handle_data(self, text: str) -> None:
        if self._into and (control := self._fields.get(self._into)) and control.kind == "textarea":
            self._fields[self._into] = replace(control, value=control.value + text)

    def _link(self, href: str) -> None:
        if href.startswith("#"):
            self.read.anchors.append(href[1:])
        elif href.startswith("/"):
            self.read.links.append(href)

    def _control(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "option":
            self._option(said)
        elif said.get("name"):
            kind = said.get("type", "text") if tag == "input" else tag
            self._add(said["name"], kind, said)
            self._into = said["name"] if tag != "input" else None

    def _add(self, name: str, kind: str, said: Mapping[str, str]) -> None:
        known = self._fields.get(name) or Field(name=name, kind=kind)
        given = said.get("value", "")
        if kind in ("radio", "checkbox"):
            known = replace(known, options=(*known.options, given), value=given if "checked" in said else known.value)
        else:
            known = replace(known, value=given)
        self._fields[name] = known

    def _option(self, said: Mapping[str, str]) -> None:
        control = self._fields.get(self._into or "")
        if control is None:
            return
        given = said.get("value", "")
        chosen = given if "selected" in said else control.value
        self._fields[control.name] = replace(control, options=(*control.options, given), value=chosen)


TYPED = {
    "full_name": "Nell Byrne (synthetic)",
    "your_name": "Ivo Byrne (synthetic)",
    "telephone": "01632 960005",
    "email": "nell@example.org",
    "postcode": "ZZ99 3WZ",
    "starts": "9:30",
    "ends": "10:20",
    "term": "Nell Byrne",
    "capacity": "8",
    "party_size": "2",
    "people": "3",
    "duration_minutes": "20",
    "wording": "To sleep through a night.",
    "name-1": "Hana Novak (synthetic)",
    "after-ask-about-mood-1": "7",
    "language": "en",
}
"""What somebody may well write in the boxes that must not be empty."""
CHOSEN = {
    "nhs_number_known": "no",
    "practice_ods_code": "not-listed",
    "asking": "professional",
    "preferred_language": "en",
    "perinatal_stage": "postnatal",
    "by": "full_name",
    "outcome": "advice",
    "attendance_status": "5",
    "known-1": "",
}
_TAKING_AWAY = frozenset({"gone", "remove"})
_FURTHER_LINE = re.compile(r"(?<!item)-(?:[2-9]|\d\d)$")
"""Somebody who fills in a table of lines begins with the first."""


def today() -> dict[str, str]:
    day = london_day(datetime.now(UTC))
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


def is_search(form: FoundForm) -> bool:
    """It asks and changes nothing; what is searched for may not stand in an address."""
    return form.action.endswith(("/people", "/search"))


def plausible(form: FoundForm, day: Mapping[str, str]) -> dict[str, str]:
    """The form as somebody may well send it. `day`: what the boxes of a date hold."""
    return dict(_filled(form, day))


def _filled(form: FoundForm, day: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    groups: set[str] = set()
    for name, each in form.fields.items():
        group, _, part = name.rpartition("-")
        if each.kind == "checkbox":
            if group not in groups and group not in _TAKING_AWAY:
                groups.add(group)
                yield name, each.options[0]
        elif _FURTHER_LINE.search(name):
            yield name, each.value
        elif each.offered:
            yield name, _choice(each)
        elif part in day and group and f"{group}-day" in form.fields:
            yield name, each.value or (day[part] if group not in ("birth_date", "estimated_delivery_date") else "")
        else:
            yield name, each.value or TYPED.get(name, "")


def _choice(each: Field) -> str:
    if CHOSEN.get(each.name) in each.options:
        return CHOSEN[each.name]
    return each.value or next((option for option in each.options if option), "")


def asked_by_address(form: FoundForm) -> list[str]:
    """The addresses a form that only asks may lead to: with each of the answers it offers, one at a time."""
    offered = [each for each in form.fields.values() if each.offered]
    return [f"{form.action}?{urlencode({each.name: option})}" for each in offered for option in each.options if option]
