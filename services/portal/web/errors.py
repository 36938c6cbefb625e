"""When a page cannot be shown: plain words instead of a status code."""

from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit.auth import NotAllowed, NotSignedIn
from services.kit.errors import DomainError, InvalidTenant, Kind
from services.portal.web.templating import render

log = structlog.get_logger(__name__)


def add_error_pages(app: FastAPI) -> None:
    app.add_exception_handler(NotSignedIn, _sign_in)
    app.add_exception_handler(NotAllowed, lambda request, _: _page(request, "errors/forbidden.jinja", 403))
    app.add_exception_handler(InvalidTenant, lambda request, _: _page(request, "errors/missing.jinja", 404))
    app.add_exception_handler(DomainError, _refused)
    app.add_exception_handler(RequestValidationError, lambda request, _: _page(request, "errors/missing.jinja", 404))
    app.add_exception_handler(HTTPException, _http)


def _page(request: Request, template: str, status: int, **content: str) -> HTMLResponse:
    frame = {"visitor": None, "synthetic": request.app.state.site.synthetic, "notice": None, "what": "page"}
    return HTMLResponse(render(template, **{**frame, **content}), status_code=status)


def _sign_in(request: Request, _: Exception) -> Response:
    if request.method != "GET":
        return _page(request, "errors/signed_out.jinja", 401)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?{urlencode({'to': path})}", status_code=303)


def _refused(request: Request, refusal: Exception) -> Response:
    busy = isinstance(refusal, DomainError) and refusal.kind is Kind.BUSY
    return _page(request, "errors/refused.jinja", 503 if busy else 403, message=str(refusal))


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status in (404, 405):
        return _page(request, "errors/missing.jinja", 404)
    return _page(
        request, "errors/refused.jinja", status, message="This page could not be understood. Please try again."
    )


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
            content = {"visitor": None, "synthetic": self._synthetic, "notice": None}
            await HTMLResponse(render("errors/crashed.jinja", **content), status_code=500)(scope, receive, send)
