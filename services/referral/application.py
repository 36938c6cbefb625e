"""What this service can be asked to do, and what must be known before it is decided."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from types import ModuleType
from typing import Any
from uuid import UUID, uuid5

from services.kit.code_lists import CodeLists
from services.kit.command import CommandHandler, utc_now
from services.kit.errors import IdReused
from services.kit.event_store import EventStore
from services.kit.record import Answer
from services.kit.tenancy import TenantId
from services.referral.coded import PersonFacts, require_codes
from services.referral.domain import pcn, person, referral, wait_facts
from services.referral.domain.calendar import london_date
from services.referral.domain.clock import EarlierSpell, followed
from services.referral.domain.commands import (
    AcceptReferral,
    EndCommand,
    ReceiveReferral,
    RecordBreach,
    ReferralCommand,
    ReferralRequest,
    TriageReferral,
)
from services.referral.domain.details import ChangePersonDetails
from services.referral.domain.events import (
    Event,
    FactsEvent,
    PcnConfigured,
    PcnEvent,
    PersonEvent,
    ReferralEvent,
    SpellNoted,
)
from services.referral.domain.nhs_number import parse_nhs_number
from services.referral.domain.pcn import ConfigurePcn, DifferentPcn
from services.referral.domain.person import (
    ErasePerson,
    NhsNumberAlreadyRegistered,
    PersonCommand,
    RegisterPerson,
)
from services.referral.domain.wait_facts import Note, WaitFacts, counts

FindByNhsNumber = Callable[[TenantId, str], Awaitable[Collection[str]]]
"""Ids of the people of a tenant with this number, as far as the read model knows."""

FindSpells = Callable[[TenantId, str], Awaitable[Collection[EarlierSpell]]]
"""The spells of a person of a tenant, as far as the read model knows."""


def pcn_stream(tenant: str) -> str:
    return f"pcn-{tenant}"


def person_stream(person_id: str) -> str:
    return f"person-{person_id}"


def referral_stream(referral_id: str) -> str:
    return f"referral-{referral_id}"


def facts_stream(person_id: str) -> str:
    return f"wait-facts-{person_id}"


def person_id_for(command_id: UUID) -> str:
    """The id of the person a command registers: a command sent again speaks of the same person."""
    return str(uuid5(command_id, "person"))


def referral_id_for(command_id: UUID) -> str:
    """The id of the referral a command brings in."""
    return str(uuid5(command_id, "referral"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The use cases. A command that was done before is answered before anything but its codes is checked again."""

    store: EventStore[Event]
    pcns: CommandHandler[ConfigurePcn, pcn.Pcn, PcnEvent]
    people: CommandHandler[PersonCommand, person.Person, PersonEvent]
    referrals: CommandHandler[ReferralCommand, referral.Referral, ReferralEvent]
    facts: CommandHandler[Note, WaitFacts, FactsEvent]
    code_lists: CodeLists
    find_by_nhs_number: FindByNhsNumber
    find_spells: FindSpells
    clock: Callable[[], datetime]

    async def configure_pcn(self, tenant: TenantId, command: ConfigurePcn, *, command_id: UUID, actor: str) -> Answer:
        """Raises DifferentPcn, UnknownCode and what `pcn.decide` raises."""
        if command.pcn_ods_code != tenant:
            raise DifferentPcn(field="pcn_ods_code")
        for care_strand in command.care_strands:
            self.code_lists.require("care_strand", care_strand, field="care_strands")
        return await self.pcns.handle(tenant, command, command_id=command_id, actor=actor)

    async def register_person(
        self, tenant: TenantId, command: RegisterPerson, *, command_id: UUID, actor: str, by_the_family: bool = False
    ) -> Answer:
        """A family that registers itself is never told whether its number is known: that is nobody's to ask from outside.

        Raises UnknownCode, UnknownPcn, UnknownPractice, NhsNumberAlreadyRegistered, and as `person.decide`.
        """
        if await self._is_new(tenant, person_stream(command.person_id), command_id):
            require_codes(self.code_lists, command)
            settings = await self._settings(tenant)
            pcn.require_practice(settings, command.practice_ods_code, london_date(self.clock()))
            if not by_the_family:
                await self._require_new_number(tenant, command)
        return await self.people.handle(tenant, command, command_id=command_id, actor=actor)

    async def change_person(
        self, tenant: TenantId, command: ChangePersonDetails, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, UnknownPcn, UnknownPractice, NhsNumberAlreadyRegistered, and as `person.change`."""
        if await self._is_new(tenant, person_stream(command.person_id), command_id):
            require_codes(self.code_lists, command)
            known = await self.known_person(tenant, command.person_id)
            if command.practice_ods_code != known.details.practice_ods_code:
                settings = await self._settings(tenant)
                pcn.require_practice(settings, command.practice_ods_code, london_date(self.clock()))
            await self._require_new_number(tenant, command)
        return await self.people.handle(tenant, command, command_id=command_id, actor=actor)

    async def erase_person(self, tenant: TenantId, command: ErasePerson, *, command_id: UUID, actor: str) -> Answer:
        """What follows from it is done by erasing.py. Erased before: a duplicate. Raises UnknownCode, UnknownPerson."""
        require_codes(self.code_lists, command)
        state, _ = await self.people.state(tenant, person_stream(command.person_id))
        answer = await self.people.handle(tenant, command, command_id=command_id, actor=actor)
        return replace(answer, duplicate=answer.duplicate or isinstance(state, person.Forgotten))

    async def require_not_erased(self, tenant: TenantId, person_id: str) -> None:
        """Raises Erased: nothing about an erased person is read or added any more."""
        person.require_not_erased((await self.people.state(tenant, person_stream(person_id)))[0])

    async def whose(self, tenant: TenantId, referral_id: str) -> str:
        """The person a referral is about. Raises UnknownReferral."""
        state, _ = await self.referrals.state(tenant, referral_stream(referral_id))
        return referral.known(state).person_id

    async def known_person(self, tenant: TenantId, person_id: str) -> person.Registered:
        """All that is known of a person, opened here: no read model holds it. Raises UnknownPerson, Erased."""
        state, _ = await self.people.state(tenant, person_stream(person_id))
        return person.known(state)

    async def receive_referral(
        self, tenant: TenantId, request: ReferralRequest, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, UnknownPcn, UnknownPerson, Erased, IdReused and what `referral.receive` raises."""
        settings = await self._settings(tenant)
        if await self._is_new(tenant, referral_stream(referral_id_for(command_id)), command_id):
            require_codes(self.code_lists, request)
            referral.require_sensible_receipt(request.received_at, self.clock())
            await self.known_person(tenant, request.person_id)
        # Before the referral itself: from here on whatever is heard of the person is counted for it, or known to it.
        noted = await self._note_spell(tenant, request, command_id=command_id, actor=actor)
        facts, version = await self.facts.state(tenant, facts_stream(request.person_id))
        command = ReceiveReferral(
            referral_id=noted.referral_id,
            request=request,
            waiting_threshold_days=settings.waiting_threshold_days,
            facts=facts.counting_for(noted.referral_id),
            follows_spell_id=followed(await self.find_spells(tenant, request.person_id), request.received_at),
        )
        answer = await self.referrals.handle(tenant, command, command_id=command_id, actor=actor)
        counted = None if answer.duplicate else version
        await self._count(tenant, Note(fact=noted), counted=counted, command_id=command_id, actor=actor)
        return answer

    async def triage_referral(
        self, tenant: TenantId, command: TriageReferral, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, Erased and what `referral.triage` raises."""
        if await self._is_new(tenant, referral_stream(command.referral_id), command_id):
            require_codes(self.code_lists, command)
            await self.require_not_erased(tenant, await self.whose(tenant, command.referral_id))
        return await self.referrals.handle(tenant, command, command_id=command_id, actor=actor)

    async def accept_referral(
        self, tenant: TenantId, command: AcceptReferral, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, UnknownPcn, StrandNotOffered, Erased and what `referral.accept` raises."""
        if await self._is_new(tenant, referral_stream(command.referral_id), command_id):
            require_codes(self.code_lists, command)
            await self.require_not_erased(tenant, await self.whose(tenant, command.referral_id))
            pcn.require_strand(await self._settings(tenant), command.care_strand)
        return await self.referrals.handle(tenant, command, command_id=command_id, actor=actor)

    async def end_referral(self, tenant: TenantId, command: EndCommand, *, command_id: UUID, actor: str) -> Answer:
        """Redirect, withdraw or close. Raises UnknownCode and what `referral.end` raises."""
        require_codes(self.code_lists, command)
        return await self.referrals.handle(tenant, command, command_id=command_id, actor=actor)

    async def take(
        self, tenant: TenantId, command: Note, *, command_id: UUID, actor: str, causation_id: UUID | None = None
    ) -> Answer:
        """Keep what another service said of a person, and count each clock of theirs it may matter to."""
        answer = await self.facts.handle(tenant, command, command_id=command_id, actor=actor, causation_id=causation_id)
        await self._count(tenant, command, command_id=command_id, actor=actor, causation_id=causation_id)
        return answer

    async def record_breach(
        self, tenant: TenantId, referral_id: str, person_id: str, *, command_id: UUID, actor: str
    ) -> Answer:
        """Count with everything known first: nobody is late whose last part was merely not counted. Raises NotYetDue."""
        facts, _ = await self.facts.state(tenant, facts_stream(person_id))
        command = RecordBreach(referral_id=referral_id, person_id=person_id, facts=facts.counting_for(referral_id))
        return await self.referrals.handle(tenant, command, command_id=command_id, actor=actor)

    async def _note_spell(
        self, tenant: TenantId, request: ReferralRequest, *, command_id: UUID, actor: str
    ) -> SpellNoted:
        noted = SpellNoted(
            person_id=request.person_id, referral_id=referral_id_for(command_id), occurred_at=request.received_at
        )
        await self.facts.handle(tenant, Note(fact=noted), command_id=uuid5(command_id, "spell"), actor=actor)
        return noted

    async def _count(
        self, tenant: TenantId, note: Note, *, command_id: UUID, counted: int | None = None, **said: Any
    ) -> None:
        """Until nothing was heard meanwhile: the last count of a clock has seen every fact there was.

        `counted` is the version of the facts the clock was counted by already. Where there is no clock to count there is nothing
        to wait for either: a referral that comes later is noted behind these facts, and counted with them.
        """
        person_id = note.fact.person_id
        spells, (facts, version) = await asyncio.gather(
            self.find_spells(tenant, person_id), self.facts.state(tenant, facts_stream(person_id))
        )
        others = {spell.spell_id for spell in spells}
        while counted != version:
            commands = counts(note, facts, others)
            if not commands:
                return
            for command in commands:
                again = uuid5(command_id, f"{command.referral_id}/{version}")
                await self.referrals.handle(tenant, command, command_id=again, **said)
            counted = version
            facts, version = await self.facts.state(tenant, facts_stream(person_id))

    async def _is_new(self, tenant: TenantId, stream: str, command_id: UUID) -> bool:
        """Whether it was not done before. Raises IdReused."""
        known = await self.store.answer_to(tenant, command_id)
        if known is not None and known.stream != stream:
            raise IdReused
        return known is None

    async def _settings(self, tenant: TenantId) -> PcnConfigured:
        state, _ = await self.pcns.state(tenant, pcn_stream(tenant))
        return pcn.settings_of(state)

    async def _require_new_number(self, tenant: TenantId, command: PersonFacts) -> None:
        """Two registrations in the same instant can both pass: the read model is a moment behind the log."""
        if command.nhs_number is None:
            return
        if set(await self.find_by_nhs_number(tenant, parse_nhs_number(command.nhs_number))) - {command.person_id}:
            raise NhsNumberAlreadyRegistered(field="nhs_number")


def build_application(
    store: EventStore[Event],
    *,
    code_lists: CodeLists,
    find_by_nhs_number: FindByNhsNumber,
    find_spells: FindSpells,
    clock: Callable[[], datetime] = utc_now,
) -> Application:
    """One command handler an aggregate, all over one store."""

    def handler(domain: ModuleType, stream_of: Callable[[Any], str]) -> CommandHandler[Any, Any, Any]:
        decider = {name: getattr(domain, name) for name in ("decide", "evolve", "initial")}
        return CommandHandler(store=store, stream_of=stream_of, clock=clock, **decider)

    return Application(
        store=store,
        pcns=handler(pcn, lambda command: pcn_stream(command.pcn_ods_code)),
        people=handler(person, lambda command: person_stream(command.person_id)),
        referrals=handler(referral, lambda command: referral_stream(command.referral_id)),
        facts=handler(wait_facts, lambda command: facts_stream(command.fact.person_id)),
        code_lists=code_lists,
        find_by_nhs_number=find_by_nhs_number,
        find_spells=find_spells,
        clock=clock,
    )
