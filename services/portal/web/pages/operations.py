"""For whoever keeps the platform running: is every service up, and does anything pile up. No clinical data, no network's."""

import asyncio

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.owners import Owner
from services.portal.web.access import permit
from services.portal.web.csv_file import csv_response
from services.portal.web.pages.triage import Filter
from services.portal.web.presenters.operations import HEADINGS, Operations, Told, operation_cells, operations
from services.portal.web.site import OfVisitor, Visitor

router = APIRouter()


@router.get("/operations", dependencies=[Depends(permit("page:operations"))])
async def operations_page(visitor: OfVisitor, service: Filter = "") -> Response:
    told = await _told(visitor, service)
    names = list(visitor.site.owners.by_name())
    return visitor.page("operations/page.jinja", operations=told, names=names, filters={"service": service})


@router.get("/operations.csv", dependencies=[Depends(permit("page:operations"))])
async def operations_file(visitor: OfVisitor, service: Filter = "") -> Response:
    return csv_response("operations", HEADINGS, operation_cells(await _told(visitor, service)))


async def _told(visitor: Visitor, service: str) -> Operations:
    """What the services say of themselves, one of them or, where none is named, all."""
    every = visitor.site.owners.by_name()
    asked = {service: every[service]} if service in every else every
    return operations(list(await asyncio.gather(*(_ask(name, owner) for name, owner in asked.items()))))


async def _ask(name: str, owner: Owner) -> Told:
    return Told(service=name, condition=await owner.operations())
