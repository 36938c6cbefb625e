"""What local families contributed: how, how many, when. Their words stay with their owner."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.event import PublicEvent
from contracts.training import CommunityInputLoggedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityInputRow:
    input_id: str
    kind: str
    people: int
    held_on: date
    recorded_at: datetime


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return recorded.event.input_id if isinstance(recorded.event, CommunityInputLoggedV1) else None


def _evolve(row: CommunityInputRow | None, recorded: Recorded[PublicEvent]) -> CommunityInputRow | None:
    match recorded.event:
        case CommunityInputLoggedV1() as event:
            return CommunityInputRow(
                input_id=event.input_id,
                kind=event.kind,
                people=event.people,
                held_on=event.held_on,
                recorded_at=recorded.recorded_at,
            )
        case _:
            return row


COMMUNITY_INPUTS: ReadModel[CommunityInputRow, PublicEvent] = ReadModel(
    name="portal.community_inputs",
    version=1,
    table="community_inputs",
    key="input_id",
    row=CommunityInputRow,
    key_of=_key_of,
    evolve=_evolve,
)

_LATEST_FIRST = """
select *, count(*) over () as matching from community_inputs
where tenant = $1 and ($2::text is null or kind = $2)
order by held_on desc, recorded_at desc, input_id
limit $3 offset $4
"""


async def community_inputs(
    tx: Tx, tenant: TenantId, *, kind: str | None, limit: int | None = None, offset: int = 0
) -> tuple[list[CommunityInputRow], int]:
    """A page of the contributions, the latest first, and how many there are. Without a limit, all."""
    records = await tx.fetch(_LATEST_FIRST, tenant, kind, limit, offset)
    return [COMMUNITY_INPUTS.read(record) for record in records], records[0]["matching"] if records else 0
