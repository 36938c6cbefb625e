"""Training sessions, planned and held, with the register of each."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.training.domain.events import (
    ConfidenceRecorded,
    Event,
    TrainingAttendanceRemoved,
    TrainingAttended,
    TrainingRegisterCorrected,
    TrainingSessionHeld,
    TrainingSessionScheduled,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPair:
    """Confidence in one objective, within the session's scale; None: not answered then."""

    objective: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One who attended; the name is None when it was not given, or is erased."""

    attendee_id: str
    full_name: str | None
    professional_type: str
    practice_ods_code: str | None
    org_ods_code: str | None
    confidence: tuple[AnswerPair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSessionRow:
    """One session; without `held_at` its register is still to be taken."""

    training_session_id: str
    course: str
    starts_at: datetime
    ends_at: datetime
    objectives: tuple[str, ...]
    scale: str
    held_at: datetime | None
    attended: int
    register: tuple[Registered, ...]


_Heeded = (
    TrainingSessionScheduled
    | TrainingSessionHeld
    | TrainingAttended
    | ConfidenceRecorded
    | TrainingRegisterCorrected
    | TrainingAttendanceRemoved
)


def key_of(recorded: Recorded[Event]) -> str | None:
    return recorded.event.training_session_id if isinstance(recorded.event, _Heeded) else None


def evolve(row: TrainingSessionRow | None, recorded: Recorded[Event]) -> TrainingSessionRow | None:
    match recorded.event:
        case TrainingSessionScheduled() as event:
            return _planned(event)
        case TrainingSessionHeld(attended=attended, occurred_at=held_at) if row is not None:
            return replace(row, attended=attended, held_at=held_at)
        case TrainingRegisterCorrected(attended=attended) if row is not None:
            return replace(row, attended=attended)
        case TrainingAttended() | TrainingAttendanceRemoved() | ConfidenceRecorded() as event if row is not None:
            return replace(row, register=_register(row.register, event))
        case _:
            return row


def _register(
    register: tuple[Registered, ...], event: TrainingAttended | TrainingAttendanceRemoved | ConfidenceRecorded
) -> tuple[Registered, ...]:
    match event:
        case TrainingAttended():
            told = _registered(event)
            if all(each.attendee_id != event.attendee_id for each in register):
                return (*register, told)
            return tuple(_retold(each, told) for each in register)
        case TrainingAttendanceRemoved():
            return tuple(each for each in register if each.attendee_id != event.attendee_id)
        case ConfidenceRecorded():
            return tuple(_answered(each, event) for each in register)


def _retold(registered: Registered, told: Registered) -> Registered:
    """Told again, the details are those told last; the answers stay."""
    return replace(told, confidence=registered.confidence) if registered.attendee_id == told.attendee_id else registered


def _planned(event: TrainingSessionScheduled) -> TrainingSessionRow:
    return TrainingSessionRow(
        training_session_id=event.training_session_id,
        course=event.course,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        objectives=event.objectives,
        scale=event.scale,
        held_at=None,
        attended=0,
        register=(),
    )


def _registered(event: TrainingAttended) -> Registered:
    return Registered(
        attendee_id=event.attendee_id,
        full_name=event.full_name,
        professional_type=event.professional_type,
        practice_ods_code=event.practice_ods_code,
        org_ods_code=event.org_ods_code,
        confidence=(),
    )


def _answered(registered: Registered, event: ConfidenceRecorded) -> Registered:
    if registered.attendee_id != event.attendee_id:
        return registered
    others = tuple(pair for pair in registered.confidence if pair.objective != event.objective)
    if event.before is None and event.after is None:
        return replace(registered, confidence=others)
    pair = AnswerPair(objective=event.objective, before=event.before, after=event.after)
    return replace(registered, confidence=(*others, pair))


TRAINING_SESSIONS = ReadModel(
    name="training.sessions",
    version=1,
    table="training_sessions",
    key="training_session_id",
    row=TrainingSessionRow,
    key_of=key_of,
    evolve=evolve,
)


async def sessions(tx: Tx, tenant: TenantId) -> list[TrainingSessionRow]:
    """Every session, the newest first."""
    records = await tx.fetch(
        "select * from training_sessions where tenant = $1 order by starts_at desc, training_session_id", tenant
    )
    return [TRAINING_SESSIONS.read(record) for record in records]


async def session(tx: Tx, tenant: TenantId, training_session_id: str) -> TrainingSessionRow | None:
    record = await tx.fetchrow(
        "select * from training_sessions where tenant = $1 and training_session_id = $2", tenant, training_session_id
    )
    return TRAINING_SESSIONS.read(record) if record else None
