"""The JSON API of group sessions: what is sent, what is answered. Errors are not caught here: `kit.http` maps them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.kit.auth import Principal
from services.kit.http import CommandId, Done, Pcn
from services.scheduling.application import group_session_id_for, place_id_for
from services.scheduling.bodies import (
    HeldRegister,
    NewPlace,
    NewSession,
    Nothing,
    PlaceDone,
    SessionCancellation,
    text,
)
from services.scheduling.domain.session_commands import (
    BookPlace,
    CancelPlace,
    CancelSession,
    HoldSession,
    ScheduleSession,
)
from services.scheduling.domain.session_refusals import SessionUnknown
from services.scheduling.edge import Days, Use, backdated, by_family, permit
from services.scheduling.projections import group_sessions, register
from services.scheduling.projections.group_sessions import SessionRow

GROUP_ROUTES = APIRouter(prefix="/v1/pcns/{pcn}/group-sessions")


@GROUP_ROUTES.post("", status_code=201)
async def schedule_session(
    principal: Annotated[Principal, Depends(permit("session:schedule"))],
    pcn: Pcn,
    body: NewSession,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = ScheduleSession(
        group_session_id=group_session_id_for(command_id), plan=body.plan, backdated=backdated(principal)
    )
    return Done.of(await use.scheduling.schedule_session(pcn, command, command_id=command_id, actor=principal.user))


@GROUP_ROUTES.post("/{group_session_id}/cancel")
async def cancel_session(
    *,
    principal: Annotated[Principal, Depends(permit("session:cancel"))],
    pcn: Pcn,
    group_session_id: UUID,
    body: SessionCancellation,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = CancelSession(group_session_id=str(group_session_id), reason=body.reason)
    return Done.of(await use.scheduling.cancel_session(pcn, command, command_id=command_id, actor=principal.user))


@GROUP_ROUTES.post("/{group_session_id}/places", status_code=201)
async def book_place(
    *,
    principal: Annotated[Principal, Depends(permit("place:book"))],
    pcn: Pcn,
    group_session_id: UUID,
    body: NewPlace,
    command_id: CommandId,
    use: Use,
) -> PlaceDone:
    command = _place(str(group_session_id), body, command_id, principal)
    answer, standing = await use.scheduling.book_place(pcn, command, command_id=command_id, actor=principal.user)
    return PlaceDone(**{**Done.of(answer).model_dump(), "id": command.place_id, "standing": standing})


def _place(group_session_id: str, body: NewPlace, command_id: UUID, principal: Principal) -> BookPlace:
    return BookPlace(
        group_session_id=group_session_id,
        place_id=place_id_for(command_id),
        party_size=body.party_size,
        person_id=text(body.person_id),
        by_family=by_family(principal),
        backdated=backdated(principal),
    )


@GROUP_ROUTES.post("/{group_session_id}/places/{place_id}/cancel")
async def cancel_place(
    *,
    principal: Annotated[Principal, Depends(permit("place:cancel"))],
    pcn: Pcn,
    group_session_id: UUID,
    place_id: UUID,
    command_id: CommandId,
    use: Use,
    body: Nothing | None = None,
) -> Done:
    command = CancelPlace(
        group_session_id=str(group_session_id), place_id=str(place_id), backdated=backdated(principal)
    )
    answer = await use.scheduling.cancel_place(pcn, command, command_id=command_id, actor=principal.user)
    return Done.of(answer).model_copy(update={"id": str(place_id)})


@GROUP_ROUTES.post("/{group_session_id}/hold")
async def hold_session(
    *,
    principal: Annotated[Principal, Depends(permit("session:hold"))],
    pcn: Pcn,
    group_session_id: UUID,
    body: HeldRegister,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = HoldSession(group_session_id=str(group_session_id), register=body.register_entries)
    return Done.of(await use.scheduling.hold_session(pcn, command, command_id=command_id, actor=principal.user))


@GROUP_ROUTES.get("")
async def read_sessions(
    principal: Annotated[Principal, Depends(permit("session:read"))], pcn: Pcn, days: Days, use: Use
) -> list[SessionRow]:
    """A family sees those it may still ask a place at."""
    family = by_family(principal)
    since = max(days.since, use.clock()) if family else days.since
    async with use.pool.scope(pcn) as tx:
        return await group_sessions.between(tx, pcn, since=since, until=days.until, open_only=family)


@GROUP_ROUTES.get("/{group_session_id}/register")
async def read_register(
    principal: Annotated[Principal, Depends(permit("register:read"))], pcn: Pcn, group_session_id: UUID, use: Use
) -> dict[str, Any]:
    async with use.pool.scope(pcn) as tx:
        session = await group_sessions.one(tx, pcn, str(group_session_id))
        places = await register.of_session(tx, pcn, str(group_session_id))
    if session is None:
        raise SessionUnknown
    return {"session": session, "places": places}
