"""Record a questionnaire, see what it says, correct it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Outcome, Refusal, correct_measure, record_measure
from services.portal.names import names_of
from services.portal.readmodels.measures import MeasureRow, measure
from services.portal.readmodels.risk_flags import flags_of
from services.portal.web.access import permit
from services.portal.web.forms import Form, without_gaps
from services.portal.web.presenters.measures import result
from services.portal.web.presenters.people import who
from services.portal.web.presenters.questionnaire import ORIENTATIONS, Questionnaire, answers, questionnaire
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.web.times import day_values

router = APIRouter()

_ANCHORS = {"completed_on": "completed_on-day"}


@router.get("/pcns/{pcn}/people/{person_id}/measures/new", dependencies=[Depends(permit("page:measures"))])
async def measure_form(visit: OfNetwork, person_id: UUID, instrument: str = "") -> Response:
    values = {**day_values("completed_on", visit.site.today), "instrument": instrument}
    return await _show_form(visit, person_id, Form(values=values))


@router.post("/pcns/{pcn}/people/{person_id}/measures/new", dependencies=[Depends(permit("page:measures"))])
async def record(visit: OfNetwork, person_id: UUID, form: OfForm) -> Response:
    chosen = await _questionnaire(visit, form.value("instrument"))
    if chosen is None:
        return await _show_form(visit, person_id, form)
    body = {"person_id": str(person_id), **_read_occasion(form, visit), **_read_answers(form, chosen)}
    if not form.valid:
        return await _show_form(visit, person_id, form)
    return await _next(visit, person_id, form, await record_measure(visit.caller, form.command_id, body))


async def _next(visit: Visit, person_id: UUID, form: Form, outcome: Outcome) -> Response:
    if isinstance(outcome, Refusal):
        form.refuse(outcome, _ANCHORS)
        return await _show_form(visit, person_id, form)
    return await visit.saved("measure-recorded", f"/people/{person_id}/measures/{outcome.id}", outcome)


def _read_answers(form: Form, chosen: Questionnaire) -> dict[str, Any]:
    orientation = form.choice("orientation", ORIENTATIONS, missing="Say how the answers were copied")
    return {"items": answers(form, chosen.questions), "orientation": orientation}


def _read_occasion(form: Form, visit: Visit) -> dict[str, Any]:
    completed_on = form.day("completed_on", "The date it was filled in", needed=True)
    if completed_on and completed_on > visit.site.today:
        form.wrong("completed_on", "The date it was filled in must be today or in the past", "completed_on-day")
    infant_age = form.number("infant_age_weeks", "The baby’s age", lowest=0, highest=260)
    body = {
        "instrument": form.value("instrument"),
        "completed_on": completed_on and completed_on.isoformat(),
        "collection_point": form.code("collection_point"),
        "gestation_weeks": form.number("gestation_weeks", "The week of pregnancy", lowest=0, highest=45),
        "infant_age_weeks": None if infant_age is None else int(infant_age),
    }
    return without_gaps(body)


async def _show_form(visit: Visit, person_id: UUID, form: Form) -> Response:
    instruments = await _instruments(visit)
    chosen = next((each for each in instruments or [] if each["code"] == form.value("instrument")), None)
    if instruments and form.value("instrument") and chosen is None:
        form.wrong("instrument", "Choose a questionnaire from the list")
    content = {"instruments": instruments, "questionnaire": questionnaire(chosen) if chosen else None}
    return visit.form_page("measures/form.jinja", form, **await _whose(visit, person_id), **content)


async def _whose(visit: Visit, person_id: UUID) -> dict[str, Any]:
    names = await names_of(visit.caller, [str(person_id)])
    return {"names": names, "who": who(names, str(person_id))}


async def _instruments(visit: Visit) -> list[dict[str, Any]] | None:
    """The instruments of the outcomes service; None when it does not answer."""
    status, answer = await visit.site.owners.outcomes.get(visit.principal.token, "/v1/instruments")
    return answer if status < 300 else None


async def _questionnaire(visit: Visit, code: str) -> Questionnaire | None:
    found = [each for each in await _instruments(visit) or [] if each["code"] == code]
    return questionnaire(found[0]) if found else None


@router.get("/pcns/{pcn}/people/{person_id}/measures/{measure_id}", dependencies=[Depends(permit("page:measures"))])
async def measure_page(visit: OfNetwork, person_id: UUID, measure_id: UUID) -> Response:
    row = await _measure(visit, person_id, measure_id)
    if row is None:
        return visit.missing("questionnaire")
    async with visit.site.pool.scope(visit.tenant) as tx:
        flags = await flags_of(tx, visit.tenant, str(person_id))
    return visit.page("measures/result.jinja", **await _whose(visit, person_id), result=result(row, flags))


async def _measure(visit: Visit, person_id: UUID, measure_id: UUID) -> MeasureRow | None:
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await measure(tx, visit.tenant, str(measure_id))
    return row if row and row.person_id == str(person_id) else None


@router.get(
    "/pcns/{pcn}/people/{person_id}/measures/{measure_id}/correct", dependencies=[Depends(permit("page:measures"))]
)
async def correction_form(visit: OfNetwork, person_id: UUID, measure_id: UUID) -> Response:
    row = await _measure(visit, person_id, measure_id)
    if row is None:
        return visit.missing("questionnaire")
    return await _show_correction(visit, row, Form())


@router.post(
    "/pcns/{pcn}/people/{person_id}/measures/{measure_id}/correct", dependencies=[Depends(permit("page:measures"))]
)
async def correct(visit: OfNetwork, person_id: UUID, measure_id: UUID, form: OfForm) -> Response:
    row = await _measure(visit, person_id, measure_id)
    chosen = await _questionnaire(visit, row.instrument) if row else None
    if row is None or chosen is None:
        return visit.missing("questionnaire") if row is None else await _show_correction(visit, row, form)
    body = _read_answers(form, chosen) | {"person_id": str(person_id), "reason": _read_reason(form)}
    if not form.valid:
        return await _show_correction(visit, row, form)
    outcome = await correct_measure(visit.caller, form.command_id, measure_id, body)
    if isinstance(outcome, Refusal):
        form.refuse(outcome)
        return await _show_correction(visit, row, form)
    return await visit.saved("measure-corrected", f"/people/{person_id}/measures/{measure_id}", outcome)


def _read_reason(form: Form) -> str | None:
    return form.code("reason", "correction_reason", missing="Say why it is corrected")


async def _show_correction(visit: Visit, row: MeasureRow, form: Form) -> Response:
    content = {"row": row, "questionnaire": await _questionnaire(visit, row.instrument)}
    return visit.form_page("measures/correct.jinja", form, **await _whose(visit, UUID(row.person_id)), **content)
