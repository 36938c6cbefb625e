"""Training of professionals: sessions planned and held, and which practices are covered."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Refusal, schedule_training
from services.portal.readmodels.training_attendances import trained_by_practice
from services.portal.readmodels.training_sessions import training_sessions
from services.portal.report.training import first_day_of_twelve_months
from services.portal.web.access import permit
from services.portal.web.csv_file import csv_response
from services.portal.web.forms import Form
from services.portal.web.moments import day_in_words
from services.portal.web.pages.triage import Filter, PageNumber
from services.portal.web.presenters.files import TRAINING_HEADINGS, training_cells
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.training import PracticeLine, covered, training_line
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.web.times import day_values, refuse, span_of
from services.portal.web.training_forms import read_training

router = APIRouter()


@router.get("/pcns/{pcn}/training", dependencies=[Depends(permit("page:training"))])
async def training_page(visit: OfNetwork, status: Filter = "", page: PageNumber = 1) -> Response:
    wanted = status if status in ("planned", "held") else None
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await training_sessions(tx, visit.tenant, status=wanted, limit=SIZE, offset=offset(page))
    filters = {"status": status}
    paging = Paging(path=f"{visit.path}/training", filters=filters, number=page, total=total)
    return visit.page("training/list.jinja", lines=[training_line(row) for row in rows], paging=paging, filters=filters)


@router.get("/pcns/{pcn}/training.csv", dependencies=[Depends(permit("page:training"))])
async def training_file(visit: OfNetwork, status: Filter = "") -> Response:
    wanted = status if status in ("planned", "held") else None
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await training_sessions(tx, visit.tenant, status=wanted)
    return csv_response("training", TRAINING_HEADINGS, [training_cells(row) for row in rows])


@router.get("/pcns/{pcn}/training/coverage", dependencies=[Depends(permit("page:training"))])
async def coverage_page(visit: OfNetwork) -> Response:
    form = Form(values=dict(visit.request.query_params))
    start, end, lines = await _coverage(visit, form)
    period = f"{day_in_words(start)} to {day_in_words(end - timedelta(hours=12))}"
    return visit.form_page("training/coverage.jinja", form, lines=lines, period=period)


@router.get("/pcns/{pcn}/training/coverage.csv", dependencies=[Depends(permit("page:training"))])
async def coverage_file(visit: OfNetwork) -> Response:
    _, _, lines = await _coverage(visit, Form(values=dict(visit.request.query_params)))
    return csv_response("coverage", ("practice", "trained"), [[line.name, line.trained] for line in lines])


async def _coverage(visit: Visit, form: Form) -> tuple[datetime, datetime, list[PracticeLine]]:
    """From when, to before when, and how many of each practice were trained in these twelve months."""
    last = min(form.day("on", "The day") or visit.site.today, visit.site.today)
    first = first_day_of_twelve_months(last)
    start, end = span_of(first, (last - first).days + 1)
    async with visit.site.pool.scope(visit.tenant) as tx:
        trained = await trained_by_practice(tx, visit.tenant, start, end)
    return start, end, covered(visit.network, trained)


@router.get("/pcns/{pcn}/training/new", dependencies=[Depends(permit("page:training-plan"))])
async def plan_form(visit: OfNetwork) -> Response:
    form = Form(values={**day_values("day", visit.site.today), "scale": "0-10"})
    return visit.form_page("training/plan.jinja", form)


@router.post("/pcns/{pcn}/training/new", dependencies=[Depends(permit("page:training-plan"))])
async def plan(visit: OfNetwork, form: OfForm) -> Response:
    body = read_training(form)
    outcome = await schedule_training(visit.caller, form.command_id, body) if form.valid else None
    if isinstance(outcome, Refusal):
        refuse(form, outcome)
    if outcome is None or isinstance(outcome, Refusal):
        return visit.form_page("training/plan.jinja", form)
    return await visit.saved("training-planned", f"/training/{outcome.id}", outcome)
