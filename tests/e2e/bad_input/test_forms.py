"""Every form of every page takes anything at all: a named refusal beside the field, what was typed kept, and nothing stored."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

import httpx2
import pytest
from fastapi.routing import APIRoute

from services.portal.web.app import FOR_FAMILIES, ROUTERS
from tests.e2e.bad_input.conftest import PCN, SIGNING_OUT, Platform
from tests.e2e.bad_input.forms_found import FoundForm, PageRead, is_search, plausible, read_page, today
from tests.e2e.bad_input.guest import Guest
from tests.e2e.bad_input.hostile import MARKUP, REFUSED, WORDS, Hostile

_KEPT_BY_US = frozenset({"csrf", "command_id"})
_BESIDE = frozenset({"family_source", "revision", "lines"})
"""What is not heeded: who in the family asks where a professional does, what a page was made with, how many lines it showed."""


def _routes() -> set[str]:
    """Every address a form is sent to."""
    routes = [route for router in (*ROUTERS, *FOR_FAMILIES) for route in router.routes if isinstance(route, APIRoute)]
    paths = {route.path.replace("{pcn}", PCN) for route in routes if "POST" in route.methods}
    return {re.sub(r"\{\w+\}", "{}", path) for path in paths} - {SIGNING_OUT}


@pytest.mark.timeout(600)
async def test_every_form_is_found_by_following_links(platform: Platform) -> None:
    assert _routes() == set(platform.forms)


@pytest.mark.timeout(600)
async def test_no_form_takes_what_is_hostile(platform: Platform) -> None:
    wrong: list[str] = []
    for address in sorted(platform.forms):
        by, form = await platform.still_asked(address)
        wrong += [complaint async for complaint in _take_all(platform, by, form)]
    assert not wrong, "\n".join(wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """The same hostile text in some fields of a form, the others as somebody may well send them."""

    fields: tuple[str, ...]
    hostile: Hostile

    def __str__(self) -> str:
        return f"{', '.join(self.fields[:3])} = {self.hostile.name}"


async def _take_all(platform: Platform, by: Guest, form: FoundForm) -> AsyncIterator[str]:
    base, before, taken = plausible(form, today()), await platform.stored(), False
    for attack in _attacks(form):
        values = by.kept({**base, **dict.fromkeys(attack.fields, attack.hostile.text)})
        response = await by.ask("POST", form.action, content=_encoded(values), headers=_ENCODED)
        after = await platform.stored()
        complaint = _judge(form, attack, response, stored=after - before, taken=taken)
        before, taken = after, taken or response.status_code == 303
        if complaint:
            yield f"{form.pattern} {attack}: {response.status_code} {complaint}"


def _attacks(form: FoundForm) -> Iterator[Attack]:
    """What no box takes in all of them at once; then what is no answer, or only words, in each. What may be taken comes last."""
    asked = [name for name in form.fields if name not in _KEPT_BY_US]
    typed = tuple(name for name in asked if form.fields[name].typed)
    if typed:
        yield from (Attack(fields=typed, hostile=hostile) for hostile in REFUSED)
    offered = [name for name in asked if name not in typed and name not in _BESIDE]
    yield from (Attack(fields=(name,), hostile=_MADE_UP) for name in _different(offered))
    yield from (Attack(fields=(name,), hostile=WORDS) for name in _different(typed))


_MADE_UP = Hostile(name="what was never offered", text=MARKUP)


def _different(names: Iterable[str]) -> Iterator[str]:
    """Of names that differ only by a number, one."""
    seen: set[str] = set()
    for name in names:
        alike = re.sub(r"\d+", "", name)
        if alike not in seen:
            seen.add(alike)
            yield name


_ENCODED = {"content-type": "application/x-www-form-urlencoded"}


def _encoded(values: Mapping[str, str]) -> bytes:
    """As a browser writes a form; half a pair of surrogates as the bytes no browser would send."""
    pairs = ((quote_plus(name), quote_plus(value.encode("utf-8", "surrogatepass"))) for name, value in values.items())
    return "&".join(f"{name}={value}" for name, value in pairs).encode()


def _judge(form: FoundForm, attack: Attack, response: httpx2.Response, *, stored: int, taken: bool) -> str:
    """What is wrong with an answer; nothing when nothing is. Once a form was taken, its page may not ask again."""
    text = response.text
    if response.status_code >= 500 or "Traceback" in text:
        return "crashed"
    if "<script>alert" in text or ">49<" in text:
        return "shown unescaped"
    if response.status_code == 303:
        return "" if attack.hostile is WORDS else "taken"
    if stored:
        return f"refused, and {stored} events stored"
    if response.status_code == 200:
        return "" if is_search(form) else "neither taken nor refused"
    if response.status_code != 422:
        return "" if "<code>" in text else "a refusal without a name"
    return "" if taken else _judge_page(form, attack, read_page(form.action, text))


def _judge_page(form: FoundForm, attack: Attack, page: PageRead) -> str:
    """The form again: the problem named and linked to its field, and everything that was typed still there."""
    if not page.slugs:
        return "a form shown again without a named problem"
    hidden = {form.fields[name].kind for name in attack.fields} == {"hidden"}
    if not hidden and (lost := [anchor for anchor in page.anchors if anchor and anchor not in page.ids]):
        return f"the summary leads nowhere: {lost}"
    again = next((each for each in page.forms if each.action == form.action and each.method == "post"), None)
    if again is None:
        return "" if hidden else "the form is gone"
    gone = [name for name in attack.fields if form.fields[name].typed and not _kept(again, name, attack.hostile)]
    return f"what was typed is lost: {gone}" if gone else ""


def _kept(again: FoundForm, name: str, hostile: Hostile) -> bool:
    box = again.fields.get(name)
    return box is not None and _UNREADABLE.sub("", box.value) == _UNREADABLE.sub("", hostile.text)


_UNREADABLE = re.compile(r"[\x00-\x1f\ud800-\udfff\ufffd]")


@pytest.mark.timeout(600)
async def test_the_same_form_twice_has_one_effect_and_the_same_answer(platform: Platform) -> None:
    """Two clicks at once, and a third when the page comes back."""
    wrong: list[str] = []
    for address, found in sorted(platform.forms.items()):
        if not is_search(found[0][1]):
            wrong += await _send_often(platform, address)
    assert not wrong, "\n".join(wrong)


async def _send_often(platform: Platform, address: str) -> list[str]:
    """As a form of a page of this kind that is still to be taken, three times."""
    refused: list[str] = []
    for by, form in platform.forms[address]:
        values = by.kept(plausible(form, today()))
        first, second = await asyncio.gather(*(by.ask("POST", form.action, data=values) for _ in range(2)))
        before = await platform.stored()
        third = await by.ask("POST", form.action, data=values)
        answers = {(each.status_code, each.headers.get("location")) for each in (first, second, third)}
        if len(answers) > 1 or await platform.stored() != before:
            return [f"{address} answers {answers}, {await platform.stored() - before} more events"]
        if first.status_code == 303:
            return []
        refused.append(str(read_page(form.action, first.text).slugs))
    return [f"{address} is never taken: {refused}"]
