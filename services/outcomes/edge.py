"""Who may do what, and what every route works with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.kit.access_log import note_read
from services.kit.auth import Principal
from services.kit.http import Permissions
from services.kit.tenancy import TenantId, TenantPool, Tx
from services.outcomes.application import Outcomes

EVERYBODY = {"referrer", "clinician", "coordinator", "training-lead", "operator", "importer"}

permit = Permissions(
    {
        "instrument:read": EVERYBODY,
        "code-list:read": EVERYBODY,
        "measure:record": {"clinician", "importer"},
        "measure:correct": {"clinician"},
        "measure:read": {"clinician"},
        "risk-flag:review": {"clinician"},
        "goal:set": {"clinician"},
        "goal:rate": {"clinician"},
        "goal:read": {"clinician"},
        "restricted:record": {"clinician"},
        "restricted:read": {"clinician"},
        "access-log:read": {"coordinator"},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the routes work with; `main` puts it on the application."""

    outcomes: Outcomes
    pool: TenantPool

    @asynccontextmanager
    async def reading(self, tenant: TenantId, principal: Principal, person_id: str, *, what: str) -> AsyncIterator[Tx]:
        """A transaction to read a part of somebody's record in, which is written down with it. Raises Erased."""
        await self.outcomes.require_not_erased(tenant, person_id)
        async with self.pool.scope(tenant) as tx:
            await note_read(tx, tenant, principal, what=what, subject=person_id)
            yield tx


def _edge(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge


Use = Annotated[Edge, Depends(_edge)]
