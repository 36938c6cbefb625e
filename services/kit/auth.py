"""Who is calling: an OIDC bearer token, checked against the issuer's keys, becomes a Principal."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from services.kit.errors import DomainError, Kind
from services.kit.tenancy import TenantId

log = structlog.get_logger(__name__)

EVERY_TENANT = "*"
NOT_SAID = "not-said"
_KEYS_HOLD_SECONDS, _FAILURE_HOLDS_SECONDS = 30.0, 5.0


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
    """Checks tokens of one issuer for one audience. Its keys are asked for at first use and again for an unknown key id."""

    def __init__(self, issuer: str, audience: str, *, address: str = "", patience: float = 5.0) -> None:
        self._issuer = issuer.rstrip("/")
        self._calls = Issuer(issuer, address)
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "values": [self._issuer, f"{self._issuer}/"]},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._patience = patience
        self._keys: KeySet | None = None
        self._asking: asyncio.Task[KeySet | None] | None = None
        self._holds_until = 0.0

    async def principal(self, token: str) -> Principal:
        """Raises NotSignedIn, IssuerUnreachable."""
        claims = self._check(token, self._keys or await self._ask())
        if claims is None:
            claims = self._check(token, await self._ask())
        if claims is None:
            raise NotSignedIn
        return Principal(
            user=str(claims["sub"]), roles=frozenset(claims.get("roles") or ()), tenants=_tenants(claims), token=token
        )

    def _check(self, token: str, keys: KeySet) -> Mapping[str, Any] | None:
        """None when it names a key that is not among these. Raises NotSignedIn."""
        try:
            decoded = jwt.decode(token, keys, algorithms=["RS256"])
            self._claims.validate(decoded.claims)
        except InvalidKeyIdError:
            return None
        except Exception:  # noqa: BLE001 - anybody may send anything
            raise NotSignedIn from None
        return decoded.claims

    async def _ask(self) -> KeySet:
        """The issuer is asked once for all who wait, and what came of it holds for a while. Raises IssuerUnreachable."""
        if self._asking is None or (self._asking.done() and time.monotonic() >= self._holds_until):
            self._asking = asyncio.create_task(self._fetch(), name="issuer-keys")
        keys = await asyncio.shield(self._asking)
        if keys is None:
            raise IssuerUnreachable
        return keys

    async def _fetch(self) -> KeySet | None:
        keys = None
        try:
            async with asyncio.timeout(self._patience), httpx2.AsyncClient() as client:
                said = (await client.get(self._calls.discovery)).raise_for_status().json()
                found = (await client.get(self._calls.reached(said["jwks_uri"]))).raise_for_status().json()
            keys = self._keys = KeySet.import_key_set(found)
        except Exception as error:  # noqa: BLE001 - it may be away, or answer anything
            log.warning("issuer-unreachable", error=type(error).__name__)
        self._holds_until = time.monotonic() + (_KEYS_HOLD_SECONDS if keys else _FAILURE_HOLDS_SECONDS)
        return keys


def _tenants(claims: Mapping[str, Any]) -> frozenset[str]:
    attributes = claims.get("attributes") or {}
    named = attributes.get("pcns") or ()
    return frozenset(part.strip() for part in (named.split(",") if isinstance(named, str) else named) if part.strip())
