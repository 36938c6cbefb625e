"""A training session: planned, then held with a register of who attended, which can be corrected afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from services.training.domain.calendar import FIRST_DAY, end_of
from services.training.domain.events import (
    ConfidenceRecorded,
    SessionEvent,
    TrainingAttendanceRemoved,
    TrainingAttended,
    TrainingRegisterCorrected,
    TrainingSessionHeld,
    TrainingSessionScheduled,
)
from services.training.domain.refusals import (
    AlreadyHeld,
    AlreadyScheduled,
    EndBeforeStart,
    NotBegun,
    NotHeld,
    ObjectiveRepeated,
    ObjectivesMissing,
    SessionUnknown,
    TimesOutOfRange,
)
from services.training.domain.register import Attendee, Register, Session, changes, require_register, with_told

FIRST_MOMENT = end_of(FIRST_DAY - timedelta(days=1))
FURTHEST_AHEAD = timedelta(days=3653)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotScheduled:
    """Nobody has planned a session under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """Planned; the register is still to be taken."""

    starts_at: datetime
    ends_at: datetime
    objectives: tuple[str, ...]
    scale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Over, with its register taken."""

    held_at: datetime
    objectives: tuple[str, ...]
    scale: str
    register: Register = field(default_factory=dict)


TrainingSession: TypeAlias = NotScheduled | Scheduled | Held


def initial() -> TrainingSession:
    return NotScheduled()


def evolve(state: TrainingSession, event: SessionEvent) -> TrainingSession:
    match event:
        case TrainingSessionScheduled(starts_at=starts_at, ends_at=ends_at, objectives=objectives, scale=scale):
            return Scheduled(starts_at=starts_at, ends_at=ends_at, objectives=objectives, scale=scale)
        case TrainingSessionHeld(occurred_at=held_at):
            return _over(state, held_at)
        case TrainingAttended() | TrainingAttendanceRemoved() | ConfidenceRecorded():
            return replace(state, register=with_told(state.register, event)) if isinstance(state, Held) else state
        case TrainingRegisterCorrected():
            return state
        case _ as never:
            assert_never(never)


def _over(state: TrainingSession, held_at: datetime) -> TrainingSession:
    if not isinstance(state, Scheduled):
        return state
    return Held(held_at=held_at, objectives=state.objectives, scale=state.scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSession:
    """Plan a session, also one that took place already (aware times). `scale` is its lowest and highest answer: "0-10"."""

    training_session_id: str
    course: str
    starts_at: datetime
    ends_at: datetime
    objectives: tuple[str, ...]
    scale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSession:
    """Take the register of a session: the whole of it, once."""

    training_session_id: str
    attendees: tuple[Attendee, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectRegister:
    """The register as it should have been, the whole of it; who keeps their name unsaid keeps the one they have."""

    training_session_id: str
    attendees: tuple[Attendee, ...]
    reason: str


SessionCommand: TypeAlias = ScheduleSession | HoldSession | CorrectRegister


def stream_of(training_session_id: str) -> str:
    return f"training-session-{training_session_id}"


def decide(command: SessionCommand, state: TrainingSession, *, now: datetime) -> list[SessionEvent]:
    """Raises the refusals of `schedule`, `hold` and `correct`."""
    match command:
        case ScheduleSession():
            return schedule(command, state, now)
        case HoldSession():
            return hold(command, state, now)
        case CorrectRegister():
            return correct(command, state, now)
        case _ as never:
            assert_never(never)


def schedule(command: ScheduleSession, state: TrainingSession, now: datetime) -> list[SessionEvent]:
    """Raises AlreadyScheduled, EndBeforeStart, TimesOutOfRange, ObjectivesMissing, ObjectiveRepeated."""
    if not isinstance(state, NotScheduled):
        raise AlreadyScheduled
    _require_times(command, now)
    if not command.objectives:
        raise ObjectivesMissing(field="objectives")
    if len(set(command.objectives)) < len(command.objectives):
        raise ObjectiveRepeated(field="objectives")
    scheduled = TrainingSessionScheduled(
        training_session_id=command.training_session_id,
        course=command.course,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        objectives=command.objectives,
        scale=command.scale,
        occurred_at=now,
    )
    return [scheduled]


def _require_times(command: ScheduleSession, now: datetime) -> None:
    if command.ends_at <= command.starts_at:
        raise EndBeforeStart(field="ends_at")
    for name, moment in (("starts_at", command.starts_at), ("ends_at", command.ends_at)):
        if not FIRST_MOMENT <= moment <= now + FURTHEST_AHEAD:
            raise TimesOutOfRange(field=name)


def hold(command: HoldSession, state: TrainingSession, now: datetime) -> list[SessionEvent]:
    """The session, then each who attended with their answers.

    Raises SessionUnknown, AlreadyHeld, NotBegun and what `require_register` raises.
    """
    match state:
        case NotScheduled():
            raise SessionUnknown
        case Held():
            raise AlreadyHeld
        case Scheduled():
            if now < state.starts_at:
                raise NotBegun
            require_register(command.attendees, objectives=state.objectives, scale=state.scale)
            return _held(command, state, min(now, state.ends_at))
        case _ as never:
            assert_never(never)


def _held(command: HoldSession, state: Scheduled, at: datetime) -> list[SessionEvent]:
    session = Session(training_session_id=command.training_session_id, scale=state.scale, held_at=at)
    held = TrainingSessionHeld(
        training_session_id=command.training_session_id, attended=len(command.attendees), occurred_at=at
    )
    return [held, *changes(session, {}, command.attendees, at)]


def correct(command: CorrectRegister, state: TrainingSession, now: datetime) -> list[SessionEvent]:
    """That the register was wrong, then what changes; nothing where it is already so.

    Raises SessionUnknown, NotHeld and what `require_register` raises.
    """
    match state:
        case NotScheduled():
            raise SessionUnknown
        case Scheduled():
            raise NotHeld
        case Held():
            require_register(command.attendees, objectives=state.objectives, scale=state.scale)
            return _corrected(command, state, now)
        case _ as never:
            assert_never(never)


def _corrected(command: CorrectRegister, state: Held, now: datetime) -> list[SessionEvent]:
    session = Session(training_session_id=command.training_session_id, scale=state.scale, held_at=state.held_at)
    told = list(changes(session, state.register, _named(command.attendees, state.register), now))
    if not told:
        return []
    corrected = TrainingRegisterCorrected(
        training_session_id=command.training_session_id,
        attended=len(command.attendees),
        reason=command.reason,
        occurred_at=now,
    )
    return [corrected, *told]


def _named(attendees: Sequence[Attendee], register: Register) -> list[Attendee]:
    """Who is on the register already and is sent without a name keeps theirs."""
    return [
        replace(attendee, full_name=register[attendee.attendee_id].full_name)
        if attendee.full_name is None and attendee.attendee_id in register
        else attendee
        for attendee in attendees
    ]
