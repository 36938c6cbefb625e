"""Where a person's timeline comes from: one source a kind, each a read model of its own, for whoever may see it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from services.kit.tenancy import TenantId, Tx
from services.portal.readmodels.appointments import appointments_of
from services.portal.readmodels.consultations import consultations_of
from services.portal.readmodels.goals import goals_of
from services.portal.readmodels.group_sessions import group_session
from services.portal.readmodels.measures import measures_of
from services.portal.readmodels.places import places_of_person
from services.portal.readmodels.referrals import of_person
from services.portal.readmodels.risk_flags import flags_of
from services.portal.readmodels.waits import waits_of_person
from services.portal.web.presenters.timeline import (
    Entry,
    of_appointment,
    of_consultation,
    of_flag,
    of_goal,
    of_measure,
    of_place,
    of_referral,
    of_wait,
)
from services.portal.web.site import Visit

R = TypeVar("R")
Read = Callable[[Tx, TenantId, str], Awaitable[list[Entry]]]


async def _each(
    rows_of: Callable[[Tx, TenantId, str], Awaitable[list[R]]],
    entries_of: Callable[[R], Iterable[Entry]],
    tx: Tx,
    tenant: TenantId,
    person_id: str,
) -> list[Entry]:
    return list(chain.from_iterable(map(entries_of, await rows_of(tx, tenant, person_id))))


async def _sessions(tx: Tx, tenant: TenantId, person_id: str) -> list[Entry]:
    places = await places_of_person(tx, tenant, person_id)
    found = [await group_session(tx, tenant, each) for each in {place.group_session_id for place in places}]
    sessions = {each.session.group_session_id: each.session for each in found if each}
    return [entry for place in places for entry in of_place(place, sessions)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    kind: str
    permission: str
    read: Read


def _source(kind: str, permission: str, rows_of: Any, entries_of: Any) -> Source:
    return Source(kind=kind, permission=permission, read=partial(_each, rows_of, entries_of))


SOURCES = (
    Source(kind="session", permission="page:person", read=_sessions),
    _source("contact", "page:person", appointments_of, of_appointment),
    _source("referral", "page:person", of_person, of_referral),
    _source("wait", "page:person", waits_of_person, of_wait),
    _source("consultation", "page:person", consultations_of, of_consultation),
    _source("score", "page:measures", measures_of, of_measure),
    _source("flag", "page:measures", flags_of, of_flag),
    _source("goal", "page:measures", goals_of, of_goal),
)


def kinds(visit: Visit) -> list[str]:
    """The kinds somebody may see."""
    return [source.kind for source in SOURCES if visit.may(source.permission)]


async def entries(visit: Visit, tx: Tx, person_id: str) -> list[Entry]:
    """Everything that happened around a person, as far as whoever looks may see it; in no order yet."""
    read = [await source.read(tx, visit.tenant, person_id) for source in SOURCES if visit.may(source.permission)]
    return list(chain.from_iterable(read))
