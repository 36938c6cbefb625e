"""What every page has at hand: the parts of the portal, who is looking, and how a page is put on the screen."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.kit.access_log import note_read
from services.kit.auth import NotSignedIn, Principal
from services.kit.errors import DomainError, Erased, Kind
from services.kit.http import Pcn, SignedIn
from services.kit.tenancy import TenantId, TenantPool, Tx
from services.portal.arrival import version_seen
from services.portal.commands import Done
from services.portal.identity import IdentityProvider
from services.portal.owners import Caller, Owners, reading_for
from services.portal.public_account import PublicAccount
from services.portal.readmodels.erased import erased_at
from services.portal.readmodels.pcns import PcnRow, pcn
from services.portal.session import Cookies, Session, session_of
from services.portal.web.access import may, purpose_of
from services.portal.web.forms import Form
from services.portal.web.moments import day_in_words, london_day
from services.portal.web.rate_limit import RateLimit
from services.portal.web.templating import render

_MOST_FIELDS = 4_000
"""The register of a training session of two hundred has the most."""
_PATIENCE = 3.0
"""Seconds a page waits for what was just saved."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class FormExpired(DomainError):
    """This form was open for too long, or in another browser window, and was not saved. Please open it again."""

    slug = "form-expired"
    kind = Kind.FORBIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The parts the pages work with; `main` builds it once."""

    pool: TenantPool
    owners: Owners
    identity: IdentityProvider
    public: PublicAccount
    cookies: Cookies
    synthetic: bool
    clock: Callable[[], datetime] = utc_now
    rate_limit: RateLimit = field(default_factory=RateLimit)
    """Of the forms anybody may send without signing in."""

    @property
    def today(self) -> date:
        return london_day(self.clock())


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


OfSite = Annotated[Site, Depends(_site)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody signed in, on a page of no network in particular."""

    request: Request
    site: Site
    principal: Principal
    session: Session

    def page(self, template: str, *, status: int = 200, **content: Any) -> HTMLResponse:
        frame = {"visitor": self, "synthetic": self.site.synthetic, "notice": self.request.query_params.get("saved")}
        return HTMLResponse(render(template, **frame, **content), status_code=status)

    def form_page(self, template: str, form: Form, **content: Any) -> HTMLResponse:
        """A page with a form, as it was typed and with what is wrong beside it."""
        return self.page(template, status=200 if form.valid else 422, form=form, **content)

    def may(self, permission: str) -> bool:
        return may(self.principal, permission)


def _visitor(request: Request, site: OfSite, principal: SignedIn) -> Visitor:
    session = session_of(request)
    if session is None:
        raise NotSignedIn
    return Visitor(request=request, site=site, principal=principal, session=session)


OfVisitor = Annotated[Visitor, Depends(_visitor)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Visitor):
    """Somebody signed in, on a page of a network they belong to."""

    tenant: TenantId
    network: PcnRow | None

    @property
    def caller(self) -> Caller:
        return Caller(owners=self.site.owners, token=self.principal.token, tenant=self.tenant)

    @property
    def path(self) -> str:
        """Where the network's pages begin."""
        return f"/pcns/{self.tenant}"

    def page(self, template: str, *, status: int = 200, **content: Any) -> HTMLResponse:
        # The zero-argument form of super() does not work in a class that `slots=True` makes anew.
        return Visitor.page(self, template, status=status, visit=self, **content)

    async def note_page(self, tx: Tx, person_id: str | None) -> None:
        """Somebody opens a page about this person, or about something that is theirs: it is written down where it is read."""
        if person_id is not None and self.request.method == "GET":
            await note_read(tx, self.tenant, self.principal, what="page", subject=person_id)

    async def saved(self, notice: str, path: str, *done: Done) -> Response:
        """On to a page that shows what was saved, once it can; if that takes long, the page says so."""
        more = "&" if "?" in path else "?"
        for each in done:
            seen = await version_seen(self.site.pool, self.tenant, each.stream, each.version, within=_PATIENCE)
            if seen < each.version:
                return RedirectResponse(f"{self.path}{path}{more}saved={notice}-soon", status_code=303)
        return RedirectResponse(f"{self.path}{path}{more}saved={notice}", status_code=303)

    def missing(self, what: str) -> Response:
        """There is no such thing; right after it was saved, it has only not arrived yet."""
        if self.request.query_params.get("saved", "").endswith("-soon"):
            return self.page("later.jinja", what=what, again=self.request.url.path)
        return self.page("errors/missing.jinja", status=404, what=what)


async def _visit(visitor: OfVisitor, tenant: Pcn) -> Visit:
    """Who opens a page about a person is written down, and what they read of the owners for it. Raises Erased."""
    principal = replace(visitor.principal, purpose=purpose_of(visitor.principal))
    reading_for(principal.purpose)
    async with visitor.site.pool.scope(tenant) as tx:
        visit = Visit(
            request=visitor.request,
            site=visitor.site,
            principal=principal,
            session=visitor.session,
            tenant=tenant,
            network=await pcn(tx, tenant),
        )
        about = _person_in(visitor.request)
        if about is not None:
            await _require_not_erased(tx, tenant, about)
            await visit.note_page(tx, about)
    return visit


def _person_in(request: Request) -> str | None:
    """The person a page is about; what is no id belongs to no page."""
    with suppress(ValueError):
        return str(UUID(request.path_params.get("person_id", "")))
    return None


async def _require_not_erased(tx: Tx, tenant: TenantId, person_id: str) -> None:
    when = await erased_at(tx, tenant, person_id)
    if when is not None:
        raise Erased(f"This person's record was erased on {day_in_words(when)}.")


OfNetwork = Annotated[Visit, Depends(_visit)]


async def _form(request: Request, visitor: OfVisitor) -> Form:
    """What was sent, if one of our own pages sent it. Raises FormExpired."""
    sent = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    form = Form.sent({name: value for name, value in sent.items() if isinstance(value, str)})
    if not secrets.compare_digest(form.value("csrf").encode(), visitor.session.csrf.encode()):
        raise FormExpired
    return form


OfForm = Annotated[Form, Depends(_form)]
