"""The waiting list: whose clock runs, soonest due first."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.readmodels.referrals import ON_WAITING_LIST, waiting
from services.portal.web.access import permit
from services.portal.web.pages.triage import Filter, PageNumber, show_lines
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.site import OfNetwork

router = APIRouter()


@router.get("/pcns/{pcn}/waiting", dependencies=[Depends(permit("page:waiting-list"))])
async def waiting_list(visit: OfNetwork, status: Filter = "", strand: Filter = "", page: PageNumber = 1) -> Response:
    statuses = (status,) if status in ON_WAITING_LIST else ON_WAITING_LIST
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await waiting(
            tx, visit.tenant, statuses=statuses, care_strand=strand or None, limit=SIZE, offset=offset(page)
        )
    filters = {"status": status, "strand": strand}
    paging = Paging(path=f"{visit.path}/waiting", filters=filters, number=page, total=total)
    return await show_lines(visit, "waiting/list.jinja", rows, paging=paging, filters=filters)
