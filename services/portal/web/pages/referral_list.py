"""Every referral of a network, those that ended too."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.readmodels.referral_log import STATUSES, every_referral
from services.portal.web.access import permit
from services.portal.web.pages.triage import Filter, PageNumber, show_lines
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.site import OfNetwork

router = APIRouter()


@router.get("/pcns/{pcn}/referrals", dependencies=[Depends(permit("page:triage-list"))])
async def referrals_page(visit: OfNetwork, status: Filter = "", source: Filter = "", page: PageNumber = 1) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await every_referral(
            tx, visit.tenant, status=status or None, source=source or None, limit=SIZE, offset=offset(page)
        )
    filters = {"status": status, "source": source}
    paging = Paging(path=f"{visit.path}/referrals", filters=filters, number=page, total=total)
    return await show_lines(visit, "referrals/list.jinja", rows, paging=paging, filters=filters, statuses=STATUSES)
