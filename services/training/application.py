"""What this service can be asked to do, and what must be known before it is decided."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any
from uuid import UUID, uuid5

from services.kit.code_lists import CodeLists
from services.kit.command import CommandHandler, utc_now
from services.kit.errors import DomainError, Kind
from services.kit.event_store import EventStore
from services.kit.record import Answer
from services.kit.tenancy import TenantId
from services.training.domain import community_input, consultation, person, practices, training_session
from services.training.domain.community_input import LogCommunityInput
from services.training.domain.consultation import LogConsultation
from services.training.domain.events import (
    CommunityInputEvent,
    CommunityInputLogged,
    ConsultationEvent,
    ConsultationLogged,
    Event,
    PersonEvent,
    PracticesEvent,
    SessionEvent,
)
from services.training.domain.person import ForgetPerson
from services.training.domain.practices import NotePractices, Practices, require_practice
from services.training.domain.register import Attendee, Confidence
from services.training.domain.training_session import CorrectRegister, HoldSession, ScheduleSession, SessionCommand

NamesOf = Callable[[TenantId, Collection[str]], Awaitable[Mapping[str, str | None]]]
"""Which of these professionals attended before, with the name given last, as far as the read model knows."""


class AttendeeUnknown(DomainError):
    """Nobody is known by this id: leave it out for somebody new."""

    slug = "attendee-unknown"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """A line of a register: somebody who attended before (`attendee_id`), or somebody new."""

    professional_type: str
    attendee_id: str | None = None
    full_name: str | None = None
    practice_ods_code: str | None = None
    org_ods_code: str | None = None
    confidence: tuple[Confidence, ...] = ()


def training_session_id_for(command_id: UUID) -> str:
    """The id of the session a command plans: a command sent again speaks of the same session."""
    return str(uuid5(command_id, "training-session"))


def consultation_id_for(command_id: UUID) -> str:
    """The id of the consultation a command logs."""
    return str(uuid5(command_id, "consultation"))


def input_id_for(command_id: UUID) -> str:
    """The id of the contribution a command logs."""
    return str(uuid5(command_id, "community-input"))


def attendee_id_for(command_id: UUID, line: int) -> str:
    """The id of somebody new on this line of a register, from 0. Not made of the name: it must not tell who it is."""
    return str(uuid5(command_id, f"attendee/{line}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The use cases. A command that was done before is answered before anything is checked again."""

    store: EventStore[Event]
    practices: CommandHandler[NotePractices, Practices, PracticesEvent]
    people: CommandHandler[ForgetPerson, person.Person, PersonEvent]
    sessions: CommandHandler[SessionCommand, training_session.TrainingSession, SessionEvent]
    consultations: CommandHandler[LogConsultation, consultation.Consultation, ConsultationEvent]
    inputs: CommandHandler[LogCommunityInput, community_input.CommunityInput, CommunityInputEvent]
    code_lists: CodeLists
    names_of: NamesOf

    async def take(
        self,
        tenant: TenantId,
        command: NotePractices | ForgetPerson,
        *,
        command_id: UUID,
        actor: str,
        causation_id: UUID | None = None,
    ) -> Answer:
        """Carry out a command made of another service's fact. Who was erased leaves the memory of this process too."""
        said: dict[str, Any] = {"command_id": command_id, "actor": actor, "causation_id": causation_id}
        if isinstance(command, NotePractices):
            return await self.practices.handle(tenant, command, **said)
        self.store.forget(tenant, command.person_id)
        return await self.people.handle(tenant, command, **said)

    async def schedule_session(
        self, tenant: TenantId, command: ScheduleSession, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode and what `training_session.schedule` raises."""
        if await self._is_new(tenant, command_id):
            self._require_code("course", command.course)
            self._require_code("confidence_scale", command.scale, field="scale")
            for objective in command.objectives:
                self._require_code("objective", objective, field="objectives")
        return await self.sessions.handle(tenant, command, command_id=command_id, actor=actor)

    async def hold_session(
        self,
        tenant: TenantId,
        training_session_id: str,
        register: Sequence[RegisterEntry],
        *,
        command_id: UUID,
        actor: str,
    ) -> Answer:
        """Raises UnknownCode, PracticeUnknown, AttendeeUnknown and what `training_session.hold` raises."""
        attendees = await self._attendees(tenant, register, command_id)
        command = HoldSession(training_session_id=training_session_id, attendees=attendees)
        return await self.sessions.handle(tenant, command, command_id=command_id, actor=actor)

    async def correct_register(
        self,
        tenant: TenantId,
        training_session_id: str,
        register: Sequence[RegisterEntry],
        *,
        reason: str,
        command_id: UUID,
        actor: str,
    ) -> Answer:
        """Raises UnknownCode, PracticeUnknown, AttendeeUnknown and what `training_session.correct` raises."""
        if await self._is_new(tenant, command_id):
            self._require_code("register_correction_reason", reason, field="reason")
        state, _ = await self.sessions.state(tenant, training_session.stream_of(training_session_id))
        on_it = state.register if isinstance(state, training_session.Held) else ()
        attendees = await self._attendees(tenant, register, command_id, named=on_it)
        command = CorrectRegister(training_session_id=training_session_id, attendees=attendees, reason=reason)
        return await self.sessions.handle(tenant, command, command_id=command_id, actor=actor)

    async def _attendees(
        self, tenant: TenantId, register: Sequence[RegisterEntry], command_id: UUID, *, named: Collection[str] = ()
    ) -> tuple[Attendee, ...]:
        """With the names of those who attended before, but for those `named` already.

        Raises UnknownCode, PracticeUnknown, AttendeeUnknown.
        """
        names: Mapping[str, str | None] = {}
        if await self._is_new(tenant, command_id):
            await self._require_lines(tenant, register)
            names = await self._names(tenant, register, named)
        return tuple(_attendees(register, names, command_id))

    async def log_consultation(
        self, tenant: TenantId, command: LogConsultation, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, PracticeUnknown, Erased and what `consultation.log` raises."""
        if await self._is_new(tenant, command_id):
            await self.require_not_erased(tenant, command.person_id)
            self._require_code("subject_kind", command.subject_kind)
            self._require_code("consultation_topic", command.topic, field="topic")
            self._require_code("professional_type", command.professional_type)
            self._require_code("consultation_outcome", command.outcome, field="outcome")
            known = await self._practices(tenant)
            require_practice(known, command.practice_ods_code, field="practice_ods_code")
        return await self.consultations.handle(tenant, command, command_id=command_id, actor=actor)

    async def require_not_erased(self, tenant: TenantId, person_id: str | None) -> None:
        """Raises Erased."""
        if person_id is not None:
            person.require_not_erased((await self.people.state(tenant, person.stream_of(person_id)))[0])

    async def note_of(self, tenant: TenantId, stream: str) -> str | None:
        """What was written of a consultation or a contribution. Opened here, one at a time: no read model holds any."""
        for recorded in await self.store.load(tenant, stream):
            if isinstance(recorded.event, ConsultationLogged | CommunityInputLogged):
                return recorded.event.note
        return None

    async def log_community_input(
        self, tenant: TenantId, command: LogCommunityInput, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode and what `community_input.log` raises."""
        if await self._is_new(tenant, command_id):
            self._require_code("community_input_kind", command.kind, field="kind")
        return await self.inputs.handle(tenant, command, command_id=command_id, actor=actor)

    async def _is_new(self, tenant: TenantId, command_id: UUID) -> bool:
        return await self.store.answer_to(tenant, command_id) is None

    def _require_code(self, name: str, code: str, *, field: str = "") -> None:
        self.code_lists.require(name, code, field=field or name)

    async def _practices(self, tenant: TenantId) -> Practices:
        state, _ = await self.practices.state(tenant, practices.stream_of(tenant))
        return state

    async def _require_lines(self, tenant: TenantId, register: Sequence[RegisterEntry]) -> None:
        known = await self._practices(tenant)
        for number, entry in enumerate(register):
            line = f"attendees.{number}"
            self._require_code("professional_type", entry.professional_type, field=f"{line}.professional_type")
            require_practice(known, entry.practice_ods_code, field=f"{line}.practice_ods_code")

    async def _names(
        self, tenant: TenantId, register: Sequence[RegisterEntry], named: Collection[str]
    ) -> Mapping[str, str | None]:
        """The names of those who attended before; two sessions in the same moment can be a moment apart here."""
        linked = {
            entry.attendee_id: number
            for number, entry in enumerate(register)
            if entry.attendee_id is not None and entry.attendee_id not in named
        }
        names = await self.names_of(tenant, linked) if linked else {}
        for attendee_id, number in linked.items():
            if attendee_id not in names:
                raise AttendeeUnknown(field=f"attendees.{number}.attendee_id")
        return names


def _attendees(
    register: Sequence[RegisterEntry], names: Mapping[str, str | None], command_id: UUID
) -> Iterator[Attendee]:
    for number, entry in enumerate(register):
        attendee_id = entry.attendee_id or attendee_id_for(command_id, number)
        yield Attendee(
            attendee_id=attendee_id,
            full_name=entry.full_name or names.get(attendee_id),
            professional_type=entry.professional_type,
            practice_ods_code=entry.practice_ods_code,
            org_ods_code=entry.org_ods_code,
            confidence=entry.confidence,
        )


def build_application(
    store: EventStore[Event],
    *,
    code_lists: CodeLists,
    names_of: NamesOf,
    clock: Callable[[], datetime] = utc_now,
) -> Application:
    """One command handler an aggregate, all over one store."""

    def handler(domain: ModuleType, stream_of: Callable[[Any], str]) -> CommandHandler[Any, Any, Any]:
        decider = {name: getattr(domain, name) for name in ("decide", "evolve", "initial")}
        return CommandHandler(store=store, stream_of=stream_of, clock=clock, **decider)

    return Application(
        store=store,
        people=handler(person, lambda command: person.stream_of(command.person_id)),
        practices=handler(practices, lambda command: practices.stream_of(command.pcn_ods_code)),
        sessions=handler(training_session, lambda command: training_session.stream_of(command.training_session_id)),
        consultations=handler(consultation, lambda command: consultation.stream_of(command.consultation_id)),
        inputs=handler(community_input, lambda command: community_input.stream_of(command.input_id)),
        code_lists=code_lists,
        names_of=names_of,
    )
