"""Training sessions, planned and held, with the register of each."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.training.domain.events import (
    ConfidenceRecorded,
    Event,
    TrainingAttended,
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


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case TrainingSessionScheduled() | TrainingSessionHeld() | TrainingAttended() | ConfidenceRecorded() as event:
            return event.training_session_id
        case _:
            return None


def evolve(row: TrainingSessionRow | None, recorded: Recorded[Event]) -> TrainingSessionRow | None:
    match recorded.event:
        case TrainingSessionScheduled() as event:
            return _planned(event)
        case TrainingSessionHeld(attended=attended, occurred_at=held_at) if row is not None:
            return replace(row, attended=attended, held_at=held_at)
        case TrainingAttended() as event if row is not None:
            return replace(row, register=(*row.register, _registered(event)))
        case ConfidenceRecorded() as event if row is not None:
            return replace(row, register=tuple(_answered(each, event) for each in row.register))
        case _:
            return row


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
    pair = AnswerPair(objective=event.objective, before=event.before, after=event.after)
    return replace(registered, confidence=(*registered.confidence, pair))


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
