"""Signing in at the identity provider and out again."""

import secrets
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.identity import Attempt, SignInFailed
from services.portal.session import Session, set_session
from services.portal.web.access import permit
from services.portal.web.site import OfForm, OfSite, OfVisitor
from services.portal.web.templating import render

router = APIRouter()


def own_path(path: str) -> str:
    """The path if it is one of ours, so that signing in leads nobody to another site."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/"


@router.get("/sign-in")
async def sign_in(request: Request, site: OfSite, to: Annotated[str, Query(max_length=500)] = "/") -> HTMLResponse:
    frame = {"visitor": None, "synthetic": site.synthetic, "notice": None}
    return HTMLResponse(render("signing/in.jinja", **frame, begin=f"/sign-in/begin?{urlencode({'to': own_path(to)})}"))


@router.get("/sign-in/begin")
async def begin(site: OfSite, to: Annotated[str, Query(max_length=500)] = "/") -> Response:
    attempt = Attempt.begin(own_path(to))
    response = RedirectResponse(await site.identity.sign_in_url(attempt), status_code=303)
    response.headers.append("set-cookie", site.cookies.keep_attempt(attempt))
    return response


@router.get("/sign-in/done")
async def done(request: Request, site: OfSite, state: str = "", code: str = "") -> Response:
    attempt = site.cookies.attempt(request.cookies)
    if attempt is None or not code or not secrets.compare_digest(state.encode(), attempt.state.encode()):
        raise SignInFailed
    set_session(request, Session.begin(await site.identity.tokens(attempt, code)))
    response = RedirectResponse(attempt.return_to, status_code=303)
    response.headers.append("set-cookie", site.cookies.drop_attempt())
    return response


@router.post("/sign-out", dependencies=[Depends(permit("page:home"))])
async def sign_out(visitor: OfVisitor, form: OfForm) -> Response:
    set_session(visitor.request, None)
    return RedirectResponse(await visitor.site.identity.sign_out_url() or "/signed-out", status_code=303)


@router.get("/signed-out")
async def signed_out(site: OfSite) -> HTMLResponse:
    return HTMLResponse(render("signing/out.jinja", visitor=None, synthetic=site.synthetic, notice=None))
