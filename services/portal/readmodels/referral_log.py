"""Every referral there ever was, ended ones too. Read from the referrals; no table of its own."""

from services.kit.tenancy import TenantId, Tx
from services.portal.readmodels.referrals import REFERRALS, ReferralRow

STATUSES = ("received", "triaged", "accepted", "redirected", "withdrawn", "closed")

_LATEST_FIRST = """
select *, count(*) over () as matching from referrals
where tenant = $1 and received_at is not null
    and ($2::text is null or status = $2)
    and ($3::text is null or source_of_referral = $3)
order by received_at desc, referral_id
limit $4 offset $5
"""


async def every_referral(
    tx: Tx, tenant: TenantId, *, status: str | None, source: str | None, limit: int | None = None, offset: int = 0
) -> tuple[list[ReferralRow], int]:
    """A page of the referrals, the latest first, and how many there are. Without a limit, all."""
    records = await tx.fetch(_LATEST_FIRST, tenant, status, source, limit, offset)
    return [REFERRALS.read(record) for record in records], records[0]["matching"] if records else 0
