"""The waiting list: every clock that runs, beside the referral it belongs to. Joined when it is read; no table of its own."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.kit.tenancy import TenantId, Tx
from services.portal.readmodels.referrals import ReferralRow, by_ids
from services.portal.readmodels.waits import WAITS, WaitRow

SOON = timedelta(days=7)
"""How near its day a clock counts as coming due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    wait: WaitRow
    referral: ReferralRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which of those who wait; None: all."""

    status: str | None = None
    care_strand: str | None = None
    due: str | None = None
    """overdue, or soon"""
    missing_part: str | None = None

    @classmethod
    def of(cls, *, status: str, care_strand: str, due: str, missing_part: str) -> "Narrowed":
        """From what a page was asked for; empty: all."""
        return cls(
            status=status or None,
            care_strand=care_strand or None,
            due=due or None,
            missing_part=missing_part or None,
        )


_DUE_FIRST = """
select w.*, count(*) over () as matching
from waits w
join referrals r on r.tenant = w.tenant and r.referral_id = w.referral_id and r.received_at is not null
where w.tenant = $1 and w.started_recorded_at is not null and w.clock_stopped_at is null
    and ($2::text is null or r.status = $2)
    and ($3::text is null or r.care_strand = $3)
    and ($4::date is null or w.due_on >= $4)
    and ($5::date is null or w.due_on <= $5)
    and ($6::text is null or $6 = any(w.missing_parts))
order by w.due_on, w.clock_started_at, w.spell_id
limit $7 offset $8
"""


async def waiting(
    tx: Tx, tenant: TenantId, today: date, narrowed: Narrowed, *, limit: int | None = None, offset: int = 0
) -> tuple[list[Waiting], int]:
    """A page of those who wait, soonest due first, and how many there are. Without a limit, all."""
    first, last = _due_between(narrowed.due, today)
    wanted = (narrowed.status, narrowed.care_strand, first, last, narrowed.missing_part)
    records = await tx.fetch(_DUE_FIRST, tenant, *wanted, limit, offset)
    rows = [WAITS.read(record) for record in records]
    referrals = await by_ids(tx, tenant, [row.referral_id for row in rows])
    found = [Waiting(wait=row, referral=referrals[row.referral_id]) for row in rows]
    return found, records[0]["matching"] if records else 0


def _due_between(due: str | None, today: date) -> tuple[date | None, date | None]:
    match due:
        case "overdue":
            return None, today - timedelta(days=1)
        case "soon":
            return today, today + SOON
        case _:
            return None, None


async def waiting_numbers(tx: Tx, tenant: TenantId, today: date) -> dict[str, int]:
    """{"waiting", "overdue"}: how many clocks run, and of those how many are past their day."""
    record = await tx.fetchrow(
        "select count(*) as waiting, count(*) filter (where w.due_on < $2) as overdue from waits w "
        "join referrals r on r.tenant = w.tenant and r.referral_id = w.referral_id and r.received_at is not null "
        "where w.tenant = $1 and w.started_recorded_at is not null and w.clock_stopped_at is null",
        tenant,
        today,
    )
    return dict(record)
