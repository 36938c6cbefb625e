"""When a page cannot be shown: plain words instead of a status code."""

import re
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit.auth import NotAllowed, NotSignedIn
from services.kit.errors import DomainError, Erased, InvalidTenant, Kind
from services.portal.web.templating import render

log = structlog.get_logger(__name__)


_STATUS = {Kind.BUSY: 503, Kind.INVALID: 422}
_NOT_FOUND, _NOT_READ = "not-found", "not-understood"
_TOO_LONG = "This is too long to be saved, and nothing of it was. Please write less."
_TO_COPY = 40
"""Characters from which on a text is given back; the ids and tokens of a form have fewer."""
_NOT_UNDERSTOOD = "This page could not be understood. Please try again."
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_FOR_FAMILIES = re.compile(r"/(?:join|help)/U\d{5}(?=/|\Z)")


def add_error_pages(app: FastAPI) -> None:
    app.add_exception_handler(NotSignedIn, _sign_in)
    app.add_exception_handler(NotAllowed, _forbidden)
    app.add_exception_handler(InvalidTenant, lambda request, _: _missing(request))
    app.add_exception_handler(Erased, _erased)
    app.add_exception_handler(DomainError, _refused)
    app.add_exception_handler(RequestValidationError, lambda request, _: _missing(request))
    app.add_exception_handler(HTTPException, _http)


def _page(request: Request, template: str, status: int, *, slug: str, **content: Any) -> HTMLResponse:
    frame = _frame(request.url.path, synthetic=request.app.state.site.synthetic)
    return HTMLResponse(render(template, **{**frame, "slug": slug, **content}), status_code=status)


def _frame(path: str, *, synthetic: bool) -> dict[str, Any]:
    """What the templates of errors have. `families`: where the family site of the page begins; None on a page for staff."""
    found = _FOR_FAMILIES.match(path)
    families = found[0] if found else None
    return {"visitor": None, "synthetic": synthetic, "notice": None, "what": "page", "families": families}


def _missing(request: Request) -> HTMLResponse:
    return _page(request, "errors/missing.jinja", 404, slug=_NOT_FOUND)


def _forbidden(request: Request, _: Exception) -> HTMLResponse:
    return _page(request, "errors/forbidden.jinja", 403, slug=NotAllowed.slug)


async def _sign_in(request: Request, _: Exception) -> Response:
    if request.method != "GET":
        return _page(request, "errors/signed_out.jinja", 401, slug=NotSignedIn.slug, typed=await _typed(request))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?{urlencode({'to': path})}", status_code=303)


async def _refused(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, DomainError) or refusal.kind is Kind.NOT_FOUND:
        return _missing(request)
    status, typed = _STATUS.get(refusal.kind, 403), await _typed(request)
    return _page(request, "errors/refused.jinja", status, slug=refusal.slug, message=str(refusal), typed=typed)


async def _typed(request: Request) -> list[str]:
    """The longer texts of a form of ours that was not saved: a browser that goes back shows it empty."""
    if request.method != "POST" or request.headers.get("sec-fetch-site") != "same-origin":
        return []
    with suppress(HTTPException):
        sent = await request.form(max_files=0)
        return [text for text in sent.values() if isinstance(text, str) and len(text) > _TO_COPY]
    return []


def _erased(request: Request, refusal: Exception) -> HTMLResponse:
    return _page(request, "errors/erased.jinja", 410, slug=Erased.slug, message=str(refusal))


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status in (404, 405):
        return _missing(request)
    if status == 413:
        return _page(request, "errors/refused.jinja", status, slug="too-large", message=_TOO_LONG)
    return _page(request, "errors/refused.jinja", status, slug=_NOT_READ, message=_NOT_UNDERSTOOD)


class Legible:
    """Turns away addresses with control characters: no page of ours has one, and no database keeps all of them."""

    def __init__(self, app: ASGIApp, *, synthetic: bool) -> None:
        self._app = app
        self._synthetic = synthetic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _CONTROL.search(_address(scope)):
            await self._app(scope, receive, send)
            return
        content = {**_frame(scope["path"], synthetic=self._synthetic), "slug": _NOT_FOUND}
        await HTMLResponse(render("errors/missing.jinja", **content), status_code=404)(scope, receive, send)


def _address(scope: Scope) -> bytes:
    path: str = scope["path"]
    return path.encode() + unquote_to_bytes(scope["query_string"])


class Apology:
    """Turns a crash into a page. What was typed is not logged, only where it happened."""

    def __init__(self, app: ASGIApp, *, synthetic: bool) -> None:
        self._app = app
        self._synthetic = synthetic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watching)
        except Exception:
            if started or scope["type"] != "http":
                raise
            log.exception("page-crashed", method=scope["method"])
            content = {**_frame(scope["path"], synthetic=self._synthetic), "slug": "unexpected"}
            await HTMLResponse(render("errors/crashed.jinja", **content), status_code=500)(scope, receive, send)
