"""The diary of a clinician or of everybody, a day or a week; and the appointments nobody has said what became of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.portal.names import names_of
from services.portal.readmodels.appointments import AppointmentRow, clinicians, diary, without_outcome
from services.portal.readmodels.people import people
from services.portal.web.access import permit
from services.portal.web.pages.triage import Filter, PageNumber
from services.portal.web.presenters.appointments import EVERYBODY, DiarySpan, appointment_lines, diary_days
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.site import OfNetwork, Visit
from services.portal.web.times import span_of

router = APIRouter()

Account = Annotated[str, Query(max_length=100)]
_VIEWS = ("day", "week")
_STATUSES = ("booked", "attended", "missed", "cancelled")
_CLINICIAN = "clinician"
_YEARS = range(2000, 2101)
_ON_A_PAGE = 100
"""Rows of a diary: a clinician's week is always on one page, a large network's may not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDiary:
    """Whose diary, and which days of it."""

    visit: Visit
    span: DiarySpan
    filters: Mapping[str, str]

    async def rows(self, *, limit: int | None = None, offset: int = 0) -> tuple[list[AppointmentRow], int]:
        """A page of its appointments, and how many there are. Without a limit, all."""
        start, end = span_of(self.span.first, self.span.days)
        whose, status = _whose(self.filters["clinician"]), self.filters["status"] or None
        async with self.visit.site.pool.scope(self.visit.tenant) as tx:
            return await diary(
                tx, self.visit.tenant, start, end, clinician_id=whose, status=status, limit=limit, offset=offset
            )


def _asked(
    visit: OfNetwork, clinician: Account = "", view: Filter = "", on: Filter = "", status: Filter = ""
) -> AskedDiary:
    filters = _filters(visit, clinician, view, status)
    span = DiarySpan.around(_day(on, visit.site.today), filters["view"], f"{visit.path}/diary", filters)
    return AskedDiary(visit=visit, span=span, filters={**filters, "on": span.first.isoformat()})


OfDiary = Annotated[AskedDiary, Depends(_asked)]


@router.get("/pcns/{pcn}/diary", dependencies=[Depends(permit("page:diary"))])
async def diary_page(visit: OfNetwork, asked: OfDiary, page: PageNumber = 1) -> Response:
    rows, total = await asked.rows(limit=_ON_A_PAGE, offset=offset(page, _ON_A_PAGE))
    path, filters = f"{visit.path}/diary", asked.filters
    paging = Paging(path=path, filters=filters, number=page, total=total, size=_ON_A_PAGE)
    content = {**await shown(visit, rows), "span": asked.span, "filters": filters, "paging": paging}
    days = diary_days(asked.span, rows, content["lines"])
    content["days"] = days if paging.pages == 1 else [day for day in days if day.lines]
    return visit.page("diary/diary.jinja", **content)


@router.get("/pcns/{pcn}/diary/to-record", dependencies=[Depends(permit("page:diary"))])
async def to_record(visit: OfNetwork, clinician: Account = "", page: PageNumber = 1) -> Response:
    chosen = clinician or _own(visit)
    rows, total = await unrecorded(visit, chosen, limit=SIZE, offset=offset(page))
    filters = {"clinician": chosen}
    paging = Paging(path=f"{visit.path}/diary/to-record", filters=filters, number=page, total=total)
    content = {**await shown(visit, rows), "paging": paging, "filters": filters}
    return visit.page("diary/to_record.jinja", **content)


async def unrecorded(
    visit: Visit, clinician: str, *, limit: int | None = None, offset: int = 0
) -> tuple[list[AppointmentRow], int]:
    """A page of what nobody has said the outcome of, and how many there are; of a clinician, or of everybody."""
    now, whose = visit.site.clock(), _whose(clinician or _own(visit))
    async with visit.site.pool.scope(visit.tenant) as tx:
        return await without_outcome(tx, visit.tenant, now, clinician_id=whose, limit=limit, offset=offset)


def _filters(visit: Visit, clinician: str, view: str, status: str) -> dict[str, str]:
    return {
        "clinician": clinician or _own(visit),
        "view": view if view in _VIEWS else _VIEWS[0],
        "status": status if status in _STATUSES else "",
    }


def _own(visit: Visit) -> str:
    """Clinicians see their own diary first."""
    return visit.principal.user if _CLINICIAN in visit.principal.roles else EVERYBODY


def _whose(clinician: str) -> str | None:
    return None if clinician == EVERYBODY else clinician


def _day(text: str, today: date) -> date:
    """The day asked for; today where none can be read, or one no diary reaches."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if day.year in _YEARS else today


async def shown(visit: Visit, rows: list[AppointmentRow]) -> dict[str, Any]:
    """Lines of appointments with names and needs, and whose diaries there are."""
    ids = [row.person_id for row in rows if row.person_id]
    async with visit.site.pool.scope(visit.tenant) as tx:
        known, accounts = await people(tx, visit.tenant, ids), await clinicians(tx, visit.tenant)
    names = await names_of(visit.caller, ids)
    mine = {visit.principal.user} if _CLINICIAN in visit.principal.roles else set()
    return {
        "names": names,
        "lines": appointment_lines(rows, names, known, visit.site.clock()),
        "accounts": [(EVERYBODY, "Everybody"), *((each, each) for each in sorted({*accounts, *mine}))],
    }
