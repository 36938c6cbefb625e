"""What this service can be asked to do, and what must be known before it is decided."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
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
from services.scheduling.booking import Booking
from services.scheduling.domain import appointment, diary, person, session
from services.scheduling.domain.appointment import (
    CancelAppointment,
    CorrectOutcome,
    RecordOutcome,
)
from services.scheduling.domain.appointment_events import (
    Arrangement,
    Move,
    PersonEvent,
    Slot,
)
from services.scheduling.domain.calendar import in_utc
from services.scheduling.domain.diary import ClaimSlot
from services.scheduling.domain.events import Event
from services.scheduling.domain.person import ForgetPerson, Person, PersonCommand
from services.scheduling.domain.places import Standing
from services.scheduling.domain.session import GroupSession, Scheduled
from services.scheduling.domain.session_commands import (
    BookPlace,
    CancelPlace,
    CancelSession,
    HoldSession,
    ScheduleSession,
    SessionCommand,
)
from services.scheduling.domain.session_events import SessionEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """When, and at whose override if the clinician is taken then. `backdated`: entered long after it took place."""

    starts_at: datetime
    ends_at: datetime
    override_reason: str | None = None
    backdated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Who is to meet whom, and how."""

    person_id: str
    clinician_id: str
    arrangement: Arrangement


def appointment_id_for(command_id: UUID) -> str:
    """The id of the appointment a command books: a command sent again speaks of the same one."""
    return str(uuid5(command_id, "appointment"))


def group_session_id_for(command_id: UUID) -> str:
    """The id of the session a command puts on the calendar."""
    return str(uuid5(command_id, "session"))


def place_id_for(command_id: UUID) -> str:
    """The id of the place a command asks for."""
    return str(uuid5(command_id, "place"))


