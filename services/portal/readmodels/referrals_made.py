"""Which account sent which referral, so that whoever referred sees what became of it. Joined with its clock when it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.event import PublicEvent
from contracts.referral import ReferralReceivedV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.portal.readmodels.referrals import ReferralRow, by_ids
from services.portal.readmodels.waits import WaitRow, waits_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRow:
    referral_id: str
    person_id: str
    referred_by: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A referral with its clock; None: the clock has not arrived yet."""

    referral: ReferralRow
    wait: WaitRow | None


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    match recorded.event:
        case ReferralReceivedV1(referral_id=referral_id, referred_by=str()):
            return referral_id
        case _:
            return None


def _evolve(row: MadeRow | None, recorded: Recorded[PublicEvent]) -> MadeRow | None:
    match recorded.event:
        case ReferralReceivedV1(referred_by=str() as account) as event:
            return MadeRow(
                referral_id=event.referral_id,
                person_id=event.person_id,
                referred_by=account,
                received_at=event.received_at,
            )
        case _:
            return row


REFERRALS_MADE: ReadModel[MadeRow, PublicEvent] = ReadModel(
    name="portal.referrals_made",
    version=1,
    table="referrals_made",
    key="referral_id",
    row=MadeRow,
    key_of=_key_of,
    evolve=_evolve,
)

_LATEST_FIRST = """
select m.referral_id, count(*) over () as matching
from referrals_made m
join referrals r on r.tenant = m.tenant and r.referral_id = m.referral_id and r.received_at is not null
where m.tenant = $1 and m.referred_by = $2 and ($3::text is null or r.status = $3)
order by m.received_at desc, m.referral_id
limit $4 offset $5
"""


async def made_by(
    tx: Tx, tenant: TenantId, account: str, *, status: str | None, limit: int | None = None, offset: int = 0
) -> tuple[list[Made], int]:
    """A page of the referrals an account sent, the latest first, and how many there are. Without a limit, all."""
    records = await tx.fetch(_LATEST_FIRST, tenant, account, status, limit, offset)
    found = await _with_clocks(tx, tenant, [record["referral_id"] for record in records])
    return found, records[0]["matching"] if records else 0


async def _with_clocks(tx: Tx, tenant: TenantId, referral_ids: Sequence[str]) -> list[Made]:
    referrals = await by_ids(tx, tenant, list(referral_ids))
    waits = await waits_of(tx, tenant, referral_ids)
    return [Made(referral=referrals[each], wait=waits.get(each)) for each in referral_ids]
