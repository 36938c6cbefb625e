"""What local families contributed: logged, listed, and taken as a file."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Refusal, log_community_input
from services.portal.readmodels.community_inputs import community_inputs
from services.portal.web.access import permit
from services.portal.web.csv_file import csv_response
from services.portal.web.forms import Form
from services.portal.web.pages.triage import Filter, PageNumber
from services.portal.web.presenters.community import HEADINGS, community_cells, community_lines
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.web.times import day_values
from services.portal.web.training_forms import read_community_input

router = APIRouter()


@router.get("/pcns/{pcn}/community", dependencies=[Depends(permit("page:community"))])
async def community_page(visit: OfNetwork, kind: Filter = "", page: PageNumber = 1) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await community_inputs(tx, visit.tenant, kind=kind or None, limit=SIZE, offset=offset(page))
    filters = {"kind": kind}
    paging = Paging(path=f"{visit.path}/community", filters=filters, number=page, total=total)
    return visit.page("community/list.jinja", lines=community_lines(rows), paging=paging, filters=filters)


@router.get("/pcns/{pcn}/community.csv", dependencies=[Depends(permit("page:community"))])
async def community_file(visit: OfNetwork, kind: Filter = "") -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await community_inputs(tx, visit.tenant, kind=kind or None)
    return csv_response("local-families", HEADINGS, [community_cells(row) for row in rows])


@router.get("/pcns/{pcn}/community/new", dependencies=[Depends(permit("page:community"))])
async def community_form(visit: OfNetwork) -> Response:
    return _show(visit, Form(values=day_values("held_on", visit.site.today)))


@router.post("/pcns/{pcn}/community/new", dependencies=[Depends(permit("page:community"))])
async def log(visit: OfNetwork, form: OfForm) -> Response:
    body = read_community_input(form)
    outcome = await log_community_input(visit.caller, form.command_id, body) if form.valid else None
    if isinstance(outcome, Refusal):
        form.refuse(outcome, {"held_on": "held_on-day"})
    if outcome is None or isinstance(outcome, Refusal):
        return _show(visit, form)
    return await visit.saved("community-input-logged", "/community", outcome)


def _show(visit: Visit, form: Form) -> Response:
    return visit.form_page("community/log.jinja", form)
