"""The routes of what few may read. Everything here needs a permission of its own, reading first of all."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.kit.auth import Principal
from services.kit.bodies import Code, Day, Id, Note, StrictModel
from services.kit.http import CommandId, Done, Pcn
from services.outcomes.application import concern_id_for, period_id_for
from services.outcomes.domain.concerns import ChangeLevel, CloseConcern, OpenConcern
from services.outcomes.domain.periods import EndPeriod
from services.outcomes.domain.restricted import stream_of
from services.outcomes.edge import Use, permit
from services.outcomes.http import done
from services.outcomes.projections import concerns, mha_periods

Recorder = Annotated[Principal, Depends(permit("restricted:record"))]
Reader = Annotated[Principal, Depends(permit("restricted:read"))]


class ConcernBody(StrictModel):
    """`note` is seen in this service only, by those who may read restricted facts."""

    level: Code
    opened_on: Day
    note: Note | None = None


class LevelBody(StrictModel):
    person_id: Id
    level: Code
    changed_on: Day


class ConcernEndBody(StrictModel):
    person_id: Id
    reason: Code
    closed_on: Day


class PeriodBody(StrictModel):
    """`legal_status`: MHSDS LegalStatusCode."""

    legal_status: Code
    started_on: Day


class PeriodEndBody(StrictModel):
    person_id: Id
    ended_on: Day


RESTRICTED_ROUTES = APIRouter(prefix="/v1")


@RESTRICTED_ROUTES.post("/pcns/{pcn}/people/{person_id}/safeguarding-concerns", status_code=201)
async def open_concern(
    *, principal: Recorder, pcn: Pcn, person_id: UUID, body: ConcernBody, command_id: CommandId, use: Use
) -> Done:
    command = OpenConcern(
        person_id=str(person_id),
        concern_id=concern_id_for(command_id),
        level=body.level,
        opened_on=body.opened_on,
        note=body.note,
    )
    stored = await use.outcomes.keep_concern(pcn, command, command_id=command_id, actor=principal.user)
    return done(command.concern_id, stored)


@RESTRICTED_ROUTES.post("/pcns/{pcn}/safeguarding-concerns/{concern_id}/level")
async def change_level(
    *, principal: Recorder, pcn: Pcn, concern_id: UUID, body: LevelBody, command_id: CommandId, use: Use
) -> Done:
    command = ChangeLevel(
        person_id=str(body.person_id), concern_id=str(concern_id), level=body.level, changed_on=body.changed_on
    )
    stored = await use.outcomes.keep_concern(pcn, command, command_id=command_id, actor=principal.user)
    return done(command.concern_id, stored)


@RESTRICTED_ROUTES.post("/pcns/{pcn}/safeguarding-concerns/{concern_id}/close")
async def close_concern(
    *, principal: Recorder, pcn: Pcn, concern_id: UUID, body: ConcernEndBody, command_id: CommandId, use: Use
) -> Done:
    command = CloseConcern(
        person_id=str(body.person_id), concern_id=str(concern_id), reason=body.reason, closed_on=body.closed_on
    )
    stored = await use.outcomes.keep_concern(pcn, command, command_id=command_id, actor=principal.user)
    return done(command.concern_id, stored)


@RESTRICTED_ROUTES.get("/pcns/{pcn}/people/{person_id}/safeguarding")
async def read_concerns(principal: Reader, pcn: Pcn, person_id: UUID, use: Use) -> dict[str, Any]:
    async with use.reading(pcn, principal, str(person_id), what="safeguarding") as tx:
        rows = await concerns.of_person(tx, pcn, str(person_id))
    notes = await use.outcomes.words(pcn, stream_of(str(person_id)))
    return {
        "person_id": str(person_id),
        "concerns": [{**asdict(row), "note": notes.get(row.concern_id)} for row in rows],
    }


@RESTRICTED_ROUTES.post("/pcns/{pcn}/people/{person_id}/mha-periods", status_code=201)
async def start_mha_period(
    *, principal: Recorder, pcn: Pcn, person_id: UUID, body: PeriodBody, command_id: CommandId, use: Use
) -> Done:
    stored = await use.outcomes.start_mha_period(
        pcn,
        person_id=str(person_id),
        legal_status=body.legal_status,
        started_on=body.started_on,
        command_id=command_id,
        actor=principal.user,
    )
    return done(period_id_for(command_id), stored)


@RESTRICTED_ROUTES.post("/pcns/{pcn}/mha-periods/{period_id}/end")
async def end_mha_period(
    *, principal: Recorder, pcn: Pcn, period_id: UUID, body: PeriodEndBody, command_id: CommandId, use: Use
) -> Done:
    command = EndPeriod(person_id=str(body.person_id), period_id=str(period_id), ended_on=body.ended_on)
    stored = await use.outcomes.end_mha_period(pcn, command, command_id=command_id, actor=principal.user)
    return done(command.period_id, stored)


@RESTRICTED_ROUTES.get("/pcns/{pcn}/people/{person_id}/mha-periods")
async def read_mha_periods(principal: Reader, pcn: Pcn, person_id: UUID, use: Use) -> dict[str, Any]:
    async with use.reading(pcn, principal, str(person_id), what="mha-periods") as tx:
        rows = await mha_periods.of_person(tx, pcn, str(person_id))
    return {"person_id": str(person_id), "mha_periods": [asdict(row) for row in rows]}
