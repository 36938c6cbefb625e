"""The consultation log: who was advised on what, for how long, and what came of it. Notes are not here: they stay sealed."""

from dataclasses import dataclass
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.training.domain.events import ConsultationLogged, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationRow:
    """One consultation. `person_id` for a named patient only."""

    consultation_id: str
    subject_kind: str
    person_id: str | None
    topic: str
    duration_minutes: int
    professional_type: str
    practice_ods_code: str | None
    outcome: str
    held_on: date
    logged_at: datetime


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case ConsultationLogged(consultation_id=consultation_id):
            return consultation_id
        case _:
            return None


def evolve(row: ConsultationRow | None, recorded: Recorded[Event]) -> ConsultationRow | None:
    match recorded.event:
        case ConsultationLogged() as event:
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
                logged_at=event.occurred_at,
            )
        case _:
            return row


CONSULTATION_LOG = ReadModel(
    name="training.consultation_log",
    version=1,
    table="consultation_log",
    key="consultation_id",
    row=ConsultationRow,
    key_of=key_of,
    evolve=evolve,
)

_LOG = """
select * from consultation_log where tenant = $1
order by held_on desc, logged_at desc, consultation_id
"""


async def consultations(tx: Tx, tenant: TenantId) -> list[ConsultationRow]:
    """Every consultation, the newest first."""
    return [CONSULTATION_LOG.read(record) for record in await tx.fetch(_LOG, tenant)]


async def consultation(tx: Tx, tenant: TenantId, consultation_id: str) -> ConsultationRow | None:
    record = await tx.fetchrow(
        "select * from consultation_log where tenant = $1 and consultation_id = $2", tenant, consultation_id
    )
    return None if record is None else CONSULTATION_LOG.read(record)
