"""The identity provider: OpenID Connect authorization code flow with PKCE, nonce and refresh."""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
import orjson

from services.kit.auth import Issuer, IssuerUnreachable, NotSignedIn, Verifier
from services.kit.errors import DomainError, Kind

_DEFAULT_LIFETIME = 300
_NEEDED = {"authorization_endpoint", "token_endpoint"}
_SCOPE = "openid profile"


class SignInFailed(DomainError):
    """Signing in did not work. Please try again."""

    slug = "sign-in-failed"
    kind = Kind.FORBIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    access: str
    refresh: str | None
    expires_at: float
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to sign in: what has to match when the provider sends the browser back."""

    state: str
    nonce: str
    verifier: str
    return_to: str

    @classmethod
    def begin(cls, return_to: str) -> "Attempt":
        return cls(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            return_to=return_to,
        )

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class IdentityProvider:
    """Talks to one issuer as one client. What the issuer says about itself is fetched once.

    The browser is sent to the issuer's own addresses; `issuer_address` is where this process reaches it, when that differs.
    """

    def __init__(
        self, *, issuer: str, client_id: str, client_secret: str, public_url: str, issuer_address: str = ""
    ) -> None:
        self._issuer = Issuer(issuer, issuer_address)
        self._client_id = client_id
        self._public_url = public_url.rstrip("/")
        self._id_tokens = Verifier(issuer, client_id, address=issuer_address)
        self._http = httpx2.AsyncClient(timeout=5.0, auth=httpx2.BasicAuth(client_id, client_secret))
        self._found: Mapping[str, Any] | None = None
        self._finding = asyncio.Lock()

    async def close(self) -> None:
        await self._http.aclose()

    async def sign_in_url(self, attempt: Attempt) -> str:
        """Where to send the browser. Raises IssuerUnreachable."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._return_url,
            "scope": _SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return f"{(await self._discover())['authorization_endpoint']}?{urlencode(query)}"

    async def tokens(self, attempt: Attempt, code: str) -> Tokens:
        """The tokens for a code. Raises SignInFailed, NotSignedIn, IssuerUnreachable."""
        answer = await self._grant(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self._return_url,
            code_verifier=attempt.verifier,
        )
        id_token = answer.get("id_token", "")
        await self._id_tokens.principal(id_token)
        if not secrets.compare_digest(str(_claims(id_token).get("nonce", "")), attempt.nonce):
            raise SignInFailed
        return _tokens(answer)

    async def refreshed(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token. Raises SignInFailed, IssuerUnreachable."""
        return _tokens(await self._grant(grant_type="refresh_token", refresh_token=refresh_token))

    async def tokens_for(self, user: str, password: str) -> Tokens:
        """Tokens for an account of our own. Raises SignInFailed, IssuerUnreachable."""
        return _tokens(await self._grant(grant_type="password", username=user, password=password, scope=_SCOPE))

    async def sign_out_url(self) -> str | None:
        """Where the provider ends its own session, if it has such a place. Raises IssuerUnreachable."""
        endpoint = (await self._discover()).get("end_session_endpoint")
        query = {"client_id": self._client_id, "post_logout_redirect_uri": f"{self._public_url}/signed-out"}
        return f"{endpoint}?{urlencode(query)}" if endpoint else None

    @property
    def _return_url(self) -> str:
        return f"{self._public_url}/sign-in/done"

    async def _grant(self, **form: str) -> Mapping[str, Any]:
        endpoint = self._issuer.reached((await self._discover())["token_endpoint"])
        try:
            response = await self._http.post(endpoint, data=form)
            answer: Mapping[str, Any] | None = response.json() if response.is_success else None
        except (httpx2.HTTPError, ValueError):
            raise IssuerUnreachable from None
        if answer is None or "access_token" not in answer:
            raise SignInFailed
        return answer

    async def _discover(self) -> Mapping[str, Any]:
        async with self._finding:
            if self._found is None:
                try:
                    found = (await self._http.get(self._issuer.discovery)).raise_for_status().json()
                except (httpx2.HTTPError, ValueError):
                    raise IssuerUnreachable from None
                if not isinstance(found, dict) or _NEEDED - found.keys():
                    # Something else answers in its place.
                    raise IssuerUnreachable
                self._found = found
            return self._found


def _tokens(answer: Mapping[str, Any]) -> Tokens:
    return Tokens(
        access=answer["access_token"],
        refresh=answer.get("refresh_token"),
        expires_at=time.time() + float(answer.get("expires_in", _DEFAULT_LIFETIME)),
    )


def _claims(token: str) -> Mapping[str, Any]:
    """The claims of a token whose signature was checked just before; the check itself does not hand out the nonce."""
    try:
        part = token.split(".")[1]
        claims: Mapping[str, Any] = orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        raise NotSignedIn from None
    return claims
