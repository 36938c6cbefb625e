"""The JSON API: who may do what, what is sent, what is answered. Errors are not caught here: `kit.http` maps them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.kit.auth import Principal
from services.kit.bodies import Code, Day, Id, Instant, Line, Note, StrictModel
from services.kit.code_lists import CodeList, CodeLists
from services.kit.http import CommandId, Done, Pcn, Permissions
from services.kit.record import Answer
from services.kit.tenancy import TenantPool
from services.training.application import (
    Application,
    RegisterEntry,
    consultation_id_for,
    input_id_for,
    training_session_id_for,
)
from services.training.domain.calendar import london_date
from services.training.domain.community_input import LogCommunityInput
from services.training.domain.consultation import ConsultationUnknown, LogConsultation
from services.training.domain.coverage import twelve_months
from services.training.domain.training_session import Confidence, ScheduleSession
from services.training.projections import attendances, community_inputs, consultation_log, training_sessions
from services.training.projections.attendances import PracticeCoverage
from services.training.projections.community_inputs import CommunityInputRow
from services.training.projections.consultation_log import ConsultationRow
from services.training.projections.training_sessions import TrainingSessionRow

EVERYBODY = {"referrer", "clinician", "coordinator", "training-lead", "operator", "importer"}
TEAM = {"clinician", "coordinator", "training-lead"}

permit = Permissions(
    {
        "code-list:read": EVERYBODY,
        "training-session:schedule": {"coordinator", "training-lead"},
        "training-session:hold": {"coordinator", "training-lead"},
        "training-session:read": TEAM,
        "coverage:read": TEAM,
        "consultation:log": TEAM,
        "consultation:read": TEAM,
        "consultation:read-note": {"clinician"},
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


OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,12}$")]


class NewSession(StrictModel):
    """`scale` is the form's lowest and highest answer: "0-10" or "1-5"."""

    course: Code
    starts_at: Instant
    ends_at: Instant
    objectives: Annotated[list[Code], Field(max_length=20)]
    scale: Code


class ConfidenceEntry(StrictModel):
    objective: Code
    before: int | None = None
    after: int | None = None


class AttendeeEntry(StrictModel):
    """`attendee_id` links somebody who attended before; leave it out for somebody new."""

    professional_type: Code
    attendee_id: Id | None = None
    full_name: Line | None = None
    practice_ods_code: OdsCode | None = None
    org_ods_code: OdsCode | None = None
    confidence: Annotated[list[ConfidenceEntry], Field(max_length=20, default_factory=list)]

    def entry(self) -> RegisterEntry:
        return RegisterEntry(
            professional_type=self.professional_type,
            attendee_id=None if self.attendee_id is None else str(self.attendee_id),
            full_name=self.full_name,
            practice_ods_code=self.practice_ods_code,
            org_ods_code=self.org_ods_code,
            confidence=tuple(Confidence(**answers.model_dump()) for answers in self.confidence),
        )


class Register(StrictModel):
    attendees: Annotated[list[AttendeeEntry], Field(max_length=200)]


class NewConsultation(StrictModel):
    """`person_id` for a named patient only. `note` is seen in this service only, by clinicians."""

    subject_kind: Code
    topic: Code
    duration_minutes: int
    professional_type: Code
    outcome: Code
    held_on: Day
    person_id: Id | None = None
    practice_ods_code: OdsCode | None = None
    note: Note | None = None


class NewCommunityInput(StrictModel):
    kind: Code
    people: int
    held_on: Day
    note: Note | None = None


class LoggedConsultation(BaseModel):
    """A consultation as everybody in the team may read it; a note is read by itself."""

    model_config = ConfigDict(from_attributes=True)

    consultation_id: str
    subject_kind: str
    person_id: str | None
    topic: str
    duration_minutes: int
    professional_type: str
    practice_ods_code: str | None
    outcome: str
    held_on: date
    logged_at: datetime


class Coverage(BaseModel):
    """Practices with the number of professionals trained on the days `first_day` to `as_at`, both included."""

    first_day: date
    as_at: date
    covered: int
    practices: list[PracticeCoverage]


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


@ROUTES.get("/pcns/{pcn}/training-sessions")
async def read_sessions(
    principal: Annotated[Principal, Depends(permit("training-session:read"))], pcn: Pcn, use: Use
) -> list[TrainingSessionRow]:
    async with use.pool.scope(pcn) as tx:
        return await training_sessions.sessions(tx, pcn)


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
) -> ConsultationRow:
    async with use.pool.scope(pcn) as tx:
        row = await consultation_log.consultation(tx, pcn, str(consultation_id))
    if row is None:
        raise ConsultationUnknown
    return row


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


def _done(made: str, stored: Answer) -> Done:
    return Done.of(stored).model_copy(update={"id": made})
