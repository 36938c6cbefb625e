"""Consultations with professionals: about a named patient, an anonymous case, or in general. Notes stay with their owner."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.event import PublicEvent
from contracts.training import ConsultationLoggedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationRow:
    consultation_id: str
    subject_kind: str
    person_id: str | None
    topic: str
    duration_minutes: int
    professional_type: str
    practice_ods_code: str | None
    outcome: str
    held_on: date
    recorded_at: datetime


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.consultation_id if isinstance(recorded.event, ConsultationLoggedV1) else None


def _evolve(row: ConsultationRow | None, recorded: Recorded[PublicEvent]) -> ConsultationRow | None:
    match recorded.event:
        case ConsultationLoggedV1() as event:
            return ConsultationRow(
                consultation_id=event.consultation_id,
                subject_kind=event.subject_kind,
                person_id=event.person_id,
                topic=event.topic,
                duration_minutes=event.duration_minutes,
                professional_type=event.professional_type,
                practice_ods_code=event.practice_ods_code,
                outcome=event.outcome,
                held_on=event.held_on,
                recorded_at=recorded.recorded_at,
            )
        case _:
            return row


CONSULTATIONS: ReadModel[ConsultationRow, PublicEvent] = ReadModel(
    name="portal.consultations",
    version=1,
    table="consultations",
    key="consultation_id",
    row=ConsultationRow,
    key_of=_key_of,
    evolve=_evolve,
)

_LATEST_FIRST = """
select *, count(*) over () as matching from consultations
where tenant = $1 and ($2::text is null or subject_kind = $2) and ($3::text is null or outcome = $3)
order by held_on desc, recorded_at desc, consultation_id
limit $4 offset $5
"""


async def consultations(
    tx: Tx, tenant: TenantId, *, subject_kind: str | None, outcome: str | None, limit: int | None, offset: int
) -> tuple[list[ConsultationRow], int]:
    """A page of the consultations, the latest first, and how many there are. Without a limit, all."""
    records = await tx.fetch(_LATEST_FIRST, tenant, subject_kind, outcome, limit, offset)
    return [CONSULTATIONS.read(record) for record in records], records[0]["matching"] if records else 0


async def consultation(tx: Tx, tenant: TenantId, consultation_id: str) -> ConsultationRow | None:
    record = await tx.fetchrow(
        "select * from consultations where tenant = $1 and consultation_id = $2", tenant, consultation_id
    )
    return CONSULTATIONS.read(record) if record else None


async def consultations_of(tx: Tx, tenant: TenantId, person_id: str) -> list[ConsultationRow]:
    """Those about a person, the latest first."""
    records = await tx.fetch(
        "select * from consultations where tenant = $1 and person_id = $2 order by held_on desc, consultation_id",
        tenant,
        person_id,
    )
    return [CONSULTATIONS.read(record) for record in records]
