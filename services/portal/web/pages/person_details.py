"""How somebody is reached and what they need from us: looked at whole, and changed. What is left empty stays as it is."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Refusal, change_details
from services.portal.details import details_of
from services.portal.names import Shown, names_of
from services.portal.readmodels.people import person
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.needs_form import ANCHORS, REMOVABLE, read_changes, shown_as
from services.portal.web.presenters.people import who
from services.portal.web.site import OfForm, OfNetwork, Visit

router = APIRouter()

_NOT_OURS = "This page has changed on its way to us. Please open it again, then make your change."
_LATER = "These details cannot be shown just now. Please try again in a moment."


@router.get("/pcns/{pcn}/people/{person_id}/details", dependencies=[Depends(permit("page:person-details"))])
async def details_form(visit: OfNetwork, person_id: UUID) -> Response:
    details = await details_of(visit.caller, str(person_id))
    form = Form(values={**shown_as(details), "revision": details.text("revision") or ""})
    if details.shown is not Shown.YES:
        form.wrong("form", _LATER)
    return await _show(visit, person_id, form)


@router.post("/pcns/{pcn}/people/{person_id}/details", dependencies=[Depends(permit("page:person-details"))])
async def change(visit: OfNetwork, person_id: UUID, form: OfForm) -> Response:
    body = {**read_changes(form, visit.network), **_seen(form)}
    if not form.valid:
        return await _show(visit, person_id, form)
    outcome = await change_details(visit.caller, form.command_id, person_id, body)
    if isinstance(outcome, Refusal):
        form.refuse(outcome, ANCHORS)
        return await _show(visit, person_id, form)
    return await visit.saved("details-changed", f"/people/{person_id}", outcome)


def _seen(form: Form) -> dict[str, Any]:
    """Which revision the page was made with, so that nobody's change is lost under another's; none where none could be shown."""
    revision = form.value("revision")
    if not revision:
        return {}
    if revision.isascii() and revision.isdigit() and len(revision) < 9:
        return {"seen_revision": int(revision)}
    form.wrong("form", _NOT_OURS)
    return {}


async def _show(visit: Visit, person_id: UUID, form: Form) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        known = await person(tx, visit.tenant, str(person_id))
    if known is None:
        return visit.missing("person")
    names = await names_of(visit.caller, [str(person_id)])
    content: dict[str, Any] = {"who": who(names, str(person_id)), "names": names, "removable": REMOVABLE}
    return visit.form_page("people/details.jinja", form, **content)
