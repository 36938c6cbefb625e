"""The JSON API: who may do what, what is sent, what is answered. Errors are not caught here: `kit.http` maps them."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from services.kit.auth import Principal
from services.kit.bodies import Code, Day, Id, Note, StrictModel
from services.kit.code_lists import CodeList
from services.kit.http import CommandId, Done, Pcn, Permissions
from services.kit.record import Answer as Stored
from services.kit.tenancy import TenantPool
from services.outcomes.application import Correction, FilledForm, Outcomes
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.record import Occasion
from services.outcomes.domain.scoring import Orientation
from services.outcomes.projections.person_measures import Course, courses, of_person

EVERYBODY = {"referrer", "clinician", "coordinator", "training-lead", "operator", "importer"}

permit = Permissions(
    {
        "instrument:read": EVERYBODY,
        "code-list:read": EVERYBODY,
        "measure:record": {"clinician", "importer"},
        "measure:correct": {"clinician"},
        "measure:read": {"clinician"},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the routes work with; `main` puts it on the application."""

    outcomes: Outcomes
    pool: TenantPool


def _edge(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge


Use = Annotated[Edge, Depends(_edge)]


Items = Annotated[list[int | Literal["na"] | None], Field(min_length=1, max_length=200)]
Turned = Literal["oriented", "position"]


class MeasureBody(StrictModel):
    """`items` has an entry for each item in order: points or position; null: not answered; "na": not applicable."""

    person_id: Id
    instrument: Code
    items: Items
    orientation: Turned
    completed_on: Day
    collection_point: Code | None = None
    gestation_weeks: Annotated[float, Field(ge=0, le=45)] | None = None
    infant_age_weeks: Annotated[int, Field(ge=0, le=260)] | None = None

    @property
    def occasion(self) -> Occasion:
        return Occasion(
            completed_on=self.completed_on,
            collection_point=self.collection_point,
            gestation_weeks=self.gestation_weeks,
            infant_age_weeks=self.infant_age_weeks,
        )


class CorrectionBody(StrictModel):
    """The whole form as it should have been. `note` is seen in this service only."""

    person_id: Id
    items: Items
    orientation: Turned
    reason: Code
    note: Note | None = None


ROUTES = APIRouter(prefix="/v1")


@ROUTES.get("/instruments")
async def read_instruments(
    principal: Annotated[Principal, Depends(permit("instrument:read"))], use: Use
) -> list[Instrument]:
    return list(use.outcomes.library.instruments.values())


@ROUTES.get("/code-lists")
async def read_code_lists(
    principal: Annotated[Principal, Depends(permit("code-list:read"))], use: Use
) -> dict[str, CodeList]:
    return dict(use.outcomes.library.codes.lists)


@ROUTES.post("/pcns/{pcn}/measures", status_code=201)
async def record_measure(
    principal: Annotated[Principal, Depends(permit("measure:record"))],
    pcn: Pcn,
    body: MeasureBody,
    command_id: CommandId,
    use: Use,
) -> Done:
    measure_id, stored = await use.outcomes.record_measure(
        pcn,
        person_id=str(body.person_id),
        instrument=body.instrument,
        filled=_filled(body),
        occasion=body.occasion,
        command_id=command_id,
        actor=principal.user,
    )
    return _done(measure_id, stored)


@ROUTES.post("/pcns/{pcn}/measures/{measure_id}/correct")
async def correct_measure(
    *,
    principal: Annotated[Principal, Depends(permit("measure:correct"))],
    pcn: Pcn,
    measure_id: UUID,
    body: CorrectionBody,
    command_id: CommandId,
    use: Use,
) -> Done:
    correction = Correction(
        person_id=str(body.person_id),
        measure_id=str(measure_id),
        filled=_filled(body),
        reason=body.reason,
        note=body.note,
    )
    stored = await use.outcomes.correct_measure(pcn, correction, command_id=command_id, actor=principal.user)
    return _done(str(measure_id), stored)


@ROUTES.get("/pcns/{pcn}/people/{person_id}/measures")
async def read_measures(
    principal: Annotated[Principal, Depends(permit("measure:read"))], pcn: Pcn, person_id: UUID, use: Use
) -> dict[str, Any]:
    async with use.pool.scope(pcn) as tx:
        rows = await of_person(tx, pcn, str(person_id))
    changes = [_course(course) for course in courses(rows, use.outcomes.library.instruments)]
    return {"person_id": str(person_id), "measures": [asdict(row) for row in rows], "changes": changes}


def _filled(body: MeasureBody | CorrectionBody) -> FilledForm:
    return FilledForm(items=tuple(body.items), orientation=Orientation(body.orientation))


def _done(measure_id: str, stored: Stored) -> Done:
    return Done.of(stored).model_copy(update={"id": measure_id})


def _course(course: Course) -> dict[str, Any]:
    return {
        "instrument": course.instrument,
        "instrument_version": course.instrument_version,
        "score": course.score,
        "first": {"completed_on": course.first.completed_on, "value": course.first.value},
        "last": {"completed_on": course.last.completed_on, "value": course.last.value},
        "difference": course.change.difference,
        "improvement": course.change.improvement,
        "class": course.change.classed,
        "threshold": course.change.threshold,
        "rule": course.change.rule,
    }
