"""What local families contributed: how, when, and how many people. Notes are not here: they stay sealed."""

from dataclasses import dataclass
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.training.domain.events import CommunityInputLogged, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityInputRow:
    """One contribution."""

    input_id: str
    kind: str
    people: int
    held_on: date
    logged_at: datetime


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case CommunityInputLogged(input_id=input_id):
            return input_id
        case _:
            return None


def evolve(row: CommunityInputRow | None, recorded: Recorded[Event]) -> CommunityInputRow | None:
    match recorded.event:
        case CommunityInputLogged() as event:
            return CommunityInputRow(
                input_id=event.input_id,
                kind=event.kind,
                people=event.people,
                held_on=event.held_on,
                logged_at=event.occurred_at,
            )
        case _:
            return row


COMMUNITY_INPUTS = ReadModel(
    name="training.community_inputs",
    version=1,
    table="community_inputs",
    key="input_id",
    row=CommunityInputRow,
    key_of=key_of,
    evolve=evolve,
)

_INPUTS = """
select * from community_inputs where tenant = $1
order by held_on desc, logged_at desc, input_id
"""


async def community_inputs(tx: Tx, tenant: TenantId) -> list[CommunityInputRow]:
    """Every contribution, the newest first."""
    return [COMMUNITY_INPUTS.read(record) for record in await tx.fetch(_INPUTS, tenant)]


async def community_input(tx: Tx, tenant: TenantId, input_id: str) -> CommunityInputRow | None:
    record = await tx.fetchrow("select * from community_inputs where tenant = $1 and input_id = $2", tenant, input_id)
    return None if record is None else COMMUNITY_INPUTS.read(record)
