"""The portal's own account, under which it acts for families who ask for themselves without signing in."""

import asyncio
import time

from services.kit.errors import DomainError, Kind
from services.portal.identity import IdentityProvider, SignInFailed, Tokens

_RENEW_BEFORE = 60


class NotOpenNow(DomainError):
    """This cannot be sent just now. Please try again in a few minutes."""

    slug = "public-account-refused"
    kind = Kind.BUSY


class PublicAccount:
    """Its access token, asked for when it is first needed and again before it runs out."""

    def __init__(self, identity: IdentityProvider, user: str, password: str) -> None:
        self._identity = identity
        self._user = user
        self._password = password
        self._tokens: Tokens | None = None
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """Raises NotOpenNow, IssuerUnreachable."""
        async with self._asking:
            if self._tokens is None or self._tokens.expires_at - _RENEW_BEFORE < time.time():
                self._tokens = await self._ask()
            return self._tokens.access

    def forget(self) -> None:
        """The token did not open what it should: the next call asks for another."""
        self._tokens = None

    async def _ask(self) -> Tokens:
        try:
            return await self._identity.tokens_for(self._user, self._password)
        except SignInFailed:
            # It is the installation's own account that is refused, not somebody who could sign in better.
            raise NotOpenNow from None
