"""People who were erased: that they were, and when. The facts about them stay, as facts about nobody who can be found."""

from dataclasses import dataclass
from datetime import datetime

from contracts.event import PublicEvent
from contracts.referral import PersonErasedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedRow:
    person_id: str
    erased_at: datetime


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    match recorded.event:
        case PersonErasedV1(person_id=person_id):
            return person_id
        case _:
            return None


def _evolve(row: ErasedRow | None, recorded: Recorded[PublicEvent]) -> ErasedRow | None:
    match recorded.event:
        case PersonErasedV1() as event:
            return ErasedRow(person_id=event.person_id, erased_at=event.erased_at)
        case _:
            return row


ERASED: ReadModel[ErasedRow, PublicEvent] = ReadModel(
    name="portal.erased",
    version=1,
    table="erased_people",
    key="person_id",
    row=ErasedRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def erased_at(tx: Tx, tenant: TenantId, person_id: str) -> datetime | None:
    """When somebody was erased; None for everybody else."""
    when: datetime | None = await tx.fetchval(
        "select erased_at from erased_people where tenant = $1 and person_id = $2", tenant, person_id
    )
    return when
