"""The JSON API: what is sent, what is answered. Who may do what is in edge.py; errors are not caught here: `kit.http` maps them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints

from services.kit.access_log import Access, accesses_of
from services.kit.auth import Principal
from services.kit.bodies import Code, Day, Id, Note, StrictModel
from services.kit.code_lists import CodeList
from services.kit.http import CommandId, Done, Pcn
from services.kit.record import Answer as Stored
from services.outcomes.application import Correction, FilledForm, goal_id_for
from services.outcomes.domain.change import Change
from services.outcomes.domain.flags import ReviewRisk
from services.outcomes.domain.goals import RateGoal, SetGoal
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.measures import Occasion
from services.outcomes.domain.record import stream_of
from services.outcomes.domain.scoring import Orientation
from services.outcomes.edge import Use, permit
from services.outcomes.projections import episodes, goals, person_measures
from services.outcomes.projections.goals import GoalRow
from services.outcomes.projections.person_measures import Course, MeasureRow

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


class ReviewBody(StrictModel):
    person_id: Id
    outcome: Code
    note: Note | None = None


class GoalBody(StrictModel):
    """`wording` is the person's own; it is sealed."""

    wording: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    set_on: Day


class RatingBody(StrictModel):
    """`rating`: 0 not at all, 10 reached."""

    person_id: Id
    rating: int
    rated_on: Day


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
    return done(measure_id, stored)


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
    return done(str(measure_id), stored)


@ROUTES.get("/pcns/{pcn}/people/{person_id}/measures")
async def read_measures(
    principal: Annotated[Principal, Depends(permit("measure:read"))], pcn: Pcn, person_id: UUID, use: Use
) -> dict[str, Any]:
    async with use.reading(pcn, principal, str(person_id), what="measures") as tx:
        rows = await person_measures.of_person(tx, pcn, str(person_id))
        care = await episodes.of_person(tx, pcn, str(person_id))
    notes = await use.outcomes.words(pcn, stream_of(str(person_id)))
    found = person_measures.courses(rows, use.outcomes.library.instruments, episodes.gaps_between(care))
    return {
        "person_id": str(person_id),
        "measures": [_measure(row, notes) for row in rows],
        "changes": [_course(course) for course in found],
        "episodes": [asdict(row) for row in care],
    }


@ROUTES.post("/pcns/{pcn}/risk-flags/{flag_id}/review")
async def review_risk_flag(
    *,
    principal: Annotated[Principal, Depends(permit("risk-flag:review"))],
    pcn: Pcn,
    flag_id: UUID,
    body: ReviewBody,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = ReviewRisk(person_id=str(body.person_id), flag_id=str(flag_id), outcome=body.outcome, note=body.note)
    stored = await use.outcomes.review_risk(pcn, command, command_id=command_id, actor=principal.user)
    return done(command.flag_id, stored)


@ROUTES.post("/pcns/{pcn}/people/{person_id}/goals", status_code=201)
async def set_goal(
    *,
    principal: Annotated[Principal, Depends(permit("goal:set"))],
    pcn: Pcn,
    person_id: UUID,
    body: GoalBody,
    command_id: CommandId,
    use: Use,
) -> Done:
    goal_id = goal_id_for(command_id)
    command = SetGoal(person_id=str(person_id), goal_id=goal_id, wording=body.wording, set_on=body.set_on)
    stored = await use.outcomes.follow_goal(pcn, command, command_id=command_id, actor=principal.user)
    return done(goal_id, stored)


@ROUTES.post("/pcns/{pcn}/goals/{goal_id}/rate")
async def rate_goal(
    *,
    principal: Annotated[Principal, Depends(permit("goal:rate"))],
    pcn: Pcn,
    goal_id: UUID,
    body: RatingBody,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = RateGoal(person_id=str(body.person_id), goal_id=str(goal_id), rating=body.rating, rated_on=body.rated_on)
    stored = await use.outcomes.follow_goal(pcn, command, command_id=command_id, actor=principal.user)
    return done(command.goal_id, stored)


@ROUTES.get("/pcns/{pcn}/people/{person_id}/goals")
async def read_goals(
    principal: Annotated[Principal, Depends(permit("goal:read"))], pcn: Pcn, person_id: UUID, use: Use
) -> dict[str, Any]:
    async with use.reading(pcn, principal, str(person_id), what="goals") as tx:
        rows = await goals.of_person(tx, pcn, str(person_id))
    words = await use.outcomes.words(pcn, stream_of(str(person_id)))
    return {"person_id": str(person_id), "goals": [_goal(row, words, use.outcomes.library.goal) for row in rows]}


@ROUTES.get("/pcns/{pcn}/people/{person_id}/accesses")
async def read_accesses(
    principal: Annotated[Principal, Depends(permit("access-log:read"))], pcn: Pcn, person_id: UUID, use: Use
) -> list[Access]:
    async with use.pool.scope(pcn) as tx:
        return await accesses_of(tx, pcn, str(person_id))


def done(what_id: str, stored: Stored) -> Done:
    """The answer to a command about something in a stream of the person's."""
    return Done.of(stored).model_copy(update={"id": what_id})


def _filled(body: MeasureBody | CorrectionBody) -> FilledForm:
    return FilledForm(items=tuple(body.items), orientation=Orientation(body.orientation))


def _measure(row: MeasureRow, notes: Mapping[str, str]) -> dict[str, Any]:
    flags = [{**asdict(flag), "note": notes.get(flag.flag_id)} for flag in row.flags]
    return {**asdict(row), "flags": flags, "note": notes.get(row.measure_id)}


def _goal(row: GoalRow, words: Mapping[str, str], rule: Instrument) -> dict[str, Any]:
    moved = goals.change_of(row, rule)
    change = None if moved is None else _change(moved)
    return {**asdict(row), "wording": words.get(row.goal_id), "change": change}


def _course(course: Course) -> dict[str, Any]:
    return {
        "instrument": course.instrument,
        "instrument_version": course.instrument_version,
        "score": course.score,
        "first": {"completed_on": course.first.completed_on, "value": course.first.value},
        "last": {"completed_on": course.last.completed_on, "value": course.last.value},
        **_change(course.change),
    }


def _change(moved: Change) -> dict[str, Any]:
    return {
        "difference": moved.difference,
        "improvement": moved.improvement,
        "class": moved.classed,
        "threshold": moved.threshold,
        "rule": moved.rule,
    }
