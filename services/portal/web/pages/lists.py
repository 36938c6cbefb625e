"""Whole lists as CSV files: what the page shows with its filters, all of it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.portal.names import Shown
from services.portal.readmodels.people import everybody
from services.portal.readmodels.referrals import to_triage
from services.portal.readmodels.waiting import Narrowed, waiting
from services.portal.web.access import permit
from services.portal.web.csv_file import NAMED, Cell, csv_response, named, names_for
from services.portal.web.pages.triage import Filter, triage_statuses
from services.portal.web.presenters.people import PEOPLE_HEADINGS, people_cells
from services.portal.web.presenters.referrals import TRIAGE_HEADINGS, triage_cells
from services.portal.web.presenters.waiting import HEADINGS, waiting_cells
from services.portal.web.site import OfNetwork, Visit

router = APIRouter()

WithNames = Annotated[str, Query(pattern="^(yes)?$")]


@router.get("/pcns/{pcn}/waiting.csv", dependencies=[Depends(permit("page:waiting-list"))])
async def waiting_file(
    *,
    visit: OfNetwork,
    status: Filter = "",
    strand: Filter = "",
    due: Filter = "",
    part: Filter = "",
    names: WithNames = "",
) -> Response:
    today = visit.site.today
    wanted = Narrowed.of(status=status, care_strand=strand, due=due, missing_part=part)
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await waiting(tx, visit.tenant, today, wanted)
    cells = [(row.wait.person_id, waiting_cells(row, today)) for row in rows]
    return await _file(visit, "waiting-list", HEADINGS, cells, names=names)


@router.get("/pcns/{pcn}/triage.csv", dependencies=[Depends(permit("page:triage-list"))])
async def triage_file(visit: OfNetwork, status: Filter = "", priority: Filter = "", names: WithNames = "") -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        statuses = triage_statuses(status)
        rows, _ = await to_triage(tx, visit.tenant, statuses=statuses, priority=priority or None, limit=None, offset=0)
    cells = [(row.person_id, triage_cells(row)) for row in rows]
    return await _file(visit, "triage-list", TRIAGE_HEADINGS, cells, names=names)


@router.get("/pcns/{pcn}/everybody.csv", dependencies=[Depends(permit("page:person"))])
async def people_file(visit: OfNetwork, practice: Filter = "", stage: Filter = "", names: WithNames = "") -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await everybody(tx, visit.tenant, practice=practice or None, stage=stage or None)
    cells = [(row.person_id, people_cells(row)) for row in rows]
    return await _file(visit, "people", PEOPLE_HEADINGS, cells, names=names)


async def _file(
    visit: Visit, name: str, headings: Sequence[str], rows: Sequence[tuple[str, list[Cell]]], *, names: str
) -> Response:
    """`rows`: each line with the person it is about. With names that cannot be had now there is no file."""
    if not names:
        return csv_response(name, headings, [cells for _, cells in rows])
    known = await names_for(visit.caller, [person_id for person_id, _ in rows])
    if known.shown == Shown.NOT_NOW:
        return visit.page("errors/no_names.jinja", status=503)
    return csv_response(name, [*headings, *NAMED], [[*cells, *named(known, who)] for who, cells in rows])
