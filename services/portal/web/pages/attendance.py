"""What became of an appointment: recorded, and corrected where it was wrong."""

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import correct_attendance, record_attendance
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.pages.appointments import row_of, show, then
from services.portal.web.scheduling_forms import attendance_values, read_attendance
from services.portal.web.site import OfForm, OfNetwork

router = APIRouter()

_TEMPLATE, _CORRECTION = "appointments/attendance.jinja", "appointments/correct.jinja"
_CORRECT = "/pcns/{pcn}/appointments/{appointment_id}/outcome/correct"


@router.get("/pcns/{pcn}/appointments/{appointment_id}/outcome", dependencies=[Depends(permit("page:attendance"))])
async def attendance_form(visit: OfNetwork, appointment_id: UUID) -> Response:
    return await show(visit, appointment_id, _TEMPLATE, Form())


@router.post("/pcns/{pcn}/appointments/{appointment_id}/outcome", dependencies=[Depends(permit("page:attendance"))])
async def record(visit: OfNetwork, appointment_id: UUID, form: OfForm) -> Response:
    body = read_attendance(form)
    if not form.valid:
        return await show(visit, appointment_id, _TEMPLATE, form)
    outcome = await record_attendance(visit.caller, form.command_id, appointment_id, body)
    return await then(visit, appointment_id, form, outcome, notice="attendance-recorded", template=_TEMPLATE)


@router.get(_CORRECT, dependencies=[Depends(permit("page:attendance"))])
async def correction_form(visit: OfNetwork, appointment_id: UUID) -> Response:
    row = await row_of(visit, appointment_id)
    return await show(visit, appointment_id, _CORRECTION, Form(values=attendance_values(row) if row else {}))


@router.post(_CORRECT, dependencies=[Depends(permit("page:attendance"))])
async def correct(visit: OfNetwork, appointment_id: UUID, form: OfForm) -> Response:
    body = {
        **read_attendance(form),
        "reason": form.code("reason", "attendance_correction_reason", missing="Say why it is corrected"),
    }
    if not form.valid:
        return await show(visit, appointment_id, _CORRECTION, form)
    outcome = await correct_attendance(visit.caller, form.command_id, appointment_id, body)
    return await then(visit, appointment_id, form, outcome, notice="attendance-corrected", template=_CORRECTION)
