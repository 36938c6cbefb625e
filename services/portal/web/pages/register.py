"""One group session: its families, its waiting places, its register."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Refusal, cancel_place, hold_session
from services.portal.names import Names, names_of
from services.portal.readmodels.group_sessions import Filled, group_session
from services.portal.readmodels.people import people
from services.portal.readmodels.places import PlaceRow, place, places_of
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.presenters.sessions import RegisterWords, register_words, session_facts, session_line
from services.portal.web.scheduling_forms import read_register
from services.portal.web.site import OfForm, OfNetwork, Visit

router = APIRouter()

_SESSION = "/pcns/{pcn}/sessions/{group_session_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A session with everything its pages show."""

    filled: Filled
    places: list[PlaceRow]
    names: Names
    register: RegisterWords


async def _look(visit: Visit, group_session_id: UUID) -> Looked | None:
    async with visit.site.pool.scope(visit.tenant) as tx:
        filled = await group_session(tx, visit.tenant, str(group_session_id))
        rows = await places_of(tx, visit.tenant, str(group_session_id))
        ids = [row.person_id for row in rows if row.person_id]
        known = await people(tx, visit.tenant, ids)
    if filled is None:
        return None
    names = await names_of(visit.caller, ids)
    return Looked(filled=filled, places=rows, names=names, register=register_words(rows, names, known))


async def _show(visit: Visit, group_session_id: UUID, template: str, form: Form, **more: Any) -> Response:
    looked = await _look(visit, group_session_id)
    if looked is None:
        return visit.missing("session")
    now = visit.site.clock()
    starts_at = looked.filled.session.starts_at
    content: dict[str, Any] = {
        "line": session_line(looked.filled, now),
        "facts": session_facts(looked.filled),
        "state": looked.filled.session.status,
        "begun": starts_at is not None and starts_at <= now,
        "register": looked.register,
        "names": looked.names,
    }
    return visit.form_page(template, form, **content, **more)


@router.get(_SESSION, dependencies=[Depends(permit("page:sessions"))])
async def register_page(visit: OfNetwork, group_session_id: UUID) -> Response:
    return await _show(visit, group_session_id, "sessions/register.jinja", Form())


@router.get(f"{_SESSION}/hold", dependencies=[Depends(permit("page:sessions"))])
async def hold_form(visit: OfNetwork, group_session_id: UUID) -> Response:
    looked = await _look(visit, group_session_id)
    language = (looked.filled.session.language if looked else None) or "en"
    return await _show(visit, group_session_id, "sessions/hold.jinja", Form(values={"language": language}))


@router.post(f"{_SESSION}/hold", dependencies=[Depends(permit("page:sessions"))])
async def hold(visit: OfNetwork, group_session_id: UUID, form: OfForm) -> Response:
    looked = await _look(visit, group_session_id)
    body = read_register(form, [line.place_id for line in looked.register.expected] if looked else [])
    if not form.valid:
        return await _show(visit, group_session_id, "sessions/hold.jinja", form)
    outcome = await hold_session(visit.caller, form.command_id, group_session_id, body)
    if isinstance(outcome, Refusal):
        form.refuse(outcome)
        return await _show(visit, group_session_id, "sessions/hold.jinja", form)
    return await visit.saved("session-held", f"/sessions/{group_session_id}", outcome)


@router.get(f"{_SESSION}/places/{{place_id}}/cancel", dependencies=[Depends(permit("page:sessions"))])
async def give_up_form(visit: OfNetwork, group_session_id: UUID, place_id: UUID) -> Response:
    return await _show_giving_up(visit, group_session_id, place_id, Form())


@router.post(f"{_SESSION}/places/{{place_id}}/cancel", dependencies=[Depends(permit("page:sessions"))])
async def give_up(visit: OfNetwork, group_session_id: UUID, place_id: UUID, form: OfForm) -> Response:
    outcome = await cancel_place(visit.caller, form.command_id, group_session_id, place_id)
    if isinstance(outcome, Refusal):
        form.refuse(outcome, {"place_id": ""})
        return await _show_giving_up(visit, group_session_id, place_id, form)
    return await visit.saved("place-cancelled", f"/sessions/{group_session_id}", outcome)


async def _show_giving_up(visit: Visit, group_session_id: UUID, place_id: UUID, form: Form) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        found = await place(tx, visit.tenant, str(place_id))
        row = found if found and found.group_session_id == str(group_session_id) else None
        await visit.note_page(tx, row.person_id if row else None)
    if row is None:
        return visit.missing("place")
    names = await names_of(visit.caller, [row.person_id] if row.person_id else [])
    family = register_words([row], names, {})
    shown = [*family.expected, *family.gave_up][0]
    return await _show(visit, group_session_id, "sessions/give_up.jinja", form, family=shown)
