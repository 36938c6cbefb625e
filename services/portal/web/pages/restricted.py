"""Safeguarding concerns and Mental Health Act periods. For clinicians; for everybody else none of it exists."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import change_level, close_concern, end_period, open_concern, start_period
from services.portal.readmodels.mha_periods import mha_periods_of
from services.portal.readmodels.people import person
from services.portal.readmodels.safeguarding import concerns_of
from services.portal.web.access import permit
from services.portal.web.asked import Choose, Day, Question, note
from services.portal.web.asking import Asking
from services.portal.web.site import OfForm, OfNetwork, Visit

router = APIRouter()

_LEVEL = Choose(name="level", legend="How far has it been taken?", codes="safeguarding_level", missing="Choose a level")
_SAVED = "restricted-saved"
_OPEN = Question(
    title="Open a safeguarding concern",
    button="Open concern",
    notice=_SAVED,
    asks=(
        _LEVEL,
        Day(name="opened_on", legend="When was it opened?", what="The day it was opened"),
        note("Only clinicians can read this."),
    ),
)
_CHANGE = Question(
    title="Change the level of the concern",
    button="Save level",
    notice=_SAVED,
    asks=(_LEVEL, Day(name="changed_on", legend="From when?", what="The day of the change")),
)
_CLOSE = Question(
    title="Close the concern",
    button="Close concern",
    notice=_SAVED,
    asks=(
        Choose(name="reason", legend="Why?", codes="concern_closing_reason", missing="Say why"),
        Day(name="closed_on", legend="When was it closed?", what="The day it was closed"),
    ),
)
_START = Question(
    title="Start a Mental Health Act period",
    button="Save period",
    notice=_SAVED,
    asks=(
        Choose(name="legal_status", legend="Legal status", codes="legal_status", missing="Choose the legal status"),
        Day(name="started_on", legend="First day", what="The first day"),
    ),
)
_END = Question(
    title="End the Mental Health Act period",
    button="Save end",
    notice=_SAVED,
    asks=(Day(name="ended_on", legend="Last day", what="The last day"),),
)
_PATH = "/pcns/{pcn}/people/{person_id}/restricted"


async def _about(visit: Visit, person_id: UUID, question: Question, *ids: UUID) -> Asking | None:
    """The question, if the person is known and the concern or period is theirs."""
    async with visit.site.pool.scope(visit.tenant) as tx:
        known = await person(tx, visit.tenant, str(person_id))
        concerns = {row.concern_id for row in await concerns_of(tx, visit.tenant, str(person_id))}
        periods = {row.period_id for row in await mha_periods_of(tx, visit.tenant, str(person_id))}
    if known is None or not {str(each) for each in ids} <= concerns | periods:
        return None
    return Asking(visit=visit, person_id=str(person_id), question=question, back=f"/people/{person_id}")


def _whose(person_id: UUID) -> dict[str, Any]:
    return {"person_id": str(person_id)}


@router.get(f"{_PATH}/concerns/new", dependencies=[Depends(permit("page:restricted"))])
async def concern_form(visit: OfNetwork, person_id: UUID) -> Response:
    asking = await _about(visit, person_id, _OPEN)
    return await asking.ask() if asking else visit.missing("person")


@router.post(f"{_PATH}/concerns/new", dependencies=[Depends(permit("page:restricted"))])
async def new_concern(visit: OfNetwork, person_id: UUID, form: OfForm) -> Response:
    asking = await _about(visit, person_id, _OPEN)
    if asking is None:
        return visit.missing("person")
    return await asking.take(form, lambda body: open_concern(visit.caller, form.command_id, person_id, body))


@router.get(f"{_PATH}/concerns/{{concern_id}}/level", dependencies=[Depends(permit("page:restricted"))])
async def level_form(visit: OfNetwork, person_id: UUID, concern_id: UUID) -> Response:
    asking = await _about(visit, person_id, _CHANGE, concern_id)
    return await asking.ask() if asking else visit.missing("concern")


@router.post(f"{_PATH}/concerns/{{concern_id}}/level", dependencies=[Depends(permit("page:restricted"))])
async def new_level(visit: OfNetwork, person_id: UUID, concern_id: UUID, form: OfForm) -> Response:
    asking = await _about(visit, person_id, _CHANGE, concern_id)
    if asking is None:
        return visit.missing("concern")
    whose = _whose(person_id)
    return await asking.take(form, lambda body: change_level(visit.caller, form.command_id, concern_id, whose | body))


@router.get(f"{_PATH}/concerns/{{concern_id}}/close", dependencies=[Depends(permit("page:restricted"))])
async def closing_form(visit: OfNetwork, person_id: UUID, concern_id: UUID) -> Response:
    asking = await _about(visit, person_id, _CLOSE, concern_id)
    return await asking.ask() if asking else visit.missing("concern")


@router.post(f"{_PATH}/concerns/{{concern_id}}/close", dependencies=[Depends(permit("page:restricted"))])
async def close(visit: OfNetwork, person_id: UUID, concern_id: UUID, form: OfForm) -> Response:
    asking = await _about(visit, person_id, _CLOSE, concern_id)
    if asking is None:
        return visit.missing("concern")
    whose = _whose(person_id)
    return await asking.take(form, lambda body: close_concern(visit.caller, form.command_id, concern_id, whose | body))


@router.get(f"{_PATH}/periods/new", dependencies=[Depends(permit("page:restricted"))])
async def period_form(visit: OfNetwork, person_id: UUID) -> Response:
    asking = await _about(visit, person_id, _START)
    return await asking.ask() if asking else visit.missing("person")


@router.post(f"{_PATH}/periods/new", dependencies=[Depends(permit("page:restricted"))])
async def new_period(visit: OfNetwork, person_id: UUID, form: OfForm) -> Response:
    asking = await _about(visit, person_id, _START)
    if asking is None:
        return visit.missing("person")
    return await asking.take(form, lambda body: start_period(visit.caller, form.command_id, person_id, body))


@router.get(f"{_PATH}/periods/{{period_id}}/end", dependencies=[Depends(permit("page:restricted"))])
async def ending_form(visit: OfNetwork, person_id: UUID, period_id: UUID) -> Response:
    asking = await _about(visit, person_id, _END, period_id)
    return await asking.ask() if asking else visit.missing("period")


@router.post(f"{_PATH}/periods/{{period_id}}/end", dependencies=[Depends(permit("page:restricted"))])
async def end(visit: OfNetwork, person_id: UUID, period_id: UUID, form: OfForm) -> Response:
    asking = await _about(visit, person_id, _END, period_id)
    if asking is None:
        return visit.missing("period")
    whose = _whose(person_id)
    return await asking.take(form, lambda body: end_period(visit.caller, form.command_id, period_id, whose | body))
