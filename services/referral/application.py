"""What this service can be asked to do, and what must be known before it is decided."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from services.kit.code_lists import CodeLists
from services.kit.command import CommandHandler, utc_now
from services.kit.event_store import EventStore
from services.kit.record import Answer
from services.kit.tenancy import TenantId
from services.referral.domain import pcn, person, referral
from services.referral.domain.calendar import london_date
from services.referral.domain.events import Event, PcnConfigured, PcnEvent, PersonEvent, ReferralEvent
from services.referral.domain.pcn import ConfigurePcn, DifferentPcn
from services.referral.domain.person import NhsNumberAlreadyRegistered, RegisterPerson, UnknownPerson
from services.referral.domain.referral import (
    AcceptReferral,
    ReceiveReferral,
    ReferralCommand,
    ReferralRequest,
    TriageReferral,
)

FindByNhsNumber = Callable[[TenantId, str], Awaitable[Collection[str]]]
"""Ids of the people of a tenant with this number, as far as the read model knows."""

CodedCommand: TypeAlias = RegisterPerson | ReferralRequest | TriageReferral | AcceptReferral

CODED_FIELDS: dict[type[CodedCommand], tuple[str, ...]] = {
    RegisterPerson: ("ethnic_category", "preferred_language", "nhs_number_missing_reason", "perinatal_stage"),
    ReferralRequest: ("source_of_referral", "primary_reason", "referring_professional_type"),
    TriageReferral: ("clinical_response_priority",),
    AcceptReferral: ("care_strand",),
}


def pcn_stream(tenant: str) -> str:
    return f"pcn-{tenant}"


def person_stream(person_id: str) -> str:
    return f"person-{person_id}"


def referral_stream(referral_id: str) -> str:
    return f"referral-{referral_id}"


def person_id_for(command_id: UUID) -> str:
    """The id of the person a command registers: a command sent again speaks of the same person."""
    return str(uuid5(command_id, "person"))


def referral_id_for(command_id: UUID) -> str:
    """The id of the referral a command brings in."""
    return str(uuid5(command_id, "referral"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The use cases. A command that was done before is answered before anything is checked again."""

    store: EventStore[Event]
    pcns: CommandHandler[ConfigurePcn, pcn.Pcn, PcnEvent]
    people: CommandHandler[RegisterPerson, person.Person, PersonEvent]
    referrals: CommandHandler[ReferralCommand, referral.Referral, ReferralEvent]
    code_lists: CodeLists
    find_by_nhs_number: FindByNhsNumber
    clock: Callable[[], datetime]

    async def configure_pcn(self, tenant: TenantId, command: ConfigurePcn, *, command_id: UUID, actor: str) -> Answer:
        """Raises DifferentPcn, UnknownCode and what `pcn.decide` raises."""
        if command.pcn_ods_code != tenant:
            raise DifferentPcn(field="pcn_ods_code")
        for care_strand in command.care_strands:
            self.code_lists.require("care_strand", care_strand, field="care_strands")
        return await self.pcns.handle(tenant, command, command_id=command_id, actor=actor)

    async def register_person(
        self, tenant: TenantId, command: RegisterPerson, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, UnknownPcn, UnknownPractice, NhsNumberAlreadyRegistered, and as `person.decide`."""
        if await self._is_new(tenant, command_id):
            self._require_codes(command)
            settings = await self._settings(tenant)
            pcn.require_practice(settings, command.practice_ods_code, london_date(self.clock()))
            await self._require_new_number(tenant, command)
        return await self.people.handle(tenant, command, command_id=command_id, actor=actor)

    async def receive_referral(
        self, tenant: TenantId, request: ReferralRequest, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, UnknownPcn, UnknownPerson and what `referral.receive` raises."""
        settings = await self._settings(tenant)
        if await self._is_new(tenant, command_id):
            self._require_codes(request)
            await self._require_known(tenant, request.person_id)
        command = ReceiveReferral(
            referral_id=referral_id_for(command_id),
            request=request,
            waiting_threshold_days=settings.waiting_threshold_days,
        )
        return await self.referrals.handle(tenant, command, command_id=command_id, actor=actor)

    async def triage_referral(
        self, tenant: TenantId, command: TriageReferral, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode and what `referral.triage` raises."""
        self._require_codes(command)
        return await self.referrals.handle(tenant, command, command_id=command_id, actor=actor)

    async def accept_referral(
        self, tenant: TenantId, command: AcceptReferral, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, UnknownPcn, StrandNotOffered and what `referral.accept` raises."""
        if await self._is_new(tenant, command_id):
            self._require_codes(command)
            pcn.require_strand(await self._settings(tenant), command.care_strand)
        return await self.referrals.handle(tenant, command, command_id=command_id, actor=actor)

    async def _is_new(self, tenant: TenantId, command_id: UUID) -> bool:
        return await self.store.answer_to(tenant, command_id) is None

    def _require_codes(self, command: CodedCommand) -> None:
        for field in CODED_FIELDS[type(command)]:
            self.code_lists.require(field, getattr(command, field), field=field)

    async def _settings(self, tenant: TenantId) -> PcnConfigured:
        state, _ = await self.pcns.state(tenant, pcn_stream(tenant))
        return pcn.settings_of(state)

    async def _require_known(self, tenant: TenantId, person_id: str) -> None:
        state, _ = await self.people.state(tenant, person_stream(person_id))
        if not isinstance(state, person.Registered):
            raise UnknownPerson(field="person_id")

    async def _require_new_number(self, tenant: TenantId, command: RegisterPerson) -> None:
        """Two registrations in the same instant can both pass: the read model is a moment behind the log."""
        number = person.known_nhs_number(command)
        if number is None:
            return
        if set(await self.find_by_nhs_number(tenant, number)) - {command.person_id}:
            raise NhsNumberAlreadyRegistered(field="nhs_number")


def build_application(
    store: EventStore[Event],
    *,
    code_lists: CodeLists,
    find_by_nhs_number: FindByNhsNumber,
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
        code_lists=code_lists,
        find_by_nhs_number=find_by_nhs_number,
        clock=clock,
    )
