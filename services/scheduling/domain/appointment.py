"""An appointment: booked, moved, cancelled by whom, and what became of it. Its time is taken from a diary first."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.scheduling.domain.appointment_events import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEvent,
    AppointmentMissed,
    AppointmentRescheduled,
    Arrangement,
    Move,
    Outcome,
    Slot,
    SlotClaimed,
)
from services.scheduling.domain.appointment_refusals import (
    AlreadyBooked,
    AlreadyOutcomed,
    AppointmentUnknown,
    NotOutcomed,
    WasCancelled,
)
from services.scheduling.domain.attendance import (
    Report,
    cancelled,
    outcome_of,
    require_consistent,
    same_facts,
    status_when_cancelled_by,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBooked:
    """Nothing has been booked under this id. `version` counts the stream's events, as the store does, in all states."""

    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """To come, or waiting to be told of."""

    booked: AppointmentBooked
    slot: Slot
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """Called off. `outcome_version` is the stream's version of the event that said so."""

    booked: AppointmentBooked
    slot: Slot
    version: int
    outcome: AppointmentCancelled
    outcome_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomed:
    """Attended or missed."""

    booked: AppointmentBooked
    slot: Slot
    version: int
    outcome: AppointmentAttended | AppointmentMissed
    outcome_version: int


Appointment: TypeAlias = NotBooked | Booked | Cancelled | Outcomed


def initial() -> Appointment:
    return NotBooked()


def evolve(state: Appointment, event: AppointmentEvent) -> Appointment:
    version = state.version + 1
    if isinstance(event, AppointmentBooked):
        return Booked(booked=event, slot=event.slot, version=version)
    if isinstance(state, NotBooked):
        return pass_over(state)
    match event:
        case AppointmentRescheduled(slot=slot):
            return replace(state, slot=slot, version=version)
        case AppointmentCancelled():
            return Cancelled(
                booked=state.booked, slot=state.slot, version=version, outcome=event, outcome_version=version
            )
        case AppointmentAttended() | AppointmentMissed():
            return Outcomed(
                booked=state.booked, slot=state.slot, version=version, outcome=event, outcome_version=version
            )
        case _ as never:
            assert_never(never)


