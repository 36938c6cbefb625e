"""Somebody signed in who opens pages of a running portal, and how long they wait for each."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count

import httpx2

from deploy.cli.client import Client
from deploy.local.stack import Stack
from services.portal.identity import Tokens
from services.portal.session import Cookies, Session
from tests.benchmarks import machine
from tests.benchmarks.figures import Sample, sample

_A_DAY = 24 * 3600.0
_WARM = 3
_LEAST = 24

Path = Callable[[int], str]
"""The path of the page for the nth request: pages of one person are asked for one person after the other."""


class NotAPage(Exception):
    """The portal answered something else than the page."""


@dataclass(frozen=True, slots=True)
class Browser:
    """`headers` are what it sends with every request: its session."""

    http: httpx2.AsyncClient
    headers: Mapping[str, str]

    async def waits(self, path: Path, at_once: int, seconds: float, *, least: int = _LEAST) -> Sample:
        """Requests for about so long, at least so many, and so many under way at any time. Raises NotAPage."""
        for number in range(_WARM):
            await self.open(path(number))
        numbers, times = count(), list[int]()
        before, begun = machine.Ticks.now(), time.monotonic()

        async def one_after_the_other() -> None:
            while time.monotonic() < begun + seconds or len(times) < least:
                times.append(await self.open(path(next(numbers))))

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        found = sample(times, time.monotonic() - begun)
        return replace(found, others=round(machine.others_since(before), 3))

    async def open(self, path: str) -> int:
        """How many nanoseconds it took. Raises NotAPage."""
        begun = time.monotonic_ns()
        answer = await self.http.get(path, headers=self.headers)
        taken = time.monotonic_ns() - begun
        if answer.status_code != httpx2.codes.OK:
            raise NotAPage(f"{path}: {answer.status_code}")
        return taken


@asynccontextmanager
async def signed_in(stack: Stack, account: str) -> AsyncIterator[Browser]:
    """A browser with the session of one of the stack's accounts."""
    with Client(stack.home, account) as client:
        token = await asyncio.to_thread(client._access_token)
    session = Session.begin(Tokens(access=token, refresh=None, expires_at=time.time() + _A_DAY))
    cookies = Cookies(base64.b64decode(stack.env_for("portal")["PERINATAL_COOKIE_KEY"]), secure=False)
    headers = {"cookie": _header(cookies.keep_session(session))}
    async with httpx2.AsyncClient(base_url=stack.wiring.address_of("portal"), timeout=30) as http:
        yield Browser(http, headers)


def _header(set_cookies: Sequence[str]) -> str:
    kept = [value.partition(";")[0] for value in set_cookies]
    return "; ".join(value for value in kept if not value.endswith("="))
