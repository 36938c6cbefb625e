"""Who attended training: one row a professional in a session, with what they said of their confidence. No names."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from contracts.event import PublicEvent
from contracts.training import ConfidenceRecordedV1, TrainingAttendanceRemovedV1, TrainingAttendedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Told = TrainingAttendedV1 | ConfidenceRecordedV1
Heeded = Told | TrainingAttendanceRemovedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingAttendanceRow:
    attendance: str
    """training session/attendee"""
    training_session_id: str
    attendee_id: str
    professional_type: str | None = None
    practice_ods_code: str | None = None
    attended_at: datetime | None = None
    confidence: dict[str, Any] = field(default_factory=dict)
    """{objective: {"before": answer or None, "after": answer or None}}"""


def _key(event: Heeded) -> str:
    return f"{event.training_session_id}/{event.attendee_id}"


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return _key(recorded.event) if isinstance(recorded.event, Heeded) else None


def _evolve(row: TrainingAttendanceRow | None, recorded: Recorded[PublicEvent]) -> TrainingAttendanceRow | None:
    event = recorded.event
    if isinstance(event, TrainingAttendanceRemovedV1):
        return None
    if not isinstance(event, Told):
        return row
    session_id, attendee_id = event.training_session_id, event.attendee_id
    blank = TrainingAttendanceRow(attendance=_key(event), training_session_id=session_id, attendee_id=attendee_id)
    return _with(row or blank, event)


def _with(row: TrainingAttendanceRow, event: Told) -> TrainingAttendanceRow:
    match event:
        case TrainingAttendedV1():
            return replace(
                row,
                professional_type=event.professional_type,
                practice_ods_code=event.practice_ods_code,
                attended_at=event.attended_at,
            )
        case ConfidenceRecordedV1():
            others = {objective: answer for objective, answer in row.confidence.items() if objective != event.objective}
            if event.before is None and event.after is None:
                return replace(row, confidence=others)
            return replace(row, confidence={**others, event.objective: {"before": event.before, "after": event.after}})


TRAINING_ATTENDANCES: ReadModel[TrainingAttendanceRow, PublicEvent] = ReadModel(
    name="portal.training_attendances",
    version=1,
    table="training_attendances",
    key="attendance",
    row=TrainingAttendanceRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def attendances_of(tx: Tx, tenant: TenantId, training_session_id: str) -> list[TrainingAttendanceRow]:
    """Who attended a session."""
    records = await tx.fetch(
        "select * from training_attendances where tenant = $1 and training_session_id = $2 "
        "and attended_at is not null order by professional_type, attendee_id",
        tenant,
        training_session_id,
    )
    return [TRAINING_ATTENDANCES.read(record) for record in records]


async def trained_by_practice(tx: Tx, tenant: TenantId, start: datetime, end: datetime) -> dict[str, int]:
    """{practice: how many different professionals of it attended training from `start` to before `end`}"""
    records = await tx.fetch(
        "select practice_ods_code, count(distinct attendee_id) as trained from training_attendances "
        "where tenant = $1 and practice_ods_code is not null and attended_at >= $2 and attended_at < $3 "
        "group by practice_ods_code",
        tenant,
        start,
        end,
    )
    return {record["practice_ods_code"]: record["trained"] for record in records}