def slot_for(command_id: UUID, wish: Wish) -> Slot:
    return Slot(slot_id=str(uuid5(command_id, "slot")), starts_at=in_utc(wish.starts_at), ends_at=in_utc(wish.ends_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduling:
    """The use cases. A command that was done before is answered before anything but its codes is checked again."""

    store: EventStore[Event]
    people: CommandHandler[PersonCommand, Person, PersonEvent]
    booking: Booking
    sessions: CommandHandler[SessionCommand, GroupSession, SessionEvent]
    codes: CodeLists

    async def note_person(
        self,
        tenant: TenantId,
        command: PersonCommand,
        *,
        command_id: UUID,
        actor: str,
        causation_id: UUID | None = None,
    ) -> Answer:
        """Carry out a command made of another service's fact. Who was erased leaves the memory of this process too."""
        if isinstance(command, ForgetPerson):
            self.store.forget(tenant, command.person_id)
        return await self.people.handle(tenant, command, command_id=command_id, actor=actor, causation_id=causation_id)

    async def book(self, tenant: TenantId, meeting: Meeting, wish: Wish, *, command_id: UUID, actor: str) -> Answer:
        """Raises UnknownCode, PersonUnknown, and as `diary.claim`."""
        appointment_id = appointment_id_for(command_id)
        done = await self._done(tenant, appointment.stream_of(appointment_id), command_id)
        if done is not None:
            return done
        self._require("consultation_mechanism", meeting.arrangement.consultation_mechanism)
        self._require("activity_location_type", meeting.arrangement.activity_location_type)
        await self._require_known(tenant, [meeting.person_id])
        claim = ClaimSlot(
            clinician_id=meeting.clinician_id,
            appointment_id=appointment_id,
            person_id=meeting.person_id,
            slot=slot_for(command_id, wish),
            purpose=meeting.arrangement,
            override_reason=wish.override_reason,
            command_id=str(command_id),
            backdated=wish.backdated,
        )
        return await self.booking.claim_and_follow(tenant, claim, actor=actor)

    async def reschedule(
        self, tenant: TenantId, appointment_id: str, move: Move, wish: Wish, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode, Erased, and as `appointment.require_open` and `diary.claim`."""
        stream = appointment.stream_of(appointment_id)
        done = await self._done(tenant, stream, command_id)
        if done is not None:
            return done
        self._require("rescheduled_by", move.rescheduled_by)
        before = appointment.require_open((await self.booking.appointments.state(tenant, stream))[0])
        await self.require_not_erased(tenant, before.booked.person_id)
        claim = ClaimSlot(
            clinician_id=before.booked.clinician_id,
            appointment_id=appointment_id,
            person_id=before.booked.person_id,
            slot=slot_for(command_id, wish),
            purpose=move,
            override_reason=wish.override_reason,
            command_id=str(command_id),
            backdated=wish.backdated,
        )
        answer = await self.booking.claim_and_follow(tenant, claim, actor=actor)
        await self.booking.keep(tenant, claim.clinician_id, appointment_id, [before.slot, claim.slot], actor=actor)
        return answer

    async def close(
        self,
        tenant: TenantId,
        command: CancelAppointment | RecordOutcome | CorrectOutcome,
        *,
        command_id: UUID,
        actor: str,
    ) -> Answer:
        """Say that an appointment was cancelled, attended or missed: of somebody erased, that it was cancelled.

        Raises UnknownCode, Erased and as `appointment.decide`.
        """
        self._require_codes_of(command)
        if not isinstance(command, CancelAppointment):
            await self._require_told_of(tenant, command.appointment_id, command_id)
        answer = await self.booking.appointments.handle(tenant, command, command_id=command_id, actor=actor)
        state, _ = await self.booking.appointments.state(tenant, appointment.stream_of(command.appointment_id))
        if isinstance(state, appointment.Cancelled):
            await self.booking.release(tenant, state.booked.clinician_id, state.slot, actor=actor)
        return answer

    async def schedule_session(
        self, tenant: TenantId, command: ScheduleSession, *, command_id: UUID, actor: str
    ) -> Answer:
        """Raises UnknownCode and as `session.schedule`."""
        for name in ("session_type", "consultation_mechanism", "activity_location_type", "language"):
            self._require(name, getattr(command.plan, name))
        return await self.sessions.handle(tenant, command, command_id=command_id, actor=actor)

    async def cancel_session(self, tenant: TenantId, command: CancelSession, *, command_id: UUID, actor: str) -> Answer:
        """Raises UnknownCode and as `session.cancel`."""
        self.codes.require("session_cancellation_reason", command.reason, field="reason")
        return await self.sessions.handle(tenant, command, command_id=command_id, actor=actor)

    async def book_place(
        self, tenant: TenantId, command: BookPlace, *, command_id: UUID, actor: str
    ) -> tuple[Answer, Standing | None]:
        """The answer, and where the party stands now; None once the session is over.

        Raises PersonUnknown, Erased, IdReused, and as `session.book`.
        """
        stream = session.stream_of(command.group_session_id)
        if await self._done(tenant, stream, command_id) is None:
            await self._require_known(tenant, [command.person_id])
        answer = await self.sessions.handle(tenant, command, command_id=command_id, actor=actor)
        state, _ = await self.sessions.state(tenant, stream)
        if not isinstance(state, Scheduled):
            return answer, None
        if command.place_id not in state.places.by_id:
            raise IdReused
        return answer, state.places.by_id[command.place_id].standing

    async def cancel_place(self, tenant: TenantId, command: CancelPlace, *, command_id: UUID, actor: str) -> Answer:
        """Raises as `session.give_up`."""
        return await self.sessions.handle(tenant, command, command_id=command_id, actor=actor)

    async def hold_session(self, tenant: TenantId, command: HoldSession, *, command_id: UUID, actor: str) -> Answer:
        """Raises UnknownCode, PersonUnknown and as `session.hold`."""
        if await self._done(tenant, session.stream_of(command.group_session_id), command_id) is None:
            self._require("language", command.register.language)
            await self._require_known(tenant, [drop_in.person_id for drop_in in command.register.drop_ins])
        return await self.sessions.handle(tenant, command, command_id=command_id, actor=actor)

    async def require_not_erased(self, tenant: TenantId, person_id: str) -> None:
        """Raises Erased."""
        person.require_not_erased((await self.people.state(tenant, person.stream_of(person_id)))[0])

    async def _require_told_of(self, tenant: TenantId, appointment_id: str, command_id: UUID) -> None:
        """Nothing more is told of somebody erased. Raises Erased, IdReused."""
        stream = appointment.stream_of(appointment_id)
        if await self._done(tenant, stream, command_id) is None:
            state, _ = await self.booking.appointments.state(tenant, stream)
            if not isinstance(state, appointment.NotBooked):
                await self.require_not_erased(tenant, state.booked.person_id)

    async def _done(self, tenant: TenantId, stream: str, command_id: UUID) -> Answer | None:
        """Raises IdReused."""
        known = await self.store.answer_to(tenant, command_id)
        if known is not None and known.stream != stream:
            raise IdReused
        return known

    async def _require_known(self, tenant: TenantId, person_ids: Collection[str | None]) -> None:
        for person_id in {each for each in person_ids if each is not None}:
            person.require_known((await self.people.state(tenant, person.stream_of(person_id)))[0])

    def _require(self, name: str, code: str | None) -> None:
        self.codes.require(name, code, field=name)

    def _require_codes_of(self, command: CancelAppointment | RecordOutcome | CorrectOutcome) -> None:
        if isinstance(command, CancelAppointment):
            self._require("cancelled_by", command.cancelled_by)
            return
        if isinstance(command, CorrectOutcome):
            self.codes.require("correction_reason", command.reason, field="reason")
        self._require("attendance_status", command.report.attendance_status)
        for name in ("activities", "others_present"):
            for code in getattr(command.report, name):
                self._require(name, code)


def build_scheduling(
    store: EventStore[Event], codes: CodeLists, *, clock: Callable[[], datetime] = utc_now
) -> Scheduling:
    """One command handler an aggregate, all over one store."""

    def handler(domain: ModuleType, stream_of: Callable[[Any], str], **more: Any) -> CommandHandler[Any, Any, Any]:
        decider = {name: getattr(domain, name) for name in ("decide", "evolve", "initial")}
        return CommandHandler(store=store, stream_of=stream_of, clock=clock, **decider, **more)

    return Scheduling(
        store=store,
        people=handler(person, lambda command: person.stream_of(command.person_id)),
        booking=Booking(
            diaries=handler(diary, lambda command: command.stream),
            appointments=handler(
                appointment,
                lambda command: appointment.stream_of(command.appointment_id),
                pass_over=appointment.pass_over,
            ),
        ),
        sessions=handler(session, lambda command: session.stream_of(command.group_session_id)),
        codes=codes,
    )
