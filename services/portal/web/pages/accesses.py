"""Who has looked at a person's record: asked of every service, put together by what was looked at in one go."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.kit.access_log import accesses_of, note_read
from services.portal.accesses import told_by_owners
from services.portal.names import names_of
from services.portal.web.access import permit
from services.portal.web.pages.triage import PageNumber
from services.portal.web.presenters.accesses import looks
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.people import who
from services.portal.web.site import OfNetwork

router = APIRouter()


@router.get("/pcns/{pcn}/people/{subject}/accesses", dependencies=[Depends(permit("page:access-log"))])
async def accesses_page(visit: OfNetwork, subject: UUID, page: PageNumber = 1) -> Response:
    about = str(subject)
    async with visit.site.pool.scope(visit.tenant) as tx:
        own = await accesses_of(tx, visit.tenant, about)
        await note_read(tx, visit.tenant, visit.principal, what="access-log", subject=about)
    told, names = await asyncio.gather(told_by_owners(visit.caller, about), names_of(visit.caller, [about]))
    lines = looks([*own, *told.accesses])
    paging = Paging(path=f"{visit.path}/people/{about}/accesses", filters={}, number=page, total=len(lines))
    shown = lines[offset(page) : offset(page) + SIZE]
    return visit.page(
        "people/accesses.jinja", names=names, who=who(names, about), looks=shown, paging=paging, silent=told.silent
    )
