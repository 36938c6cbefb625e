"""The JSON API: who may do what. What is sent and answered is in bodies.py; errors are not caught here: `kit.http` maps them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.kit.access_log import Access, accesses_of, note_read
from services.kit.auth import Principal
from services.kit.bodies import Day
from services.kit.code_lists import CodeList, CodeLists
from services.kit.http import CommandId, Done, Pcn, Permissions
from services.kit.record import Answer
from services.kit.tenancy import TenantPool
from services.training.application import (
    Application,
    consultation_id_for,
    input_id_for,
    training_session_id_for,
)
from services.training.bodies import (
    CorrectedRegister,
    Coverage,
    LoggedConsultation,
    NewCommunityInput,
    NewConsultation,
    NewSession,
    NotedCommunityInput,
    NotedConsultation,
    Register,
)
from services.training.domain import community_input, consultation
from services.training.domain.calendar import london_date
from services.training.domain.community_input import CommunityInputUnknown, LogCommunityInput
from services.training.domain.consultation import ConsultationUnknown, LogConsultation
from services.training.domain.coverage import twelve_months
from services.training.domain.refusals import SessionUnknown
from services.training.domain.training_session import ScheduleSession
from services.training.projections import attendances, community_inputs, consultation_log, training_sessions
from services.training.projections.attendances import KnownAttendee
from services.training.projections.community_inputs import CommunityInputRow
from services.training.projections.training_sessions import TrainingSessionRow

EVERYBODY = {"referrer", "clinician", "coordinator", "training-lead", "operator", "importer"}
TEAM = {"clinician", "coordinator", "training-lead"}

permit = Permissions(
    {
        "code-list:read": EVERYBODY,
        "training-session:schedule": {"coordinator", "training-lead"},
        "training-session:hold": {"coordinator", "training-lead"},
        "training-session:correct": {"coordinator", "training-lead"},
        "training-session:read": TEAM,
        "attendee:read": {"coordinator", "training-lead"},
        "coverage:read": TEAM,
        "consultation:log": TEAM,
        "consultation:read": TEAM,
        "consultation:read-note": {"clinician"},
        "access-log:read": {"coordinator"},
        "community-input:log": TEAM,
        "community-input:read": TEAM,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the routes work with; `main` puts it on the application."""

    application: Application
    pool: TenantPool
    code_lists: CodeLists
    clock: Callable[[], datetime]


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


@ROUTES.post("/pcns/{pcn}/training-sessions", status_code=201)
async def schedule_session(
    principal: Annotated[Principal, Depends(permit("training-session:schedule"))],
    pcn: Pcn,
    body: NewSession,
    command_id: CommandId,
    use: Use,
) -> Done:
    fields: dict[str, Any] = {**body.model_dump(), "objectives": tuple(body.objectives)}
    command = ScheduleSession(training_session_id=training_session_id_for(command_id), **fields)
    answer = await use.application.schedule_session(pcn, command, command_id=command_id, actor=principal.user)
    return _done(command.training_session_id, answer)


@ROUTES.post("/pcns/{pcn}/training-sessions/{training_session_id}/hold")
async def hold_session(
    *,
    principal: Annotated[Principal, Depends(permit("training-session:hold"))],
    pcn: Pcn,
    training_session_id: UUID,
    body: Register,
    command_id: CommandId,
    use: Use,
) -> Done:
    register = [attendee.entry() for attendee in body.attendees]
    answer = await use.application.hold_session(
        pcn, str(training_session_id), register, command_id=command_id, actor=principal.user
    )
    return _done(str(training_session_id), answer)


@ROUTES.post("/pcns/{pcn}/training-sessions/{training_session_id}/register/correct")
async def correct_register(
    *,
    principal: Annotated[Principal, Depends(permit("training-session:correct"))],
    pcn: Pcn,
    training_session_id: UUID,
    body: CorrectedRegister,
    command_id: CommandId,
    use: Use,
) -> Done:
    register = [attendee.entry() for attendee in body.attendees]
    answer = await use.application.correct_register(
        pcn, str(training_session_id), register, reason=body.reason, command_id=command_id, actor=principal.user
    )
    return _done(str(training_session_id), answer)


@ROUTES.get("/pcns/{pcn}/training-sessions")
async def read_sessions(
    principal: Annotated[Principal, Depends(permit("training-session:read"))], pcn: Pcn, use: Use
) -> list[TrainingSessionRow]:
    async with use.pool.scope(pcn) as tx:
        return await training_sessions.sessions(tx, pcn)


@ROUTES.get("/pcns/{pcn}/training-sessions/{training_session_id}")
async def read_session(
    principal: Annotated[Principal, Depends(permit("training-session:read"))],
    pcn: Pcn,
    training_session_id: UUID,
    use: Use,
) -> TrainingSessionRow:
    async with use.pool.scope(pcn) as tx:
        row = await training_sessions.session(tx, pcn, str(training_session_id))
    if row is None:
        raise SessionUnknown
    return row


