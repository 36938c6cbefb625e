"""Who may do what, and what every route works with."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request

from services.kit.access_log import note_read
from services.kit.auth import Principal
from services.kit.http import Permissions
from services.kit.tenancy import TenantId, TenantPool, Tx
from services.scheduling.application import Scheduling
from services.scheduling.domain.calendar import london_date, london_midnight

FAMILY = "public"
"""The role of the public page's own account: a family that asks for itself."""
IMPORTER = "importer"
"""Brings in what took place long ago; nobody else may."""

SIGNED_IN = {"referrer", "clinician", "coordinator", "training-lead", "operator", IMPORTER}
EVERYBODY = SIGNED_IN | {FAMILY}
ARRANGES = {"clinician", "coordinator", IMPORTER}

permit = Permissions(
    {
        "code-list:read": EVERYBODY,
        "appointment:book": ARRANGES,
        "appointment:reschedule": ARRANGES,
        "appointment:cancel": ARRANGES,
        "appointment:outcome": {"clinician", IMPORTER},
        "appointment:correct": {"clinician"},
        "appointment:read": {"clinician", "coordinator"},
        "appointment:read-notes": {"clinician"},
        "session:schedule": ARRANGES,
        "session:cancel": ARRANGES,
        "session:hold": ARRANGES,
        "session:read": EVERYBODY - {"operator"},
        "register:read": {"clinician", "coordinator"},
        "place:book": ARRANGES | {"referrer", FAMILY},
        "place:cancel": ARRANGES | {"referrer", FAMILY},
        "access-log:read": {"coordinator"},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the routes work with; `main` puts it on the application."""

    scheduling: Scheduling
    pool: TenantPool
    clock: Callable[[], datetime]

    @asynccontextmanager
    async def reading(self, tenant: TenantId, principal: Principal, person_id: str, *, what: str) -> AsyncIterator[Tx]:
        """A transaction to read a part of somebody's record in, which is written down with it. Raises Erased."""
        await self.scheduling.require_not_erased(tenant, person_id)
        async with self.pool.scope(tenant) as tx:
            await note_read(tx, tenant, principal, what=what, subject=person_id)
            yield tx


def _edge(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge


Use = Annotated[Edge, Depends(_edge)]

_SENSIBLE = {"ge": date(2000, 1, 1), "le": date(2099, 12, 31)}
First = Annotated[date | None, Query(alias="from", **_SENSIBLE)]
Last = Annotated[date | None, Query(alias="to", **_SENSIBLE)]
_WEEKS_AHEAD = timedelta(weeks=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days in England, both included, as instants [since, until); from today for four weeks unless told."""

    since: datetime
    until: datetime


def _period(use: Use, first: First = None, last: Last = None) -> Period:
    first = first or london_date(use.clock())
    last = last or first + _WEEKS_AHEAD
    return Period(since=london_midnight(first), until=london_midnight(last + timedelta(days=1)))


Days = Annotated[Period, Depends(_period)]


def backdated(principal: Principal) -> bool:
    return IMPORTER in principal.roles


def by_family(principal: Principal) -> bool:
    """Whatever other roles an identity provider gives every account."""
    return principal.roles.isdisjoint(SIGNED_IN)
