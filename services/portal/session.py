"""A session is the user's own tokens in a cookie only this service can read.

Encrypted and authenticated (JWE, `dir` with A256GCM), http-only, SameSite=Lax, and `__Host-` where the portal is on https.
On its way in, the access token is put where the rest of the platform looks for one, the Authorization header, so that a page and
an API route check a person in the same way. Tokens are renewed before they run out.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit.errors import DomainError
from services.portal.identity import Attempt, IdentityProvider, SignInFailed, Tokens

_LIFETIME = 12 * 3600
_ATTEMPT_LIFETIME = 600
_RENEW_BEFORE = 60
_PART = 3_800
"""A browser keeps about 4,096 bytes a cookie, its name and attributes included."""
_MOST_PARTS = 4
# Another number whenever what is kept changes: older cookies are then no session.
_SESSION, _ATTEMPT, _FORM = "session.1", "sign-in.1", "form.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    token: str
    refresh_token: str | None
    expires_at: float
    signed_in_at: float
    csrf: str

    @classmethod
    def begin(cls, tokens: Tokens) -> "Session":
        return cls(
            token=tokens.access,
            refresh_token=tokens.refresh,
            expires_at=tokens.expires_at,
            signed_in_at=time.time(),
            csrf=secrets.token_urlsafe(24),
        )

    def renewed(self, tokens: Tokens) -> "Session":
        return replace(
            self,
            token=tokens.access,
            refresh_token=tokens.refresh or self.refresh_token,
            expires_at=tokens.expires_at,
        )


class Cookies:
    """Seals what the browser keeps for us, and opens it again."""

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self._key = OctKey.import_key(key)
        self._secure = secure
        prefix = "__Host-" if secure else ""
        self._session, self._attempt = f"{prefix}session", f"{prefix}sign-in"
        self._form = f"{prefix}form"

    def session(self, cookies: Mapping[str, str]) -> Session | None:
        """The session the browser holds; None when there is none, it was tampered with, or its twelve hours are over."""
        content = self._open(_SESSION, self._joined(cookies))
        if content is None or content["signed_in_at"] + _LIFETIME < time.time():
            return None
        return Session(**content)

    def attempt(self, cookies: Mapping[str, str]) -> Attempt | None:
        content = self._open(_ATTEMPT, cookies.get(self._attempt))
        if content is None or content.pop("until") < time.time():
            return None
        return Attempt(**content)

    def keep_session(self, session: Session) -> list[str]:
        """`Set-Cookie` values; those of parts that are no longer needed end them."""
        sealed = self._seal(_SESSION, asdict(session))
        parts = [sealed[start : start + _PART] for start in range(0, len(sealed), _PART)]
        kept = [self._set(self._name(place), part, _LIFETIME) for place, part in enumerate(parts)]
        return kept + [self._set(self._name(place), "", 0) for place in range(len(parts), _MOST_PARTS)]

    def drop_session(self) -> list[str]:
        return [self._set(self._name(place), "", 0) for place in range(_MOST_PARTS)]

    def keep_attempt(self, attempt: Attempt) -> str:
        content = {**asdict(attempt), "until": time.time() + _ATTEMPT_LIFETIME}
        return self._set(self._attempt, self._seal(_ATTEMPT, content), _ATTEMPT_LIFETIME)

    def drop_attempt(self) -> str:
        return self._set(self._attempt, "", 0)

    def form_token(self, cookies: Mapping[str, str]) -> str | None:
        """What the forms of somebody who is not signed in must carry; None when the browser holds none."""
        content = self._open(_FORM, cookies.get(self._form))
        return content["token"] if content and content["until"] > time.time() else None

    def keep_form_token(self, token: str) -> str:
        content = {"token": token, "until": time.time() + _LIFETIME}
        return self._set(self._form, self._seal(_FORM, content), _LIFETIME)

    def _name(self, place: int) -> str:
        return self._session if place == 0 else f"{self._session}-{place}"

    def _joined(self, cookies: Mapping[str, str]) -> str:
        return "".join(cookies.get(self._name(place), "") for place in range(_MOST_PARTS))

    def _set(self, name: str, value: str, max_age: int) -> str:
        secure = "; Secure" if self._secure else ""
        return f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"

    def _seal(self, purpose: str, content: Mapping[str, Any]) -> str:
        header = {"alg": "dir", "enc": "A256GCM", "cty": purpose}
        return jwe.encrypt_compact(header, orjson.dumps(content), self._key)

    def _open(self, purpose: str, sealed: str | None) -> dict[str, Any] | None:
        if not sealed:
            return None
        try:
            opened = jwe.decrypt_compact(sealed, self._key, algorithms=["dir", "A256GCM"])
        except (JoseError, ValueError):
            return None
        return orjson.loads(opened.plaintext or b"null") if opened.headers().get("cty") == purpose else None


def session_of(connection: HTTPConnection) -> Session | None:
    session: Session | None = connection.scope.get("state", {}).get("session")
    return session


def set_session(connection: HTTPConnection, session: Session | None) -> None:
    """What the browser is to hold from the end of this request on."""
    connection.scope.setdefault("state", {})["session"] = session


class SessionMiddleware:
    """Opens the cookie, renews what is about to run out, and sets the cookie again when the session changed."""

    def __init__(self, app: ASGIApp, *, cookies: Cookies, identity: IdentityProvider) -> None:
        self._app = app
        self._cookies = cookies
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        held = self._cookies.session(connection.cookies)
        session = await self._fresh(held)
        set_session(connection, session)
        if session is not None and _takes_session(scope, connection):
            scope["headers"] = [*scope["headers"], (b"authorization", f"Bearer {session.token}".encode())]

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._write(MutableHeaders(scope=message), held, session_of(connection))
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    async def _fresh(self, session: Session | None) -> Session | None:
        now = time.time()
        if session is None or session.expires_at - _RENEW_BEFORE > now:
            return session
        try:
            if session.refresh_token is not None:
                return session.renewed(await self._identity.refreshed(session.refresh_token))
        except SignInFailed:
            # Another tab may have used the refresh token: the access token still counts while it lasts.
            pass
        except DomainError:
            # The provider cannot be reached; whoever is signed in stays so while the token lasts.
            pass
        return session if session.expires_at > now else None

    def _write(self, headers: MutableHeaders, held: Session | None, session: Session | None) -> None:
        if session == held:
            return
        for cookie in self._cookies.keep_session(session) if session else self._cookies.drop_session():
            headers.append("set-cookie", cookie)


def _takes_session(scope: Scope, connection: HTTPConnection) -> bool:
    """Pages do; of the API only what reads, since nothing there checks that a form of ours was sent."""
    if "authorization" in connection.headers:
        return False
    return scope["method"] in ("GET", "HEAD") or not scope["path"].startswith("/v1/")
