"""The evaluation report as a page."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.report.evaluation import DEFINITIONS, evaluate
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.moments import LONDON
from services.portal.web.presenters.evaluation import defined, report_words
from services.portal.web.site import OfNetwork, Visit

router = APIRouter()

_YEAR = timedelta(days=365)
_PARTS = ("day", "month", "year")


@router.get("/pcns/{pcn}/report", dependencies=[Depends(permit("page:report"))])
async def report_page(visit: OfNetwork) -> Response:
    form = Form(values=dict(visit.request.query_params) or _last_year(visit))
    period, as_at = _period(form), _as_at(form, visit.site.clock())
    if period is None or not form.valid:
        return visit.page("report/page.jinja", status=422, form=form, report=None)
    first, last = period
    report = report_words(await evaluate(visit.site.pool, visit.tenant, first, last, as_at))
    query = urlencode({"from": first, "to": last, "as_at": as_at.isoformat()})
    content = {"report": report, "definitions": defined(DEFINITIONS), "download": f"/v1{visit.path}/report?{query}"}
    return visit.page("report/page.jinja", form=form, **content)


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
    today = visit.site.today
    days = {"from": today - _YEAR, "to": today}
    return {f"{name}-{part}": str(getattr(day, part)) for name, day in days.items() for part in _PARTS}
