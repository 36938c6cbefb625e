"""The triage list, and reading one referral: how soon, and to which strand of care."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.portal.commands import Outcome, Refusal, accept_referral, triage_referral
from services.portal.details import details_of
from services.portal.names import names_of
from services.portal.readmodels.people import people
from services.portal.readmodels.referrals import ON_TRIAGE_LIST, ReferralRow, referral, to_triage
from services.portal.readmodels.risk_flags import flagged
from services.portal.readmodels.waits import wait_of, waits_of
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.presenters.clock import explain
from services.portal.web.presenters.needs import arrangements, written
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.people import facts, needs, who
from services.portal.web.presenters.referrals import lines, progress, status
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.written import notes_of_referrals

router = APIRouter()

_LONGEST_NOTE = 4000
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
Filter = Annotated[str, Query(max_length=40)]


@router.get("/pcns/{pcn}/triage", dependencies=[Depends(permit("page:triage-list"))])
async def triage_list(visit: OfNetwork, status: Filter = "", priority: Filter = "", page: PageNumber = 1) -> Response:
    statuses = triage_statuses(status)
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await to_triage(
            tx, visit.tenant, statuses=statuses, priority=priority or None, limit=SIZE, offset=offset(page)
        )
    filters = {"status": status, "priority": priority}
    paging = Paging(path=f"{visit.path}/triage", filters=filters, number=page, total=total)
    return await show_lines(visit, "triage/list.jinja", rows, paging=paging, filters=filters)


def triage_statuses(status: str) -> tuple[str, ...]:
    """What to show: one status, or all that need a decision."""
    return (status,) if status in ON_TRIAGE_LIST else ON_TRIAGE_LIST


async def show_lines(visit: Visit, template: str, rows: list[ReferralRow], **content: Any) -> Response:
    """A list of referrals with names, needs and flags beside them."""
    ids = [row.person_id for row in rows]
    async with visit.site.pool.scope(visit.tenant) as tx:
        known = await people(tx, visit.tenant, ids)
        with_flags = await flagged(tx, visit.tenant, ids) if visit.may("page:measures") else set()
        waits = await waits_of(tx, visit.tenant, [row.referral_id for row in rows])
    names = await names_of(visit.caller, ids)
    shown = lines(rows, names, known, with_flags, visit.site.today, waits=waits.values())
    return visit.page(template, lines=shown, names=names, **content)


@router.get("/pcns/{pcn}/triage/{referral_id}", dependencies=[Depends(permit("page:triage"))])
async def triage_page(visit: OfNetwork, referral_id: UUID) -> Response:
    return await _show(visit, referral_id, Form())


@router.post("/pcns/{pcn}/triage/{referral_id}/triage", dependencies=[Depends(permit("page:triage"))])
async def triage(visit: OfNetwork, referral_id: UUID, form: OfForm) -> Response:
    priority = form.code("clinical_response_priority", missing="Choose how soon the family should be seen")
    body = {"clinical_response_priority": priority, **_note(form)}
    if not form.valid:
        return await _show(visit, referral_id, form)
    outcome = await triage_referral(visit.caller, form.command_id, referral_id, body)
    return await _next(visit, referral_id, form, outcome, "referral-triaged")


def _note(form: Form) -> dict[str, str]:
    note = form.text("note", longest=_LONGEST_NOTE)
    return {"note": note} if note else {}


@router.post("/pcns/{pcn}/triage/{referral_id}/accept", dependencies=[Depends(permit("page:triage"))])
async def accept(visit: OfNetwork, referral_id: UUID, form: OfForm) -> Response:
    strand = form.choice("care_strand", _strands(visit), missing="Choose a strand of care")
    if not form.valid:
        return await _show(visit, referral_id, form)
    outcome = await accept_referral(visit.caller, form.command_id, referral_id, {"care_strand": strand})
    return await _next(visit, referral_id, form, outcome, "referral-accepted")


async def _next(visit: Visit, referral_id: UUID, form: Form, outcome: Outcome, notice: str) -> Response:
    if isinstance(outcome, Refusal):
        form.refuse(outcome)
        return await _show(visit, referral_id, form)
    return await visit.saved(notice, f"/triage/{referral_id}", outcome)


async def _show(visit: Visit, referral_id: UUID, form: Form) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await referral(tx, visit.tenant, str(referral_id))
        known = await people(tx, visit.tenant, [row.person_id]) if row else {}
        wait = await wait_of(tx, visit.tenant, str(referral_id))
        await visit.note_page(tx, row.person_id if row else None)
    if row is None:
        return visit.missing("referral")
    person = known.get(row.person_id)
    content: dict[str, Any] = {
        **await _told(visit, row),
        "needs": needs(person) if person else None,
        "facts": facts(person, visit.network) if person else [],
        "progress": progress(row, wait, visit.site.today),
        "status_tag": status(row),
        "strands": _strands(visit),
        "clock": explain(wait, visit.site.today) if wait else None,
    }
    return visit.form_page("triage/one.jinja", form, row=row, **content)


async def _told(visit: Visit, row: ReferralRow) -> dict[str, Any]:
    """What their owners are asked for: who it is, what they need, what was written."""
    names, details, notes = await asyncio.gather(
        names_of(visit.caller, [row.person_id]),
        details_of(visit.caller, row.person_id),
        notes_of_referrals(visit.caller, [row.referral_id]),
    )
    shown = {"arrangements": arrangements(details), "written": written(notes)}
    return {"names": names, "who": who(names, row.person_id), **shown}


def _strands(visit: Visit) -> list[str]:
    return visit.network.care_strands if visit.network else []
