"""The evaluation report as a page, as a file, and the events behind each of its numbers."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.kit.auth import NotAllowed
from services.portal.http import FirstDay, LastDay, PeriodInvalid, moment
from services.portal.report.definitions import definitions
from services.portal.report.evaluation import Evaluation, as_json, evaluate
from services.portal.report.restricted import for_clinicians
from services.portal.report.text import as_csv
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.moments import LONDON, day_in_words, london_day, moment_in_words
from services.portal.web.pages.triage import PageNumber
from services.portal.web.presenters.equity import COLUMNS
from services.portal.web.presenters.evaluation import report_words
from services.portal.web.presenters.figures import event_lines
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.site import OfNetwork, Visit
from services.portal.web.times import day_values

router = APIRouter()

_YEAR = timedelta(days=365)


@router.get("/pcns/{pcn}/report", dependencies=[Depends(permit("page:report"))])
async def report_page(visit: OfNetwork) -> Response:
    form = Form(values=dict(visit.request.query_params) or _last_year(visit))
    period, as_at = _period(form), _as_at(form, visit.site.clock())
    if period is None or not form.valid:
        return visit.form_page("report/page.jinja", form, report=None)
    first, last = period
    evaluation = await evaluate(visit.site.pool, visit.tenant, first, last, as_at)
    query = urlencode({"from": first, "to": last, "as_at": as_at.isoformat()})
    return visit.form_page("report/page.jinja", form, query=query, **_content(visit, evaluation))


def _content(visit: Visit, evaluation: Evaluation) -> dict[str, Any]:
    return {
        "report": report_words(evaluation),
        "definitions": definitions(),
        "equity_columns": list(COLUMNS.values()),
        "lists_all": visit.may("page:measures"),
        "for_clinicians": for_clinicians,
    }


AsAt = Annotated[str | None, Query(max_length=40)]


async def _asked(
    visit: OfNetwork,
    first: FirstDay,
    last: LastDay,
    as_at: AsAt = None,
) -> Evaluation:
    """The report a link of the report's page asks for. Raises PeriodInvalid, MomentInvalid."""
    if last < first:
        raise PeriodInvalid(field="to")
    return await evaluate(visit.site.pool, visit.tenant, first, last, moment(as_at, visit.site.clock()))


OfReport = Annotated[Evaluation, Depends(_asked)]


@router.get("/pcns/{pcn}/report.csv", dependencies=[Depends(permit("page:report"))])
async def report_file(visit: OfNetwork, evaluation: OfReport) -> Response:
    name = f"report-{visit.tenant}-{evaluation.first_day}-{evaluation.last_day}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(as_json(evaluation)), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/pcns/{pcn}/report/events", dependencies=[Depends(permit("page:report"))])
async def report_events(
    visit: OfNetwork, evaluation: OfReport, figure: Annotated[str, Query(max_length=200)], page: PageNumber = 1
) -> Response:
    if for_clinicians(figure) and not visit.may("page:measures"):
        raise NotAllowed
    events = evaluation.events.get(figure)
    if events is None:
        return visit.missing("figure")
    listed = _listed(visit, evaluation, figure, page)
    lines = event_lines(events.listed(offset(page), offset(page) + SIZE))
    return visit.page("report/events.jinja", figure=figure, lines=lines, number=events.number, **listed)


def _listed(visit: Visit, evaluation: Evaluation, figure: str, page: int) -> dict[str, Any]:
    """What the page of a figure's events says of itself."""
    asked = {"from": f"{evaluation.first_day}", "to": f"{evaluation.last_day}", "as_at": evaluation.as_at.isoformat()}
    filters, events = {"figure": figure, **asked}, evaluation.events[figure]
    return {
        "paging": Paging(path=f"{visit.path}/report/events", filters=filters, number=page, total=len(events)),
        "query": urlencode(filters),
        "period": f"{day_in_words(evaluation.first_day)} to {day_in_words(evaluation.last_day)}",
        "as_at": moment_in_words(evaluation.as_at),
        "back": _back(evaluation),
    }


def _back(evaluation: Evaluation) -> str:
    """The boxes of the report's page for the same period."""
    period = _boxes(evaluation.first_day, evaluation.last_day)
    return urlencode({**period, **day_values("as_at", london_day(evaluation.as_at))})


def _period(form: Form) -> tuple[date, date] | None:
    first, last = form.day("from", "The first day", needed=True), form.day("to", "The last day", needed=True)
    if first is None or last is None:
        return None
    if first > last:
        form.wrong("to", "The last day must be the same as or after the first day", "to-day")
    return first, last


def _as_at(form: Form, now: datetime) -> datetime:
    """The end of the day asked for, never later than now."""
    known_on = form.day("as_at", "The date of the report")
    return min(now, datetime.combine(known_on, time.max, LONDON)) if known_on else now


def _last_year(visit: Visit) -> dict[str, str]:
    return _boxes(visit.site.today - _YEAR, visit.site.today)


def _boxes(first: date, last: date) -> dict[str, str]:
    return {**day_values("from", first), **day_values("to", last)}
