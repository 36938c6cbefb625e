"""What the portal does for a family that asks for itself: under its own account, several commands in a row.

Every command's id is made from the form's, so that a form sent twice has one effect.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import orjson
import structlog

from services.kit.auth import NotSignedIn
from services.kit.errors import DomainError, Kind
from services.kit.tenancy import TenantId
from services.portal.commands import Outcome, Refusal, book_place, cancel_place, receive_referral, register_person
from services.portal.owners import Caller, Owners
from services.portal.public_account import PublicAccount

log = structlog.get_logger(__name__)

_NOT_NOW = "We could not save this just now. Nothing you wrote is lost. Please try again in a few minutes."
_PATIENCE = 8.0
"""Seconds until a person who was just registered is known to the scheduling service too."""
_BETWEEN_TRIES = 0.1
_NOT_KNOWN_YET = "person-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """One network's families, as far as the portal acts for them."""

    owners: Owners
    account: PublicAccount
    tenant: TenantId

    async def take_place(
        self, command_id: UUID, group_session_id: UUID, person: Mapping[str, Any], party_size: int
    ) -> Outcome:
        """Register the person, then ask for a place; `Done.id` is the place's."""

        async def ask(caller: Caller, person_id: str) -> Outcome:
            body = {"person_id": person_id, "party_size": party_size}
            return await _once_known(lambda: book_place(caller, uuid5(command_id, "place"), group_session_id, body))

        return await self._for_person(command_id, person, ask)

    async def give_up_place(self, command_id: UUID, group_session_id: UUID, place_id: UUID) -> Outcome:
        return await self._as_public(lambda caller: cancel_place(caller, command_id, group_session_id, place_id))

    async def ask_for_help(self, command_id: UUID, person: Mapping[str, Any], referral: Mapping[str, Any]) -> Outcome:
        """Register the person, then receive their referral."""

        async def ask(caller: Caller, person_id: str) -> Outcome:
            return await receive_referral(caller, uuid5(command_id, "referral"), {**referral, "person_id": person_id})

        return await self._for_person(command_id, person, ask)

    async def _for_person(
        self, command_id: UUID, person: Mapping[str, Any], ask: Callable[[Caller, str], Awaitable[Outcome]]
    ) -> Outcome:
        """Register the person, then ask for them. However often the form is tried, the same answers are the same person."""
        written = orjson.dumps(person, option=orjson.OPT_SORT_KEYS).decode()

        async def register_and_ask(caller: Caller) -> Outcome:
            known = await register_person(caller, uuid5(command_id, f"person {written}"), person)
            return known if isinstance(known, Refusal) else await ask(caller, known.id)

        return await self._as_public(register_and_ask)

    async def _as_public(self, work: Callable[[Caller], Awaitable[Outcome]]) -> Outcome:
        """The work under the portal's own token; once more with a fresh one if that does not open what it should."""
        try:
            try:
                return await work(await self._caller())
            except NotSignedIn:
                self.account.forget()
                return await work(await self._caller())
        except DomainError as problem:
            if problem.kind is not Kind.BUSY and not isinstance(problem, NotSignedIn):
                raise
            log.warning("public-account-not-usable", slug=problem.slug)
            return Refusal(slug=problem.slug, message=_NOT_NOW)

    async def _caller(self) -> Caller:
        return Caller(owners=self.owners, token=await self.account.token(), tenant=self.tenant)


async def _once_known(ask: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Ask until the person is known to the service, for a while: it hears of them a moment after the referral service."""
    until = time.monotonic() + _PATIENCE
    while True:
        outcome = await ask()
        too_early = isinstance(outcome, Refusal) and outcome.slug == _NOT_KNOWN_YET
        if not too_early:
            return outcome
        if time.monotonic() > until:
            return Refusal(slug=_NOT_KNOWN_YET, message=_NOT_NOW)
        await asyncio.sleep(_BETWEEN_TRIES)
