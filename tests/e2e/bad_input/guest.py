"""Somebody who speaks HTTP with the portal without a browser, so that anything at all can be sent."""

import base64
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from deploy.cli.client import Client
from deploy.local.stack import Stack
from services.kit.tenancy import TenantId
from services.portal.identity import Tokens
from services.portal.session import Cookies, Session
from tests.e2e.bad_input.forms_found import PageRead, read_page

_AN_HOUR = 3600
_numbers = itertools.count(2 * 256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """`session` None: nobody signed in, and each request is from another address, as families come."""

    portal: str
    cookies: Cookies
    session: Session | None
    role: str | None
    pcn: TenantId

    @property
    def cookie(self) -> dict[str, str]:
        kept = self.cookies.keep_session(self.session) if self.session else [self.cookies.keep_form_token(self.csrf)]
        named = [value.partition(";")[0] for value in kept]
        return {"cookie": "; ".join(value for value in named if not value.endswith("="))}

    @property
    def csrf(self) -> str:
        return self.session.csrf if self.session else "of-the-form"

    async def ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        number = next(_numbers)
        address = f"127.1.{number // 256 % 256}.{number % 256}"
        # There is nothing to verify on loopback, and to read the machine's certificates for each request takes long.
        transport = httpx2.AsyncHTTPTransport(local_address=address, verify=False)
        async with httpx2.AsyncClient(base_url=self.portal, transport=transport, timeout=60) as http:
            headers = {**self.cookie, **request.pop("headers", {})}
            return await http.request(method, path, headers=headers, **request)

    async def get(self, path: str) -> httpx2.Response:
        return await self.ask("GET", path)

    async def read(self, path: str) -> PageRead:
        return read_page(path, (await self.get(path)).text)

    async def send(self, path: str, values: Mapping[str, str], **more: Any) -> httpx2.Response:
        """A form as one of our pages sends it: with the token it was given, and a command of its own unless told."""
        return await self.ask("POST", path, data=self.kept(values, **more))

    def kept(self, values: Mapping[str, str], **more: str) -> dict[str, str]:
        return {**values, "csrf": self.csrf, "command_id": str(uuid4()), **more}


def guest(stack: Stack, role: str | None, pcn: TenantId) -> Guest:
    """Somebody of that role in a network, signed in without the identity provider's page."""
    cookies = Cookies(base64.b64decode(stack.wiring.credentials.key("cookie-key")), secure=False)
    session = _session(stack, role, pcn) if role else None
    return Guest(portal=stack.wiring.address_of("portal"), cookies=cookies, session=session, role=role, pcn=pcn)


def _session(stack: Stack, role: str, pcn: TenantId) -> Session:
    with Client(stack.home, f"{role}.{pcn.lower()}") as client:
        token = client._access_token()
    return Session.begin(Tokens(access=token, refresh=None, expires_at=time.time() + _AN_HOUR))
