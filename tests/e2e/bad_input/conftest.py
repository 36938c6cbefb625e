"""A network in which every page has something to show, somebody of each kind to send forms, and what is stored of it."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.kit.tenancy import TenantId
from tests.e2e.bad_input.forms_found import FoundForm, asked_by_address, pattern
from tests.e2e.bad_input.guest import Guest, guest
from tests.e2e.bad_input.seeded import Seeded, seed

PCN = TenantId("U12002")
STORES = ("referral", "scheduling", "outcomes", "training")
ROLES = ("clinician", "training-lead", None)
SIGNING_OUT = "/sign-out"
_AS_OFTEN = 8
"""How many pages of one kind are opened."""
_NO_PAGE = re.compile(r"\.csv|/report|/assets/|/sign-|format=|^/v1/")


@dataclass(kw_only=True)
class Platform:
    """The running stack with a network in it, its guests, and what its stores hold."""

    stack: Stack
    seeded: Seeded
    guests: Mapping[str | None, Guest]
    stores: list[asyncpg.Connection]
    forms: dict[str, list[tuple[Guest, FoundForm]]] = field(default_factory=dict)
    """{address without ids: where it was found, and by whom}"""

    async def stored(self) -> int:
        """How many events somebody's own commands led to; what services hear from each other comes when it comes."""
        ask = "select count(*) from events where tenant = $1 and meta ->> 'actor' = any($2)"
        who = [*(f"{role}.{PCN.lower()}" for role in ROLES if role), "public"]
        return sum([await store.fetchval(ask, PCN, who) for store in self.stores])

    async def still_asked(self, address: str) -> tuple[Guest, FoundForm]:
        """One of the forms there that its page still shows; others may have been used up."""
        for by, form in self.forms[address]:
            if any(each.action == form.action for each in (await by.read(form.page)).forms):
                return by, form
        raise AssertionError(f"no page asks for {address} any more")


@pytest.fixture(scope="package")
async def platform(stack: Stack) -> AsyncIterator[Platform]:
    """A network where every form is reached by following links."""
    seeded = seed(stack, PCN, copies=8)
    guests = {role: guest(stack, role, PCN) for role in ROLES}
    admin = stack.wiring.postgres_admin.rsplit("/", 1)[0]
    stores = [await asyncpg.connect(f"{admin}/{name}") for name in STORES]
    platform = Platform(stack=stack, seeded=seeded, guests=guests, stores=stores)
    for each in guests.values():
        await _follow_links(platform, each)
    yield platform
    for store in stores:
        await store.close()


async def _follow_links(platform: Platform, by: Guest) -> None:
    """Open what is linked, a few pages of each kind, and remember the forms."""
    own = (f"/pcns/{PCN}",) if by.session else (f"/join/{PCN}", f"/help/{PCN}")
    waiting = [*own, *_known(platform, by)]
    opened, kinds = set(waiting), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        page = await by.read(path)
        for form in (form for form in page.forms if form.method == "post" and form.action != SIGNING_OUT):
            platform.forms.setdefault(form.pattern, []).append((by, form))
        asking = [link for form in page.forms if form.method == "get" for link in asked_by_address(form)]
        for link in (link for link in (*page.links, *asking) if link.startswith(own) and not _NO_PAGE.search(link)):
            kind = re.sub(r"=[^&]*", "", pattern(link) + link.partition("?")[2])
            if link not in opened and kinds[kind] < _AS_OFTEN:
                kinds[kind] += 1
                opened.add(link)
                waiting.append(link)


def _known(platform: Platform, by: Guest) -> list[str]:
    """What nobody links to, since a family keeps the address of its place; and sessions of the past, behind those to come."""
    if by.session:
        return [f"/pcns/{PCN}/sessions/{session}" for session in platform.seeded.ids["begun session"]]
    return [f"/join/{PCN}/places/{place}" for place in platform.seeded.ids["place of session"]]
