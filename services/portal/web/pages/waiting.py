"""The waiting list: whose clock runs, soonest due first, and what each of them still waits for."""

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.names import names_of
from services.portal.readmodels.people import people
from services.portal.readmodels.risk_flags import flagged
from services.portal.readmodels.waiting import Narrowed, Waiting, waiting
from services.portal.web.access import permit
from services.portal.web.pages.triage import Filter, PageNumber
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.waiting import waiting_lines
from services.portal.web.site import OfNetwork, Visit

router = APIRouter()


@router.get("/pcns/{pcn}/waiting", dependencies=[Depends(permit("page:waiting-list"))])
async def waiting_list(
    *,
    visit: OfNetwork,
    status: Filter = "",
    strand: Filter = "",
    due: Filter = "",
    part: Filter = "",
    page: PageNumber = 1,
) -> Response:
    filters = {"status": status, "strand": strand, "due": due, "part": part}
    wanted = Narrowed.of(status=status, care_strand=strand, due=due, missing_part=part)
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await waiting(tx, visit.tenant, visit.site.today, wanted, limit=SIZE, offset=offset(page))
    paging = Paging(path=f"{visit.path}/waiting", filters=filters, number=page, total=total)
    content = {**await _shown(visit, rows), "paging": paging, "filters": filters}
    return visit.page("waiting/list.jinja", **content)


async def _shown(visit: Visit, rows: list[Waiting]) -> dict[str, Any]:
    """Lines with names, needs and flags beside them."""
    ids = [row.wait.person_id for row in rows]
    async with visit.site.pool.scope(visit.tenant) as tx:
        known = await people(tx, visit.tenant, ids)
        with_flags = await flagged(tx, visit.tenant, ids) if visit.may("page:measures") else set()
    names = await names_of(visit.caller, ids)
    return {"names": names, "lines": waiting_lines(rows, names, known, with_flags, visit.site.today)}
