"""The portal as it runs: real PostgreSQL, real tokens. It hears what a test tells it; the services it would call are down."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from contracts.event import PublicEvent
from services.kit.guard import judge
from services.kit.record import Recorded
from services.kit.registry import into
from services.kit.tenancy import TenantId, TenantPool, set_tenant
from services.portal.identity import Tokens
from services.portal.incoming import READ_MODELS, TOPICS
from services.portal.main import build
from services.portal.migrate import MIGRATIONS
from services.portal.public_account import PublicAccount
from services.portal.session import Cookies, Session
from services.portal.settings import PortalSettings
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.support import AUDIENCE, MASTER_KEY, Issuer, running

NOBODY = "http://127.0.0.1:9"
HEARD_LAST = "select version from stream_versions where tenant = $1 and consumer = 'portal' and stream = $2"
FAR = 4_000_000_000.0


@dataclass(frozen=True, slots=True)
class Portal:
    client: httpx2.AsyncClient
    app: FastAPI
    pool: TenantPool
    issuer: Issuer
    cookies: Cookies

    async def hear(self, *events: Recorded[PublicEvent]) -> None:
        """Take public events as the consumer does: the guard first, then the read models.

        What a stream holds between them is private and never comes, so the version heard last is the previous one.
        """
        work = into(READ_MODELS)
        for recorded in events:
            async with self.pool.unscoped() as tx:
                await set_tenant(tx, recorded.tenant)
                last = await tx.fetchval(HEARD_LAST, recorded.tenant, recorded.stream)
                following = replace(recorded, previous=last or 0)
                await work(tx, (await judge(tx, recorded.tenant, "portal", TOPICS[0], [following])).fresh)

    def token(self, role: str, *pcns: TenantId) -> str:
        return self.issuer.token(f"a {role}", [role], pcns)

    def session(self, role: str, *pcns: TenantId) -> Session:
        return Session.begin(Tokens(access=self.token(role, *pcns), refresh=None, expires_at=FAR))

    def as_browser(self, session: Session) -> dict[str, str]:
        """The header a browser with this session sends."""
        kept = [value.partition(";")[0] for value in self.cookies.keep_session(session)]
        return {"cookie": "; ".join(value for value in kept if not value.endswith("="))}

    async def browse(
        self, session: Session, path: str, method: str = "GET", fields: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """What a browser with this session gets; what it sends is a form of ours."""
        sent = {"csrf": session.csrf, **(fields or {})} if method == "POST" else None
        return await self.client.request(method, path, headers=self.as_browser(session), data=sent)

    async def page(self, path: str, role: str, *pcns: TenantId) -> httpx2.Response:
        return await self.browse(self.session(role, *pcns), path)

    async def api(self, path: str, role: str, *pcns: TenantId, **query: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.token(role, *pcns)}"}
        return await self.client.get(f"/v1{path}", headers=headers, params=query)


@pytest.fixture(scope="module")
async def portal(new_database: MakeDatabase, issuer: Issuer) -> AsyncIterator[Portal]:
    async with portal_on(await new_database(MIGRATIONS), issuer) as running_portal:
        yield running_portal


@pytest.fixture
def account(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal's own account: the test's issuer hands out no tokens over HTTP."""

    async def ask(_: PublicAccount) -> Tokens:
        token = portal.issuer.token("public", ["public"], [TenantId("*")])
        return Tokens(access=token, refresh=None, expires_at=FAR)

    monkeypatch.setattr(PublicAccount, "_ask", ask)


def unseen(page: str) -> dict[str, str]:
    """What the form of a page carries unseen."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))


@asynccontextmanager
async def portal_on(database: Database, issuer: Issuer) -> AsyncIterator[Portal]:
    """The portal on a migrated database."""
    settings = PortalSettings(
        database=database.app,
        kafka="127.0.0.1:9",
        issuer=issuer.url,
        audience=AUDIENCE,
        public_url="http://portal",
        referral_url=NOBODY,
        outcomes_url=NOBODY,
        scheduling_url=NOBODY,
        training_url=NOBODY,
        client_id="portal",
        client_secret="secret",
        cookie_key=MASTER_KEY,
        public_user="public",
        public_password="secret",
        synthetic=True,
    )
    service = await build(settings)
    pool = await TenantPool.open(database.app)
    async with running(service) as client:
        yield Portal(client, service.app, pool, issuer, Cookies(settings.cookie_key, secure=False))
    await pool.close()
