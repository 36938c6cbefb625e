"""What a page for families has at hand. Nobody signs in: a form carries a token its page was given, and few come at once."""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.kit.http import Pcn
from services.kit.tenancy import TenantId
from services.portal.arrival import version_seen
from services.portal.commands import Done, Refusal
from services.portal.families import Families
from services.portal.readmodels.pcns import PcnRow, pcn
from services.portal.web.forms import Form
from services.portal.web.site import OfSite, Site
from services.portal.web.templating import render

TRAP = "website"
"""A field people do not see; what fills it in is a program."""
_EXPIRED = "This page was open for a long time. Please check what you wrote and send it again."
_TOO_MANY = Refusal(
    slug="too-many-forms",
    message="Many forms have come from here just now. What you wrote is below. Please send it again in ten minutes.",
)
_MOST_BYTES = 40_000
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyVisit:
    """Somebody, who need not say who they are, on a page of a network."""

    request: Request
    site: Site
    tenant: TenantId
    network: PcnRow
    csrf: str

    @property
    def families(self) -> Families:
        return Families(owners=self.site.owners, account=self.site.public, tenant=self.tenant)

    def page(self, template: str, *, status: int = 200, **content: Any) -> HTMLResponse:
        frame = {"visitor": None, "synthetic": self.site.synthetic, "notice": None, "family": self}
        response = HTMLResponse(render(template, **{**frame, **content}), status_code=status)
        response.headers.append("set-cookie", self.site.cookies.keep_form_token(self.csrf))
        return response

    def form_page(self, template: str, form: Form, **content: Any) -> HTMLResponse:
        return self.page(template, status=200 if form.valid else 422, form=form, **content)

    def missing(self, what: str) -> HTMLResponse:
        return self.page("public/missing.jinja", status=404, what=what)

    async def on_to(self, path: str, done: Done) -> Response:
        """To a page that shows what was saved, once it can."""
        await version_seen(self.site.pool, self.tenant, done.stream, done.version, within=_PATIENCE)
        return RedirectResponse(path, status_code=303)


async def _family(request: Request, site: OfSite, tenant: Pcn) -> FamilyVisit:
    async with site.pool.scope(tenant) as tx:
        network = await pcn(tx, tenant)
    if network is None:
        raise HTTPException(404)
    csrf = site.cookies.form_token(request.cookies) or secrets.token_urlsafe(24)
    return FamilyVisit(request=request, site=site, tenant=tenant, network=network, csrf=csrf)


OfFamily = Annotated[FamilyVisit, Depends(_family)]


async def _form(request: Request, family: OfFamily) -> Form:
    """What was sent. A page that was open too long, or one of too many, is shown again with what was typed."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > _MOST_BYTES:
        raise HTTPException(413)
    sent = await request.form(max_files=0, max_fields=60)
    form = Form.sent({name: value for name, value in sent.items() if isinstance(value, str)})
    if not secrets.compare_digest(form.value("csrf").encode(), family.csrf.encode()):
        form.wrong("form", _EXPIRED)
    if not family.site.rate_limit.allows(request.client.host if request.client else ""):
        form.refuse(_TOO_MANY)
    if form.value(TRAP):
        form.wrong(TRAP, "Leave this box empty, then send again")
    return form


OfFamilyForm = Annotated[Form, Depends(_form)]
