"""Consultations with professionals: logged from a person's page or without a name, listed, and taken as a file."""

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Refusal, log_consultation
from services.portal.names import names_of
from services.portal.readmodels.consultations import consultations
from services.portal.web.access import permit
from services.portal.web.csv_file import csv_response
from services.portal.web.forms import Form
from services.portal.web.pages.triage import Filter, PageNumber
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.people import who
from services.portal.web.presenters.training import consultation_lines
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.web.times import day_values
from services.portal.web.training_forms import read_consultation

router = APIRouter()

_COLUMNS = (
    "consultation_id",
    "held_on",
    "subject_kind",
    "topic",
    "duration_minutes",
    "professional_type",
    "practice_ods_code",
    "outcome",
)


@router.get("/pcns/{pcn}/consultations", dependencies=[Depends(permit("page:consultations"))])
async def consultations_page(
    visit: OfNetwork, about: Filter = "", outcome: Filter = "", page: PageNumber = 1
) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await consultations(
            tx, visit.tenant, subject_kind=about or None, outcome=outcome or None, limit=SIZE, offset=offset(page)
        )
    filters = {"about": about, "outcome": outcome}
    paging = Paging(path=f"{visit.path}/consultations", filters=filters, number=page, total=total)
    lines = consultation_lines(rows, visit.network)
    return visit.page("consultations/list.jinja", lines=lines, paging=paging, filters=filters)


@router.get("/pcns/{pcn}/consultations.csv", dependencies=[Depends(permit("page:consultations"))])
async def consultations_file(visit: OfNetwork, about: Filter = "", outcome: Filter = "") -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await consultations(
            tx, visit.tenant, subject_kind=about or None, outcome=outcome or None, limit=None, offset=0
        )
    return csv_response("consultations", _COLUMNS, [[getattr(row, name) for name in _COLUMNS] for row in rows])


@router.get("/pcns/{pcn}/consultations/new", dependencies=[Depends(permit("page:consultations"))])
async def consultation_form(visit: OfNetwork, person: UUID | None = None) -> Response:
    about = {"person_id": str(person), "subject_kind": "named_patient"} if person else {}
    return await _show(visit, Form(values={**day_values("held_on", visit.site.today), **about}))


@router.post("/pcns/{pcn}/consultations/new", dependencies=[Depends(permit("page:consultations"))])
async def log(visit: OfNetwork, form: OfForm) -> Response:
    body = read_consultation(form, visit.network)
    outcome = await log_consultation(visit.caller, form.command_id, body) if form.valid else None
    if isinstance(outcome, Refusal):
        form.refuse(outcome, {"held_on": "held_on-day"})
    if outcome is None or isinstance(outcome, Refusal):
        return await _show(visit, form)
    if body["outcome"] != "led_to_referral" or not visit.may("page:refer"):
        return await visit.saved("consultation-logged", "/consultations", outcome)
    person = f"&person={body['person_id']}" if "person_id" in body else ""
    return await visit.saved("consultation-logged", f"/refer?after={outcome.id}{person}", outcome)


async def _show(visit: Visit, form: Form) -> Response:
    person_id = form.id("person_id")
    names = await names_of(visit.caller, [person_id] if person_id else [])
    known = who(names, person_id) if person_id else None
    return visit.form_page("consultations/log.jinja", form, known=known)
