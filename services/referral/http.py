"""The JSON API: who may do what, what is sent, what is answered. Errors are not caught here: `kit.http` maps them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.kit.access_log import note_read
from services.kit.auth import EVERY_TENANT, Principal
from services.kit.code_lists import CodeList, CodeLists
from services.kit.errors import DomainError, Kind
from services.kit.http import CommandId, Done, Pcn, Permissions
from services.kit.tenancy import TenantId, TenantPool
from services.referral.application import Application
from services.referral.bodies import (
    Acceptance,
    Closing,
    NewReferral,
    PcnFile,
    Redirection,
    TriageDecision,
    Withdrawal,
)
from services.referral.domain.calendar import london_date
from services.referral.domain.commands import (
    AcceptReferral,
    CloseReferral,
    RedirectReferral,
    TriageReferral,
    WithdrawReferral,
)
from services.referral.domain.referral import FROM_THE_FAMILY
from services.referral.domain.refusals import UnknownReferral
from services.referral.explained import ExplainedReferral, ExplainedWait, explain_referral, explain_wait
from services.referral.projections import pcns, referrals, triage_list, waiting_list
from services.referral.projections.pcns import PcnRow
from services.referral.projections.triage_list import TriageRow
from services.referral.written import Written, notes_of

EVERYBODY = {"referrer", "clinician", "coordinator", "training-lead", "operator", "importer"}

PUBLIC = "public"
"""The account the portal uses for a family that is not signed in."""

permit = Permissions(
    {
        "pcn:configure": {"operator"},
        "pcn:list": EVERYBODY,
        "code-list:read": EVERYBODY | {PUBLIC},
        "person:register": {"referrer", "clinician", "coordinator", "importer", PUBLIC},
        "person:read-identity": {"referrer", "clinician", "coordinator"},
        "referral:receive": {"referrer", "clinician", "coordinator", PUBLIC},
        "referral:triage": {"clinician"},
        "referral:accept": {"clinician"},
        "referral:redirect": {"clinician"},
        "referral:withdraw": {"clinician", "coordinator"},
        "referral:close": {"clinician"},
        "referral:read": {"clinician", "coordinator"},
        "referral:read-notes": {"clinician"},
        "person:read-details": {"clinician", "coordinator"},
        "person:erase": {"coordinator", "operator"},
        "access-log:read": {"coordinator"},
        "person:change-details": {"clinician", "coordinator"},
    }
)


class OnlyForOneself(DomainError):
    """Without signing in, help can be asked for by the family itself only."""

    slug = "source-only-family"
    kind = Kind.FORBIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the routes work with; `main` puts it on the application."""

    application: Application
    pool: TenantPool
    code_lists: CodeLists
    clock: Callable[[], datetime]

    async def note(self, tenant: TenantId, principal: Principal, person_id: str, *, what: str) -> None:
        """Write down that a part of somebody's record is read, before it is answered. Raises Erased."""
        await self.application.require_not_erased(tenant, person_id)
        async with self.pool.scope(tenant) as tx:
            await note_read(tx, tenant, principal, what=what, subject=person_id)


