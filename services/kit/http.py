"""The edge: kinds of errors become status codes, tokens become principals, a header becomes a command id.

Only this module knows HTTP status codes.
"""

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from services.kit import metrics
from services.kit.auth import NOT_SAID, NotAllowed, NotSignedIn, Principal, Verifier
from services.kit.errors import Busy, DomainError, Kind
from services.kit.record import Answer
from services.kit.systemic import is_systemic
from services.kit.tenancy import TenantId
from services.kit.tracing import start_trace

log = structlog.get_logger(__name__)

STATUS = {
    Kind.INVALID: 422,
    Kind.REFUSED: 409,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.FORBIDDEN: 403,
    Kind.BUSY: 503,
}
_UNREADABLE = "What was sent cannot be read as JSON."
_HTTP_SLUGS = {400: "body-unreadable", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}")
_PURPOSE = re.compile(r"[a-z][a-z-]{0,40}")
_MAX_BODY = 1_000_000
_MAY_BE_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the database raises, and the way to it."""
_SECURITY_HEADERS = {"x-content-type-options": "nosniff", "cache-control": "no-store", "referrer-policy": "no-referrer"}

Readiness = Callable[[], Awaitable[Mapping[str, str]]]
"""What the process depends on and how each part is: {"database": "ok", …}; anything but "ok" makes it not ready."""


class IdempotencyKeyMissing(DomainError):
    """A command needs the header Idempotency-Key with a UUID."""

    slug = "idempotency-key-missing"
    kind = Kind.INVALID


class PurposeInvalid(DomainError):
    """The purpose of a request is a short code of small letters and hyphens."""

    slug = "purpose-invalid"
    kind = Kind.INVALID


class Done(BaseModel):
    """The answer to a command: where it was written, to wait for a read model; `duplicate`: it had been done before."""

    id: str
    stream: str
    version: int
    position: int
    duplicate: bool = False

    @classmethod
    def of(cls, answer: Answer) -> "Done":
        return cls(
            id=answer.stream.partition("-")[2],
            stream=answer.stream,
            version=answer.version,
            position=answer.position,
            duplicate=answer.duplicate,
        )


def _tenant(pcn: Annotated[str, Path()]) -> TenantId:
    return TenantId.parse(pcn)


Pcn = Annotated[TenantId, Depends(_tenant)]


def _command_id(idempotency_key: Annotated[str | None, Header()] = None) -> UUID:
    try:
        return UUID(idempotency_key or "")
    except ValueError:
        raise IdempotencyKeyMissing(field="Idempotency-Key") from None


CommandId = Annotated[UUID, Depends(_command_id)]


async def _principal(
    request: Request,
    authorization: Annotated[str | None, Header()] = None,
    x_purpose: Annotated[str, Header()] = NOT_SAID,
) -> Principal:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn
    if not _PURPOSE.fullmatch(x_purpose):
        raise PurposeInvalid(field="X-Purpose")
    verifier: Verifier = request.app.state.verifier
    return replace(await verifier.principal(token), purpose=x_purpose)


SignedIn = Annotated[Principal, Depends(_principal)]


class Permissions:
    """One service's table {permission: roles}. `permit("x")` is the dependency of a route that needs it."""

    def __init__(self, table: Mapping[str, frozenset[str] | set[str]]) -> None:
        self._table = {name: frozenset(roles) for name, roles in table.items()}

    def __call__(self, permission: str) -> Callable[..., Awaitable[Principal]]:
        """A principal with a role that has the permission, for the tenant in the path where there is one."""
        roles = self._table[permission]

        async def check(request: Request, principal: SignedIn) -> Principal:
            if principal.roles.isdisjoint(roles):
                raise NotAllowed
            if "pcn" in request.path_params and not principal.may_see(_tenant(request.path_params["pcn"])):
                raise NotAllowed
            return principal

        check.permission = permission  # type: ignore[attr-defined]
        return check


