"""Who is calling: an OIDC bearer token, checked against the issuer's keys, becomes a Principal."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.kit.errors import DomainError, Kind
from services.kit.tenancy import TenantId

EVERY_TENANT = "*"
NOT_SAID = "not-said"
_REFETCH_SECONDS = 30.0


class NotSignedIn(DomainError):
    """Please sign in: the token is missing, wrong or has run out."""

    slug = "not-signed-in"
    kind = Kind.FORBIDDEN


class NotAllowed(DomainError):
    """You do not have the permission for this."""

    slug = "not-allowed"
    kind = Kind.FORBIDDEN


class IssuerUnreachable(DomainError):
    """Sign-in cannot be checked at the moment. Please try again."""

    slug = "issuer-unreachable"
    kind = Kind.BUSY


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A signed-in user or system: its id, roles, tenants, the token it came with, and what it says it reads for."""

    user: str
    roles: frozenset[str]
    tenants: frozenset[str]
    token: str
    purpose: str = NOT_SAID

    def may_see(self, tenant: TenantId) -> bool:
        return tenant in self.tenants or EVERY_TENANT in self.tenants


@dataclass(frozen=True, slots=True)
class Issuer:
    """`url` is its name in tokens and where browsers reach it; `address` is where this process does, when that differs."""

    url: str
    address: str = ""

    @property
    def discovery(self) -> str:
        return self.reached(f"{self.url.rstrip('/')}/.well-known/openid-configuration")

    def reached(self, endpoint: str) -> str:
        """An address the issuer gives of itself, as this process has to call it."""
        own = self.url.rstrip("/")
        if not self.address or not endpoint.startswith(f"{own}/"):
            return endpoint
        return f"{self.address.rstrip('/')}{endpoint.removeprefix(own)}"


class Verifier:
    """Checks tokens of one issuer for one audience. Keys are fetched at first use and again for an unknown key id."""

    def __init__(self, issuer: str, audience: str, *, address: str = "") -> None:
        self._issuer = issuer.rstrip("/")
        self._calls = Issuer(issuer, address)
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "values": [self._issuer, f"{self._issuer}/"]},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys: KeySet | None = None
        self._fetched_at = -_REFETCH_SECONDS
        self._fetching = asyncio.Lock()

    async def principal(self, token: str) -> Principal:
        """Raises NotSignedIn, IssuerUnreachable."""
        keys = self._keys or await self._fetch()
        try:
            claims = self._check(token, keys)
        except ValueError:
            claims = self._check_or_refuse(token, await self._fetch())
        except JoseError:
            raise NotSignedIn from None
        return Principal(
            user=str(claims["sub"]), roles=frozenset(claims.get("roles") or ()), tenants=_tenants(claims), token=token
        )

    def _check_or_refuse(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        try:
            return self._check(token, keys)
        except (JoseError, ValueError):
            raise NotSignedIn from None

    def _check(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        decoded = jwt.decode(token, keys, algorithms=["RS256"])
        self._claims.validate(decoded.claims)
        return decoded.claims

    async def _fetch(self) -> KeySet:
        async with self._fetching:
            if self._keys is not None and time.monotonic() - self._fetched_at < _REFETCH_SECONDS:
                return self._keys
            try:
                async with httpx2.AsyncClient(timeout=5.0) as client:
                    found = (await client.get(self._calls.discovery)).raise_for_status().json()
                    keys = (await client.get(self._calls.reached(found["jwks_uri"]))).raise_for_status().json()
            except (httpx2.HTTPError, KeyError, ValueError):
                raise IssuerUnreachable from None
            self._keys = KeySet.import_key_set(keys)
            self._fetched_at = time.monotonic()
            return self._keys


def _tenants(claims: Mapping[str, Any]) -> frozenset[str]:
    attributes = claims.get("attributes") or {}
    named = attributes.get("pcns") or ()
    return frozenset(part.strip() for part in (named.split(",") if isinstance(named, str) else named) if part.strip())
