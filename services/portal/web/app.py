"""The pages put together: an application of its own, with error pages instead of problem documents."""

from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit.auth import Verifier
from services.portal.web.errors import Apology, Legible, add_error_pages
from services.portal.web.pages import (
    accesses,
    appointments,
    ask_for_help,
    attendance,
    booking,
    community,
    consultations,
    diary,
    endings,
    evaluation,
    goals,
    home,
    join,
    lists,
    measures,
    operations,
    people,
    person_details,
    refer,
    referral_list,
    referrals_made,
    register,
    restricted,
    sessions,
    signing,
    training,
    training_register,
    triage,
    waiting,
)
from services.portal.web.site import Site
from services.portal.web.templating import ASSETS

ROUTERS = (
    signing.router,
    home.router,
    refer.router,
    triage.router,
    waiting.router,
    lists.router,
    referral_list.router,
    endings.router,
    referrals_made.router,
    people.router,
    accesses.router,
    person_details.router,
    measures.router,
    goals.router,
    restricted.router,
    operations.router,
    evaluation.router,
    diary.router,
    appointments.router,
    attendance.router,
    sessions.router,
    register.router,
    booking.router,
    training.router,
    training_register.router,
    consultations.router,
    community.router,
)
FOR_FAMILIES = (join.router, ask_for_help.router)
"""Nobody signs in to these."""

_YEAR = 365 * 24 * 3600


class KeptAssets(StaticFiles):
    """Files whose address changes with their content: a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = f"public, max-age={_YEAR}, immutable"
        return response


class PageHeaders:
    """Nothing but our own files, no inline script or style, no frame around us."""

    def __init__(self, app: ASGIApp, *, issuer: str) -> None:
        self._app = app
        # Signing out is a form that ends at the identity provider.
        provider = urlsplit(issuer)
        self._policy = "; ".join(
            [
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self'",
                "font-src 'self'",
                f"form-action 'self' {provider.scheme}://{provider.netloc}",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = self._policy
                headers["permissions-policy"] = "camera=(), geolocation=(), microphone=()"
            await send(message)

        await self._app(scope, receive, with_policy)


def pages(site: Site, *, verifier: Verifier, issuer: str) -> FastAPI:
    app = FastAPI(title="portal", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    app.state.verifier = verifier
    app.mount("/assets", KeptAssets(directory=ASSETS))
    for router in (*ROUTERS, *FOR_FAMILIES):
        app.include_router(router)
    add_error_pages(app)
    app.add_middleware(Legible, synthetic=site.synthetic)
    app.add_middleware(Apology, synthetic=site.synthetic)
    app.add_middleware(PageHeaders, issuer=issuer)
    return app
