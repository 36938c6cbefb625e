"""Who read what about whom, and why: a line in the transaction of the read itself, so that there is no answer without its line.

The application's role can add lines and read them; it can neither change nor delete one.
"""

from dataclasses import dataclass
from datetime import datetime

from services.kit.auth import Principal
from services.kit.tenancy import TenantId, Tx
from services.kit.tracing import trace_id

MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One read of one person's record. `reader` is the account's id, `what` names the part that was read.

    `why` is the purpose the caller gave with the request. Reads of one page view share their `request`.
    """

    at: datetime
    reader: str
    roles: tuple[str, ...]
    what: str
    why: str
    request: str | None


_NOTE = """
insert into access_log (tenant, subject, reader, roles, what, why, rows_read, request)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""

_OF_SUBJECT = """
select at, reader, roles, what, why, request from access_log
where tenant = $1 and subject = $2 order by id desc limit $3
"""


async def note_read(tx: Tx, tenant: TenantId, principal: Principal, *, what: str, subject: str) -> None:
    """Somebody reads a part of one person's record."""
    await tx.execute(_NOTE, tenant, subject, *_who(principal), what, principal.purpose, 1, trace_id())


async def note_list(tx: Tx, tenant: TenantId, principal: Principal, *, what: str, rows: int) -> None:
    """Somebody reads a list of people: one line, however many are on it."""
    await tx.execute(_NOTE, tenant, None, *_who(principal), what, principal.purpose, rows, trace_id())


async def accesses_of(tx: Tx, tenant: TenantId, subject: str) -> list[Access]:
    """The latest reads of one person's record, the newest first."""
    records = await tx.fetch(_OF_SUBJECT, tenant, subject, MOST_SHOWN)
    return [Access(**{**record, "roles": tuple(record["roles"])}) for record in records]


def _who(principal: Principal) -> tuple[str, list[str]]:
    return principal.user, sorted(principal.roles)
