"""What became of an appointment."""

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import record_attendance
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.pages.appointments import show, then
from services.portal.web.scheduling_forms import read_attendance
from services.portal.web.site import OfForm, OfNetwork

router = APIRouter()

_TEMPLATE = "appointments/attendance.jinja"


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