@ROUTES.get("/pcns/{pcn}/attendees")
async def read_attendees(
    principal: Annotated[Principal, Depends(permit("attendee:read"))], pcn: Pcn, use: Use
) -> list[KnownAttendee]:
    async with use.pool.scope(pcn) as tx:
        return await attendances.known_attendees(tx, pcn)


@ROUTES.get("/pcns/{pcn}/coverage")
async def read_coverage(
    principal: Annotated[Principal, Depends(permit("coverage:read"))], pcn: Pcn, use: Use, as_at: Day | None = None
) -> Coverage:
    today = london_date(use.clock())
    window = twelve_months(as_at or today, today=today)
    async with use.pool.scope(pcn) as tx:
        found = await attendances.coverage(tx, pcn, window)
    covered = sum(practice.trained > 0 for practice in found)
    return Coverage(first_day=window.first_day, as_at=window.as_at, covered=covered, practices=found)


@ROUTES.post("/pcns/{pcn}/consultations", status_code=201)
async def log_consultation(
    principal: Annotated[Principal, Depends(permit("consultation:log"))],
    pcn: Pcn,
    body: NewConsultation,
    command_id: CommandId,
    use: Use,
) -> Done:
    person_id = None if body.person_id is None else str(body.person_id)
    fields: dict[str, Any] = {**body.model_dump(), "person_id": person_id}
    command = LogConsultation(consultation_id=consultation_id_for(command_id), **fields)
    answer = await use.application.log_consultation(pcn, command, command_id=command_id, actor=principal.user)
    return _done(command.consultation_id, answer)


@ROUTES.get("/pcns/{pcn}/consultations")
async def read_consultations(
    principal: Annotated[Principal, Depends(permit("consultation:read"))], pcn: Pcn, use: Use
) -> list[LoggedConsultation]:
    async with use.pool.scope(pcn) as tx:
        rows = await consultation_log.consultations(tx, pcn)
    return [LoggedConsultation.model_validate(row) for row in rows]


@ROUTES.get("/pcns/{pcn}/consultations/{consultation_id}")
async def read_consultation(
    principal: Annotated[Principal, Depends(permit("consultation:read-note"))],
    pcn: Pcn,
    consultation_id: UUID,
    use: Use,
) -> NotedConsultation:
    async with use.pool.scope(pcn) as tx:
        row = await consultation_log.consultation(tx, pcn, str(consultation_id))
    if row is None:
        raise ConsultationUnknown
    if row.person_id is not None:
        await use.application.require_not_erased(pcn, row.person_id)
        async with use.pool.scope(pcn) as tx:
            await note_read(tx, pcn, principal, what="consultation-note", subject=row.person_id)
    note = await use.application.note_of(pcn, consultation.stream_of(row.consultation_id))
    return NotedConsultation.model_validate(row).model_copy(update={"note": note})


@ROUTES.get("/pcns/{pcn}/people/{person_id}/accesses")
async def read_accesses(
    principal: Annotated[Principal, Depends(permit("access-log:read"))], pcn: Pcn, person_id: UUID, use: Use
) -> list[Access]:
    async with use.pool.scope(pcn) as tx:
        return await accesses_of(tx, pcn, str(person_id))


@ROUTES.post("/pcns/{pcn}/community-input", status_code=201)
async def log_community_input(
    principal: Annotated[Principal, Depends(permit("community-input:log"))],
    pcn: Pcn,
    body: NewCommunityInput,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = LogCommunityInput(input_id=input_id_for(command_id), **body.model_dump())
    answer = await use.application.log_community_input(pcn, command, command_id=command_id, actor=principal.user)
    return _done(command.input_id, answer)


@ROUTES.get("/pcns/{pcn}/community-input")
async def read_community_inputs(
    principal: Annotated[Principal, Depends(permit("community-input:read"))], pcn: Pcn, use: Use
) -> list[CommunityInputRow]:
    async with use.pool.scope(pcn) as tx:
        return await community_inputs.community_inputs(tx, pcn)


@ROUTES.get("/pcns/{pcn}/community-input/{input_id}")
async def read_community_input(
    principal: Annotated[Principal, Depends(permit("community-input:read"))], pcn: Pcn, input_id: UUID, use: Use
) -> NotedCommunityInput:
    async with use.pool.scope(pcn) as tx:
        row = await community_inputs.community_input(tx, pcn, str(input_id))
    if row is None:
        raise CommunityInputUnknown
    note = await use.application.note_of(pcn, community_input.stream_of(row.input_id))
    return NotedCommunityInput.model_validate(row).model_copy(update={"note": note})


def _done(made: str, stored: Answer) -> Done:
    return Done.of(stored).model_copy(update={"id": made})
