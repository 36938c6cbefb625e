"""For whoever keeps the platform running: is every service up, and does anything pile up. No clinical data, no network's."""

import asyncio

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.owners import Owner, OwnerUnreachable
from services.portal.web.access import permit
from services.portal.web.presenters.operations import Told, operations
from services.portal.web.site import OfVisitor

router = APIRouter()


@router.get("/operations", dependencies=[Depends(permit("page:operations"))])
async def operations_page(visitor: OfVisitor) -> Response:
    services = visitor.site.owners.by_name()
    told = await asyncio.gather(*(_ask(name, owner) for name, owner in services.items()))
    return visitor.page("operations/page.jinja", operations=operations(list(told)))


async def _ask(name: str, owner: Owner) -> Told:
    try:
        healthy, metrics = await owner.operations()
    except OwnerUnreachable:
        return Told(service=name, healthy=None)
    return Told(service=name, healthy=healthy, metrics=metrics)
