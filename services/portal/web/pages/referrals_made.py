"""The referrals somebody made themselves: that each arrived, and what became of it."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.names import names_of
from services.portal.readmodels.referral_log import STATUSES
from services.portal.readmodels.referrals_made import made_by
from services.portal.web.access import permit
from services.portal.web.csv_file import WithNames, people_file
from services.portal.web.pages.triage import Filter, PageNumber
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.referrals_made import MADE_HEADINGS, made_cells, made_lines
from services.portal.web.site import OfNetwork

router = APIRouter()


@router.get("/pcns/{pcn}/referrals-made", dependencies=[Depends(permit("page:referrals-made"))])
async def referrals_made(visit: OfNetwork, status: Filter = "", page: PageNumber = 1) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await made_by(
            tx, visit.tenant, visit.principal.user, status=status or None, limit=SIZE, offset=offset(page)
        )
    names = await names_of(visit.caller, [row.referral.person_id for row in rows])
    filters = {"status": status}
    paging = Paging(path=f"{visit.path}/referrals-made", filters=filters, number=page, total=total)
    lines = made_lines(rows, names)
    return visit.page("refer/made.jinja", statuses=STATUSES, lines=lines, names=names, paging=paging, filters=filters)


@router.get("/pcns/{pcn}/referrals-made.csv", dependencies=[Depends(permit("page:referrals-made"))])
async def referrals_made_file(visit: OfNetwork, status: Filter = "", names: WithNames = "") -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await made_by(tx, visit.tenant, visit.principal.user, status=status or None)
    cells = [(row.referral.person_id, made_cells(row)) for row in rows]
    return await people_file(visit, "referrals-made", MADE_HEADINGS, cells, names=names)
