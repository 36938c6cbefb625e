"""A training session: planned, then held with a register of who attended and how confident they felt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from services.training.domain.calendar import FIRST_DAY, end_of
from services.training.domain.events import (
    ConfidenceRecorded,
    SessionEvent,
    TrainingAttended,
    TrainingSessionHeld,
    TrainingSessionScheduled,
)
from services.training.domain.refusals import (
    AlreadyHeld,
    AlreadyScheduled,
    AttendeeRepeated,
    AttendeesMissing,
    ConfidenceUnanswered,
    EndBeforeStart,
    NotBegun,
    ObjectiveNotOfSession,
    ObjectiveRepeated,
    ObjectivesMissing,
    RatingOutOfScale,
    SessionUnknown,
    TimesOutOfRange,
)

FIRST_MOMENT = end_of(FIRST_DAY)
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


TrainingSession: TypeAlias = NotScheduled | Scheduled | Held


def initial() -> TrainingSession:
    return NotScheduled()


def evolve(state: TrainingSession, event: SessionEvent) -> TrainingSession:
    match event:
        case TrainingSessionScheduled(starts_at=starts_at, ends_at=ends_at, objectives=objectives, scale=scale):
            return Scheduled(starts_at=starts_at, ends_at=ends_at, objectives=objectives, scale=scale)
        case TrainingSessionHeld():
            return Held()
        case TrainingAttended() | ConfidenceRecorded():
            return state
        case _ as never:
            assert_never(never)


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
class Confidence:
    """The answers of one attendee about one objective; one of the two may be missing."""

    objective: str
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """A professional on the register."""

    attendee_id: str
    professional_type: str
    full_name: str | None = None
    practice_ods_code: str | None = None
    org_ods_code: str | None = None
    confidence: tuple[Confidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSession:
    """Take the register of a session: the whole of it, once."""

    training_session_id: str
    attendees: tuple[Attendee, ...]


SessionCommand: TypeAlias = ScheduleSession | HoldSession


def stream_of(training_session_id: str) -> str:
    return f"training-session-{training_session_id}"


def decide(command: SessionCommand, state: TrainingSession, *, now: datetime) -> list[SessionEvent]:
    """Raises the refusals of `schedule` and `hold`."""
    match command:
        case ScheduleSession():
            return schedule(command, state, now)
        case HoldSession():
            return hold(command, state, now)
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
    for field, moment in (("starts_at", command.starts_at), ("ends_at", command.ends_at)):
        if not FIRST_MOMENT <= moment <= now + FURTHEST_AHEAD:
            raise TimesOutOfRange(field=field)


def hold(command: HoldSession, state: TrainingSession, now: datetime) -> list[SessionEvent]:
    """The session, then each who attended with their answers.

    Raises SessionUnknown, AlreadyHeld, NotBegun, AttendeesMissing, AttendeeRepeated, ObjectiveNotOfSession,
    ObjectiveRepeated, ConfidenceUnanswered, RatingOutOfScale.
    """
    match state:
        case NotScheduled():
            raise SessionUnknown
        case Held():
            raise AlreadyHeld
        case Scheduled():
            _require_register(command.attendees, state, now)
            return list(_held(command, state, min(now, state.ends_at)))
        case _ as never:
            assert_never(never)


def _require_register(attendees: Sequence[Attendee], session: Scheduled, now: datetime) -> None:
    if now < session.starts_at:
        raise NotBegun
    if not attendees:
        raise AttendeesMissing(field="attendees")
    if len({attendee.attendee_id for attendee in attendees}) < len(attendees):
        raise AttendeeRepeated(field="attendees")
    for number, attendee in enumerate(attendees):
        _require_answers(attendee.confidence, session, f"attendees.{number}.confidence")


def _require_answers(answers: Sequence[Confidence], session: Scheduled, field: str) -> None:
    if len({answer.objective for answer in answers}) < len(answers):
        raise ObjectiveRepeated(field=field)
    for number, answer in enumerate(answers):
        if answer.objective not in session.objectives:
            raise ObjectiveNotOfSession(field=f"{field}.{number}.objective")
        if answer.before is None and answer.after is None:
            raise ConfidenceUnanswered(field=f"{field}.{number}.before")
        for name, rating in (("before", answer.before), ("after", answer.after)):
            if rating is not None and rating not in answers_on(session.scale):
                raise RatingOutOfScale(field=f"{field}.{number}.{name}")


def answers_on(scale: str) -> range:
    """The answers a scale has. Its code says them: "0-10", "1-5"."""
    lowest, _, highest = scale.partition("-")
    return range(int(lowest), int(highest) + 1)


def _held(command: HoldSession, session: Scheduled, at: datetime) -> Iterator[SessionEvent]:
    session_id = command.training_session_id
    yield TrainingSessionHeld(training_session_id=session_id, attended=len(command.attendees), occurred_at=at)
    for attendee in command.attendees:
        yield _attended(session_id, attendee, at)
        for answer in attendee.confidence:
            yield ConfidenceRecorded(
                training_session_id=session_id,
                attendee_id=attendee.attendee_id,
                objective=answer.objective,
                scale=session.scale,
                before=answer.before,
                after=answer.after,
                occurred_at=at,
            )


def _attended(session_id: str, attendee: Attendee, at: datetime) -> TrainingAttended:
    return TrainingAttended(
        training_session_id=session_id,
        attendee_id=attendee.attendee_id,
        subject_id=attendee.attendee_id,
        full_name=attendee.full_name,
        professional_type=attendee.professional_type,
        practice_ods_code=attendee.practice_ods_code,
        org_ods_code=attendee.org_ods_code,
        occurred_at=at,
    )