def create_app(
    *, title: str, routers: Sequence[APIRouter], verifier: Verifier, readiness: Readiness, **options: Any
) -> FastAPI:
    """An application with the platform's edges: problems, health, metrics, traces, limits."""
    app = FastAPI(title=title, docs_url=None, redoc_url=None, **options)
    app.state.verifier = verifier
    app.add_exception_handler(DomainError, _domain_problem)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid_problem)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http_problem)  # type: ignore[arg-type]
    for away in _MAY_BE_AWAY:
        app.add_exception_handler(away, _away_problem)
    app.add_exception_handler(Exception, _crash_problem)
    app.add_middleware(_Edge)
    app.include_router(operations(readiness))
    for router in routers:
        app.include_router(router)
    return app


def operations(readiness: Readiness) -> APIRouter:
    """/healthz and /metrics: no token, nothing about anybody."""
    router = APIRouter()

    @router.get("/healthz", include_in_schema=False)
    async def health() -> JSONResponse:
        parts = await readiness()
        ready = all(state == "ok" for state in parts.values())
        return JSONResponse({"status": "ok" if ready else "unavailable", **parts}, status_code=200 if ready else 503)

    @router.get("/metrics", include_in_schema=False)
    async def numbers() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


class _Edge:
    """Around every request: its trace, its numbers, the headers every answer has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start_trace(Headers(scope=scope).get("traceparent"))
        began = time.perf_counter()
        answered = False

        async def measured(message: ASGIMessage) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                _count(scope, message["status"], began)
            await send(message)

        try:
            await self._app(scope, _limited(receive), measured)
        except Exception:
            # A crash is answered further out, past `measured`.
            if not answered:
                _count(scope, 500, began)
            raise


def _limited(receive: Receive) -> Receive:
    """A body is read as far as it may be long."""
    size = 0

    async def limited() -> ASGIMessage:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > _MAX_BODY:
            raise HTTPException(413, "This is too long. Please send less than one megabyte.")
        return message

    return limited


def _count(scope: Scope, status: int, began: float) -> None:
    route = getattr(scope.get("route"), "path", "unknown")
    metrics.HTTP_REQUESTS.labels(scope["method"], route, str(status)).inc()
    metrics.HTTP_SECONDS.labels(route).observe(time.perf_counter() - began)


def _problem(slug: str, detail: str, status: int, **more: Any) -> JSONResponse:
    body = {"type": f"urn:perinatal:problem:{slug}", "title": detail, "slug": slug, "status": status, **more}
    headers = {"retry-after": "1"} if status == 503 else None
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=headers)


def _domain_problem(_: Request, error: DomainError) -> JSONResponse:
    more = {"field": error.field} if error.field else {}
    status = 401 if isinstance(error, NotSignedIn) else STATUS[error.kind]
    return _problem(error.slug, str(error), status, **more)


def _invalid_problem(_: Request, error: RequestValidationError) -> JSONResponse:
    wrong = [{"field": ".".join(_part(part) for part in e["loc"][1:]), "problem": e["msg"]} for e in error.errors()]
    return _problem("request-invalid", "Some of what was sent is not in the right form.", 422, errors=wrong)


def _part(part: int | str) -> str:
    """Part of a place in a body. What does not look like a name of ours may be a person's, sent as the name of a field."""
    return str(part) if isinstance(part, int) or _FIELD.fullmatch(part) else "(unknown)"


def _http_problem(_: Request, error: HTTPException) -> JSONResponse:
    said = _UNREADABLE if error.status_code == 400 else str(error.detail)
    return _problem(_HTTP_SLUGS.get(error.status_code, "http"), said, error.status_code)


def _away_problem(request: Request, error: Exception) -> JSONResponse:
    """Where the same request may well succeed later. Raises the error itself where it may not."""
    if not is_systemic(error):
        raise error
    log.error("request-turned-away", method=request.method, exc_info=error)
    return _domain_problem(request, Busy())


def _crash_problem(request: Request, error: Exception) -> JSONResponse:
    log.error("request-crashed", method=request.method, exc_info=error)
    answer = _problem("unexpected", "Something went wrong on our side. Nothing was lost; please try again.", 500)
    answer.headers.update(_SECURITY_HEADERS)
    return answer
