"""One appointment: booked for a person, moved, cancelled."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import (
    Outcome,
    Refusal,
    book_appointment,
    cancel_appointment,
    reschedule_appointment,
)
from services.portal.details import details_of
from services.portal.names import names_of
from services.portal.readmodels.appointments import AppointmentRow, appointment, clinicians
from services.portal.readmodels.people import PersonRow, person
from services.portal.readmodels.referrals import ReferralRow, of_person
from services.portal.web.access import permit
from services.portal.web.forms import Form, without_gaps
from services.portal.web.presenters.appointments import appointment_facts, appointment_status, to_tell
from services.portal.web.presenters.needs import arrangements
from services.portal.web.presenters.people import needs, who
from services.portal.web.presenters.referrals import lines
from services.portal.web.scheduling_forms import read_booking, read_move
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.web.times import day_values, refuse, times_values

router = APIRouter()

_BUSY = "clinician-busy"


@router.get("/pcns/{pcn}/people/{person_id}/appointments/new", dependencies=[Depends(permit("page:appointments"))])
async def booking_form(visit: OfNetwork, person_id: UUID, referral: UUID | None = None) -> Response:
    values = {
        **day_values("day", visit.site.today),
        "clinician_id": visit.principal.user if "clinician" in visit.principal.roles else "",
        "consultation_mechanism": "01",
        **({"referral_id": str(referral)} if referral else {}),
    }
    return await _show_booking(visit, person_id, Form(values=values))


@router.post("/pcns/{pcn}/people/{person_id}/appointments/new", dependencies=[Depends(permit("page:appointments"))])
async def book(visit: OfNetwork, person_id: UUID, form: OfForm) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        referral_ids = [row.referral_id for row in await of_person(tx, visit.tenant, str(person_id))]
    body = read_booking(form, str(person_id), referral_ids)
    if not form.valid:
        return await _show_booking(visit, person_id, form)
    outcome = await book_appointment(visit.caller, form.command_id, body)
    if isinstance(outcome, Refusal):
        refuse_time(form, outcome)
        return await _show_booking(visit, person_id, form)
    return await visit.saved("appointment-booked", f"/appointments/{outcome.id}", outcome)


def refuse_time(form: Form, refusal: Refusal) -> None:
    """A refusal beside its field. Who is told that the clinician is busy then may say why it has to be all the same."""
    refuse(form, refusal)
    if refusal.slug == _BUSY:
        form.problems.clear()
        form.wrong("override_reason", refusal.message)


async def _show_booking(visit: Visit, person_id: UUID, form: Form) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        known = await person(tx, visit.tenant, str(person_id))
        referrals = await of_person(tx, visit.tenant, str(person_id))
        accounts = await clinicians(tx, visit.tenant)
    if known is None and not referrals:
        return visit.missing("person")
    form = _suggesting(form, referrals, known)
    names = await names_of(visit.caller, [str(person_id)])
    content: dict[str, Any] = {
        "who": who(names, str(person_id)),
        "needs": needs(known) if known else None,
        "arrangements": arrangements(await details_of(visit.caller, str(person_id))),
        "referrals": lines(referrals, names, {}, set(), visit.site.today),
        "accounts": sorted({*accounts, visit.principal.user} if "clinician" in visit.principal.roles else accounts),
    }
    return visit.form_page("appointments/book.jinja", form, names=names, **content)


def _suggesting(form: Form, referrals: list[ReferralRow], known: PersonRow | None) -> Form:
    """Until somebody chooses: their latest referral, since its waiting clock hears of the contact; and what they need."""
    values = {
        "referral_id": referrals[0].referral_id if referrals else "",
        "interpreter_required": ("yes" if known.interpreter_required else "no") if known else "",
        **form.values,
    }
    return replace(form, values=values)


@router.get("/pcns/{pcn}/appointments/{appointment_id}", dependencies=[Depends(permit("page:appointments"))])
async def appointment_page(visit: OfNetwork, appointment_id: UUID) -> Response:
    return await show(visit, appointment_id, "appointments/one.jinja", Form())


@router.get("/pcns/{pcn}/appointments/{appointment_id}/move", dependencies=[Depends(permit("page:appointments"))])
async def move_form(visit: OfNetwork, appointment_id: UUID) -> Response:
    row = await row_of(visit, appointment_id)
    values = times_values(row.starts_at, row.ends_at) if row else {}
    return await show(visit, appointment_id, "appointments/move.jinja", Form(values=values))


@router.post("/pcns/{pcn}/appointments/{appointment_id}/move", dependencies=[Depends(permit("page:appointments"))])
async def move(visit: OfNetwork, appointment_id: UUID, form: OfForm) -> Response:
    body = read_move(form)
    if not form.valid:
        return await show(visit, appointment_id, "appointments/move.jinja", form)
    outcome = await reschedule_appointment(visit.caller, form.command_id, appointment_id, body)
    return await then(
        visit, appointment_id, form, outcome, notice="appointment-moved", template="appointments/move.jinja"
    )


@router.get("/pcns/{pcn}/appointments/{appointment_id}/cancel", dependencies=[Depends(permit("page:appointments"))])
async def cancel_form(visit: OfNetwork, appointment_id: UUID) -> Response:
    return await show(visit, appointment_id, "appointments/cancel.jinja", Form())


@router.post("/pcns/{pcn}/appointments/{appointment_id}/cancel", dependencies=[Depends(permit("page:appointments"))])
async def cancel(visit: OfNetwork, appointment_id: UUID, form: OfForm) -> Response:
    by = form.choice("cancelled_by", ("patient", "provider"), missing="Say who cancels it")
    body = without_gaps({"cancelled_by": by, "reason": form.text("reason", longest=4000)})
    if not form.valid:
        return await show(visit, appointment_id, "appointments/cancel.jinja", form)
    outcome = await cancel_appointment(visit.caller, form.command_id, appointment_id, body)
    return await then(
        visit, appointment_id, form, outcome, notice="appointment-cancelled", template="appointments/cancel.jinja"
    )


async def then(
    visit: Visit, appointment_id: UUID, form: Form, outcome: Outcome, *, notice: str, template: str
) -> Response:
    """On to the appointment, or back to the form with what its owner says."""
    if isinstance(outcome, Refusal):
        refuse_time(form, outcome)
        return await show(visit, appointment_id, template, form)
    return await visit.saved(notice, f"/appointments/{appointment_id}", outcome)


async def row_of(visit: Visit, appointment_id: UUID) -> AppointmentRow | None:
    async with visit.site.pool.scope(visit.tenant) as tx:
        return await appointment(tx, visit.tenant, str(appointment_id))


async def show(visit: Visit, appointment_id: UUID, template: str, form: Form) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await appointment(tx, visit.tenant, str(appointment_id))
        person_id = (row and row.person_id) or ""
        known = await person(tx, visit.tenant, person_id)
        await visit.note_page(tx, row.person_id if row else None)
    if row is None:
        return visit.missing("appointment")
    names = await names_of(visit.caller, [person_id])
    now = visit.site.clock()
    content: dict[str, Any] = {
        "who": who(names, person_id),
        "needs": needs(known) if known else None,
        "arrangements": arrangements(await details_of(visit.caller, person_id)),
        "facts": appointment_facts(row),
        "status_tag": appointment_status(row, now),
        "to_tell": to_tell(row, now),
    }
    return visit.form_page(template, form, row=row, names=names, **content)
