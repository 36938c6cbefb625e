"""The register of one training session: taken, corrected, and the certificates of who attended."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Done, Outcome, correct_register, hold_training
from services.portal.professionals import Professional, on_register, seen_before
from services.portal.readmodels.training_attendances import attendances_of
from services.portal.readmodels.training_sessions import TrainingSessionRow, training_session
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.presenters.certificates import certificates
from services.portal.web.presenters.training import attendance_lines, pick_list, training_line
from services.portal.web.register_forms import (
    Asking,
    by_id,
    lines_of,
    read_register,
    register_values,
    wants_more,
)
from services.portal.web.site import OfForm, OfNetwork, Visit

router = APIRouter()

_SESSION = "/pcns/{pcn}/training/{training_session_id}"


async def _session(visit: Visit, training_session_id: UUID) -> TrainingSessionRow | None:
    async with visit.site.pool.scope(visit.tenant) as tx:
        return await training_session(tx, visit.tenant, str(training_session_id))


@router.get(_SESSION, dependencies=[Depends(permit("page:training"))])
async def training_one(visit: OfNetwork, training_session_id: UUID) -> Response:
    row = await _session(visit, training_session_id)
    if row is None:
        return visit.missing("training session")
    if row.status != "held" and visit.may("page:training-plan"):
        return await _show_form(visit, row, Form())
    async with visit.site.pool.scope(visit.tenant) as tx:
        attended = await attendances_of(tx, visit.tenant, row.training_session_id)
    named = await on_register(visit.caller, row.training_session_id) if attended else []
    lines = attendance_lines(attended, visit.network, by_id(named or []))
    return visit.page("training/one.jinja", line=training_line(row), attended=lines, named=named is not None)


@router.post(_SESSION, dependencies=[Depends(permit("page:training-plan"))])
async def hold(visit: OfNetwork, training_session_id: UUID, form: OfForm) -> Response:
    row = await _session(visit, training_session_id)
    if row is None or wants_more(form):
        return await _show_form(visit, row, form)
    known = by_id(await seen_before(visit.caller) or [])
    attendees, anchors = read_register(form, Asking(session=row, network=visit.network, known=known))
    body = {"attendees": attendees}
    outcome = await hold_training(visit.caller, form.command_id, training_session_id, body) if form.valid else None
    if isinstance(outcome, Done):
        return await visit.saved("training-held", f"/training/{training_session_id}", outcome)
    if outcome is not None:
        form.refuse(outcome, anchors)
    return await _show_form(visit, row, form)


async def _show_form(visit: Visit, row: TrainingSessionRow | None, form: Form) -> Response:
    if row is None:
        return visit.missing("training session")
    known = await seen_before(visit.caller)
    content = _lines(visit, row, form, by_id(known or []))
    return visit.form_page("training/register.jinja", form, named=known is not None, **content)


def _lines(visit: Visit, row: TrainingSessionRow, form: Form, known: Mapping[str, Professional]) -> dict[str, Any]:
    return {
        "line": training_line(row),
        "row": row,
        "places": range(1, lines_of(form) + 1),
        "practices": pick_list(known.values(), visit.network),
    }


@router.get(f"{_SESSION}/correct", dependencies=[Depends(permit("page:training-plan"))])
async def correct_form(visit: OfNetwork, training_session_id: UUID) -> Response:
    return await _show_correction(visit, training_session_id, None)


@router.post(f"{_SESSION}/correct", dependencies=[Depends(permit("page:training-plan"))])
async def correct(visit: OfNetwork, training_session_id: UUID, form: OfForm) -> Response:
    row, register = await _taken(visit, training_session_id)
    if row is None or register is None or wants_more(form):
        return await _show_correction(visit, training_session_id, form)
    known = by_id([*(await seen_before(visit.caller) or []), *register])
    attendees, anchors = read_register(form, Asking(session=row, network=visit.network, known=known))
    reason = form.code("reason", "register_correction_reason", missing="Choose why it is corrected")
    outcome = await _send(visit, form, training_session_id, {"attendees": attendees, "reason": reason})
    if isinstance(outcome, Done):
        return await visit.saved("register-corrected", f"/training/{training_session_id}", outcome)
    if outcome is not None:
        form.refuse(outcome, anchors)
    return await _show_correction(visit, training_session_id, form)


async def _send(visit: Visit, form: Form, training_session_id: UUID, body: Mapping[str, Any]) -> Outcome | None:
    """None while something is wrong with the form."""
    if not form.valid:
        return None
    return await correct_register(visit.caller, form.command_id, training_session_id, body)


async def _taken(
    visit: Visit, training_session_id: UUID
) -> tuple[TrainingSessionRow | None, list[Professional] | None]:
    """The session, and its register where it can be asked."""
    row = await _session(visit, training_session_id)
    if row is None or row.status != "held":
        return None, None
    return row, await on_register(visit.caller, row.training_session_id)


async def _show_correction(visit: Visit, training_session_id: UUID, form: Form | None) -> Response:
    row, register = await _taken(visit, training_session_id)
    if row is None:
        return visit.missing("register")
    if register is None:
        return visit.page("training/no_register.jinja", status=503, line=training_line(row))
    known = await seen_before(visit.caller)
    shown = form or Form(values=register_values(register))
    content = _lines(visit, row, shown, by_id([*(known or []), *register]))
    return visit.form_page(
        "training/correct.jinja", shown, on_register=by_id(register), named=known is not None, **content
    )


@router.get(f"{_SESSION}/certificates", dependencies=[Depends(permit("page:training"))])
async def certificates_page(visit: OfNetwork, training_session_id: UUID) -> Response:
    row, register = await _taken(visit, training_session_id)
    if row is None:
        return visit.missing("register")
    if register is None:
        return visit.page("training/no_register.jinja", status=503, line=training_line(row))
    made, nameless = certificates(row, register, visit.network)
    return visit.page("training/certificates.jinja", line=training_line(row), certificates=made, nameless=nameless)
