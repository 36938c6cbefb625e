"""Group sessions: what is planned and what was held, put on the calendar, called off."""

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Refusal, cancel_session, schedule_session
from services.portal.readmodels.group_sessions import Filled, group_session, sessions_before, sessions_from
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.pages.triage import Filter, PageNumber
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.sessions import session_facts, session_line, session_lines
from services.portal.web.scheduling_forms import read_session
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.web.times import day_values, refuse

router = APIRouter()

_STATUSES = ("scheduled", "held", "cancelled")
_PAST = "past"


@router.get("/pcns/{pcn}/sessions", dependencies=[Depends(permit("page:sessions"))])
async def sessions_page(visit: OfNetwork, when: Filter = "", status: Filter = "", page: PageNumber = 1) -> Response:
    found, total = await listed(visit, when, status, limit=SIZE, offset=offset(page))
    filters = {"when": when, "status": status}
    paging = Paging(path=f"{visit.path}/sessions", filters=filters, number=page, total=total)
    lines = session_lines(found, visit.site.clock())
    return visit.page("sessions/list.jinja", lines=lines, paging=paging, filters=filters)


async def listed(
    visit: Visit, when: str, status: str, *, limit: int | None = None, offset: int = 0
) -> tuple[list[Filled], int]:
    """A page of the sessions asked for, to come or past, and how many there are. Without a limit, all."""
    ask = sessions_before if when == _PAST else sessions_from
    wanted = status if status in _STATUSES else None
    async with visit.site.pool.scope(visit.tenant) as tx:
        return await ask(tx, visit.tenant, visit.site.clock(), status=wanted, limit=limit, offset=offset)


@router.get("/pcns/{pcn}/sessions/new", dependencies=[Depends(permit("page:sessions"))])
async def schedule_form(visit: OfNetwork) -> Response:
    values = {
        **day_values("day", visit.site.today),
        "language": "en",
        "consultation_mechanism": "01",
        "open_to_all": "yes",
    }
    return visit.form_page("sessions/schedule.jinja", Form(values=values))


@router.post("/pcns/{pcn}/sessions/new", dependencies=[Depends(permit("page:sessions"))])
async def schedule(visit: OfNetwork, form: OfForm) -> Response:
    body = read_session(form)
    outcome = await schedule_session(visit.caller, form.command_id, body) if form.valid else None
    if isinstance(outcome, Refusal):
        refuse(form, outcome)
    if outcome is None or isinstance(outcome, Refusal):
        return visit.form_page("sessions/schedule.jinja", form)
    return await visit.saved("session-scheduled", f"/sessions/{outcome.id}", outcome)


@router.get("/pcns/{pcn}/sessions/{group_session_id}/cancel", dependencies=[Depends(permit("page:sessions"))])
async def cancel_form(visit: OfNetwork, group_session_id: UUID) -> Response:
    return await _show_cancelling(visit, group_session_id, Form())


@router.post("/pcns/{pcn}/sessions/{group_session_id}/cancel", dependencies=[Depends(permit("page:sessions"))])
async def cancel(visit: OfNetwork, group_session_id: UUID, form: OfForm) -> Response:
    body = {"reason": form.code("reason", "session_cancellation_reason", missing="Choose why")}
    if not form.valid:
        return await _show_cancelling(visit, group_session_id, form)
    outcome = await cancel_session(visit.caller, form.command_id, group_session_id, body)
    if isinstance(outcome, Refusal):
        form.refuse(outcome)
        return await _show_cancelling(visit, group_session_id, form)
    return await visit.saved("session-cancelled", f"/sessions/{group_session_id}", outcome)


async def _show_cancelling(visit: Visit, group_session_id: UUID, form: Form) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        filled = await group_session(tx, visit.tenant, str(group_session_id))
    if filled is None:
        return visit.missing("session")
    line = session_line(filled, visit.site.clock())
    return visit.form_page("sessions/cancel.jinja", form, line=line, facts=session_facts(filled))