def pass_over(state: Appointment) -> Appointment:
    """A lost event still has its place in the stream."""
    return replace(state, version=state.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookAppointment:
    """Make the appointment a slot was claimed for."""

    claimed: SlotClaimed
    arrangement: Arrangement

    @property
    def appointment_id(self) -> str:
        return self.claimed.appointment_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleAppointment:
    """Move the appointment to the slot that was claimed for it."""

    claimed: SlotClaimed
    move: Move

    @property
    def appointment_id(self) -> str:
        return self.claimed.appointment_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAppointment:
    """Call it off, at the wish of `patient` or `provider`. `note` is free text and stays in this service, sealed."""

    appointment_id: str
    cancelled_by: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    """Say what became of it."""

    appointment_id: str
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectOutcome:
    """What was said became of it was wrong; this takes its place."""

    appointment_id: str
    report: Report
    reason: str


AppointmentCommand: TypeAlias = (
    BookAppointment | RescheduleAppointment | CancelAppointment | RecordOutcome | CorrectOutcome
)


def stream_of(appointment_id: str) -> str:
    return f"appointment-{appointment_id}"


def decide(command: AppointmentCommand, state: Appointment, *, now: datetime) -> list[AppointmentEvent]:
    """Raises the refusals of `book`, `reschedule`, `cancel`, `record` and `correct`."""
    match command:
        case BookAppointment():
            return book(command, state)
        case RescheduleAppointment():
            return reschedule(command, state, now)
        case CancelAppointment():
            return cancel(command, state, now)
        case RecordOutcome():
            return record(command, state, now)
        case CorrectOutcome():
            return correct(command, state, now)
        case _ as never:
            assert_never(never)


def require_open(state: Appointment) -> Booked:
    """The appointment while something can still be arranged. Raises AppointmentUnknown, WasCancelled, AlreadyOutcomed."""
    match state:
        case NotBooked():
            raise AppointmentUnknown
        case Booked():
            return state
        case Cancelled():
            raise WasCancelled
        case Outcomed():
            raise AlreadyOutcomed
        case _ as never:
            assert_never(never)


def book(command: BookAppointment, state: Appointment) -> list[AppointmentEvent]:
    """The slot was the decision; what follows from it is not judged again. Raises AlreadyBooked."""
    if not isinstance(state, NotBooked):
        raise AlreadyBooked
    claimed = command.claimed
    booked = AppointmentBooked(
        appointment_id=claimed.appointment_id,
        person_id=claimed.person_id,
        clinician_id=claimed.clinician_id,
        slot=claimed.slot,
        arrangement=command.arrangement,
        overridden=claimed.overridden,
        override_reason=claimed.override_reason,
        occurred_at=claimed.occurred_at,
    )
    return [booked]


def reschedule(command: RescheduleAppointment, state: Appointment, now: datetime) -> list[AppointmentEvent]:
    """The same time again changes nothing. Raises as `require_open`."""
    current = require_open(state)
    claimed = command.claimed
    if (claimed.slot.starts_at, claimed.slot.ends_at) == (current.slot.starts_at, current.slot.ends_at):
        return []
    rescheduled = AppointmentRescheduled(
        appointment_id=claimed.appointment_id,
        person_id=claimed.person_id,
        referral_id=current.booked.arrangement.referral_id,
        clinician_id=claimed.clinician_id,
        slot=claimed.slot,
        previous=current.slot,
        rescheduled_by=command.move.rescheduled_by,
        overridden=claimed.overridden,
        override_reason=claimed.override_reason,
        occurred_at=now,
    )
    return [rescheduled]


def cancel(command: CancelAppointment, state: Appointment, now: datetime) -> list[AppointmentEvent]:
    """The same again changes nothing. Raises AppointmentUnknown, WasCancelled, AlreadyOutcomed."""
    report = Report(attendance_status=status_when_cancelled_by(command.cancelled_by), note=command.note)
    if isinstance(state, Cancelled):
        return _again(report, state)
    current = require_open(state)
    return [cancelled(report, current.booked, current.slot, now)]


def record(command: RecordOutcome, state: Appointment, now: datetime) -> list[AppointmentEvent]:
    """The same again changes nothing.

    Raises AppointmentUnknown, WasCancelled, AlreadyOutcomed, OutcomeBeforeStart, NobodySeen.
    """
    require_consistent(command.report)
    if isinstance(state, Cancelled | Outcomed):
        return _again(command.report, state)
    current = require_open(state)
    return [outcome_of(command.report, current.booked, current.slot, now)]


def correct(command: CorrectOutcome, state: Appointment, now: datetime) -> list[AppointmentEvent]:
    """What stands already changes nothing. Raises AppointmentUnknown, NotOutcomed, OutcomeBeforeStart, NobodySeen."""
    require_consistent(command.report)
    match state:
        case NotBooked():
            raise AppointmentUnknown
        case Booked():
            raise NotOutcomed
        case Cancelled() | Outcomed():
            outcome: Outcome = outcome_of(command.report, state.booked, state.slot, now)
            if same_facts(outcome, state.outcome):
                return []
            return [replace(outcome, supersedes_version=state.outcome_version, correction_reason=command.reason)]
        case _ as never:
            assert_never(never)


def _again(report: Report, state: Cancelled | Outcomed) -> list[AppointmentEvent]:
    """Nothing new when it is what stands; a different word, or a further note, must not vanish in an answer of "done"."""
    told = outcome_of(report, state.booked, state.slot, state.slot.starts_at)
    if same_facts(told, state.outcome) or (report.note is None and same_facts(told, replace(state.outcome, note=None))):
        return []
    raise WasCancelled if isinstance(state, Cancelled) else AlreadyOutcomed(field="attendance_status")