def _edge(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge


Use = Annotated[Edge, Depends(_edge)]


ROUTES = APIRouter(prefix="/v1")


@ROUTES.get("/code-lists")
async def read_code_lists(
    principal: Annotated[Principal, Depends(permit("code-list:read"))], use: Use
) -> dict[str, CodeList]:
    return dict(use.code_lists.lists)


@ROUTES.get("/pcns")
async def list_pcns(principal: Annotated[Principal, Depends(permit("pcn:list"))], use: Use) -> list[PcnRow]:
    seen = None if EVERY_TENANT in principal.tenants else {TenantId(tenant) for tenant in principal.tenants}
    async with use.pool.unscoped() as tx:
        return await pcns.directory(tx, seen)


@ROUTES.put("/pcns/{pcn}")
async def configure_pcn(
    principal: Annotated[Principal, Depends(permit("pcn:configure"))],
    pcn: Pcn,
    body: PcnFile,
    command_id: CommandId,
    use: Use,
) -> Done:
    answer = await use.application.configure_pcn(pcn, body.command(), command_id=command_id, actor=principal.user)
    return Done.of(answer)


def is_public(principal: Principal) -> bool:
    """Whether it is a family without an account of its own."""
    return principal.roles.isdisjoint(EVERYBODY)


@ROUTES.post("/pcns/{pcn}/referrals", status_code=201)
async def receive_referral(
    principal: Annotated[Principal, Depends(permit("referral:receive"))],
    pcn: Pcn,
    body: NewReferral,
    command_id: CommandId,
    use: Use,
) -> Done:
    if is_public(principal) and body.source_of_referral not in FROM_THE_FAMILY:
        raise OnlyForOneself(field="source_of_referral")
    request = body.request(referred_by=None if is_public(principal) else principal.user)
    answer = await use.application.receive_referral(pcn, request, command_id=command_id, actor=principal.user)
    return Done.of(answer)


@ROUTES.post("/pcns/{pcn}/referrals/{referral_id}/triage")
async def triage_referral(
    *,
    principal: Annotated[Principal, Depends(permit("referral:triage"))],
    pcn: Pcn,
    referral_id: UUID,
    body: TriageDecision,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = TriageReferral(referral_id=str(referral_id), **body.model_dump())
    return Done.of(await use.application.triage_referral(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.post("/pcns/{pcn}/referrals/{referral_id}/accept")
async def accept_referral(
    *,
    principal: Annotated[Principal, Depends(permit("referral:accept"))],
    pcn: Pcn,
    referral_id: UUID,
    body: Acceptance,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = AcceptReferral(referral_id=str(referral_id), **body.model_dump())
    return Done.of(await use.application.accept_referral(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.post("/pcns/{pcn}/referrals/{referral_id}/redirect")
async def redirect_referral(
    *,
    principal: Annotated[Principal, Depends(permit("referral:redirect"))],
    pcn: Pcn,
    referral_id: UUID,
    body: Redirection,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = RedirectReferral(referral_id=str(referral_id), **body.model_dump())
    return Done.of(await use.application.end_referral(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.post("/pcns/{pcn}/referrals/{referral_id}/withdraw")
async def withdraw_referral(
    *,
    principal: Annotated[Principal, Depends(permit("referral:withdraw"))],
    pcn: Pcn,
    referral_id: UUID,
    body: Withdrawal,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = WithdrawReferral(referral_id=str(referral_id), **body.model_dump())
    return Done.of(await use.application.end_referral(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.post("/pcns/{pcn}/referrals/{referral_id}/close")
async def close_referral(
    *,
    principal: Annotated[Principal, Depends(permit("referral:close"))],
    pcn: Pcn,
    referral_id: UUID,
    body: Closing,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = CloseReferral(referral_id=str(referral_id), **body.model_dump())
    return Done.of(await use.application.end_referral(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.get("/pcns/{pcn}/referrals/{referral_id}")
async def read_referral(
    principal: Annotated[Principal, Depends(permit("referral:read"))], pcn: Pcn, referral_id: UUID, use: Use
) -> ExplainedReferral:
    async with use.pool.scope(pcn) as tx:
        row = await referrals.by_id(tx, pcn, str(referral_id))
    if row is None:
        raise UnknownReferral
    await use.note(pcn, principal, row.person_id, what="referral")
    return explain_referral(row, london_date(use.clock()))


@ROUTES.get("/pcns/{pcn}/referrals/{referral_id}/notes")
async def read_notes(
    principal: Annotated[Principal, Depends(permit("referral:read-notes"))], pcn: Pcn, referral_id: UUID, use: Use
) -> list[Written]:
    whose = await use.application.whose(pcn, str(referral_id))
    await use.note(pcn, principal, whose, what="referral-notes")
    return await notes_of(use.application.store, pcn, str(referral_id))


@ROUTES.get("/pcns/{pcn}/triage-list")
async def read_triage_list(
    principal: Annotated[Principal, Depends(permit("referral:read"))], pcn: Pcn, use: Use
) -> list[TriageRow]:
    async with use.pool.scope(pcn) as tx:
        return await triage_list.to_triage(tx, pcn)


@ROUTES.get("/pcns/{pcn}/waiting-list")
async def read_waiting_list(
    *,
    principal: Annotated[Principal, Depends(permit("referral:read"))],
    pcn: Pcn,
    due_within: Annotated[int | None, Query(ge=0, le=365)] = None,
    use: Use,
) -> list[ExplainedWait]:
    """Everybody who waits; with `due_within`, those whose day comes within so many days and is not over."""
    today = london_date(use.clock())
    async with use.pool.scope(pcn) as tx:
        if due_within is None:
            waiting = await waiting_list.waiting(tx, pcn, today)
        else:
            waiting = await waiting_list.coming_due(tx, pcn, today, due_within)
    return [explain_wait(one) for one in waiting]
