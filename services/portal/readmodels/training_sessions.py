"""Training sessions: planned, and held. Who attended is told in rows of their own."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from contracts.event import PublicEvent
from contracts.training import TrainingRegisterCorrectedV1, TrainingSessionHeldV1, TrainingSessionScheduledV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Heeded = TrainingSessionScheduledV1 | TrainingSessionHeldV1 | TrainingRegisterCorrectedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSessionRow:
    training_session_id: str
    status: str = "announced"
    """announced (not heard to be planned yet), planned, held"""
    course: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    objectives: list[str] = field(default_factory=list)
    scale: str | None = None
    attended: int | None = None
    held_at: datetime | None = None


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.training_session_id if isinstance(recorded.event, Heeded) else None


def _evolve(row: TrainingSessionRow | None, recorded: Recorded[PublicEvent]) -> TrainingSessionRow | None:
    match recorded.event:
        case TrainingSessionScheduledV1() as event:
            so_far = row or TrainingSessionRow(training_session_id=event.training_session_id)
            return replace(
                so_far,
                status="planned" if so_far.held_at is None else "held",
                course=event.course,
                starts_at=event.starts_at,
                ends_at=event.ends_at,
                objectives=list(event.objectives),
                scale=event.scale,
            )
        case TrainingSessionHeldV1() as event:
            so_far = row or TrainingSessionRow(training_session_id=event.training_session_id)
            status = "announced" if so_far.course is None else "held"
            return replace(so_far, status=status, attended=event.attended, held_at=event.held_at)
        case TrainingRegisterCorrectedV1() as event:
            so_far = row or TrainingSessionRow(training_session_id=event.training_session_id)
            return replace(so_far, attended=event.attended)
        case _:
            return row


TRAINING_SESSIONS: ReadModel[TrainingSessionRow, PublicEvent] = ReadModel(
    name="portal.training_sessions",
    version=1,
    table="training_sessions",
    key="training_session_id",
    row=TrainingSessionRow,
    key_of=_key_of,
    evolve=_evolve,
)

_LATEST_FIRST = """
select *, count(*) over () as matching from training_sessions
where tenant = $1 and starts_at is not null and ($2::text is null or status = $2)
order by starts_at desc, training_session_id
limit $3 offset $4
"""


async def training_sessions(
    tx: Tx, tenant: TenantId, *, status: str | None, limit: int | None = None, offset: int = 0
) -> tuple[list[TrainingSessionRow], int]:
    """A page of the training sessions, the latest first, and how many there are. Without a limit, all."""
    records = await tx.fetch(_LATEST_FIRST, tenant, status, limit, offset)
    return [TRAINING_SESSIONS.read(record) for record in records], records[0]["matching"] if records else 0


async def training_session(tx: Tx, tenant: TenantId, training_session_id: str) -> TrainingSessionRow | None:
    record = await tx.fetchrow(
        "select * from training_sessions where tenant = $1 and training_session_id = $2 and starts_at is not null",
        tenant,
        training_session_id,
    )
    return TRAINING_SESSIONS.read(record) if record else None
