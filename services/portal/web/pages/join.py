"""For families, without signing in: the sessions open to all, a place on one, and giving it up again."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.commands import Refusal
from services.portal.readmodels.group_sessions import Filled, group_session, sessions_to_come
from services.portal.readmodels.places import families_ahead, place
from services.portal.web.family_forms import read_person
from services.portal.web.family_site import FamilyVisit, OfFamily, OfFamilyForm
from services.portal.web.forms import Form
from services.portal.web.presenters.joining import kinder, place_words, room_words
from services.portal.web.presenters.sessions import session_line, session_lines

router = APIRouter()

_MOST_SHOWN = 50
_LARGEST_PARTY = 12
# What the owner names and no box of the page holds.
_ANCHORS = {"person_id": "", "place_id": ""}


@router.get("/join/{pcn}")
async def open_sessions(family: OfFamily) -> Response:
    now = family.site.clock()
    async with family.site.pool.scope(family.tenant) as tx:
        found, _ = await sessions_to_come(tx, family.tenant, now, every_family=True, limit=_MOST_SHOWN)
    sessions = [(line, room_words(line.room, bool(line.waiting))) for line in session_lines(found, now)]
    return family.page("public/sessions.jinja", sessions=sessions)


@router.get("/join/{pcn}/sessions/{group_session_id}")
async def place_form(family: OfFamily, group_session_id: UUID) -> Response:
    form = Form(values={"party_size": "2", "preferred_language": "en"})
    return await _show(family, group_session_id, form)


@router.post("/join/{pcn}/sessions/{group_session_id}")
async def take_place(family: OfFamily, group_session_id: UUID, form: OfFamilyForm) -> Response:
    person = read_person(form)
    party = form.whole_number("party_size", "How many of you come", lowest=1, highest=_LARGEST_PARTY)
    if await _open(family, group_session_id) is None or not form.valid or party is None:
        return await _show(family, group_session_id, form)
    outcome = await family.families.take_place(form.command_id, group_session_id, person, party)
    if isinstance(outcome, Refusal):
        form.refuse(kinder(outcome), _ANCHORS)
        return await _show(family, group_session_id, form)
    return await family.on_to(f"/join/{family.tenant}/places/{outcome.id}", outcome)


async def _open(family: FamilyVisit, group_session_id: UUID) -> Filled | None:
    """The session if a family may still ask for a place on it."""
    async with family.site.pool.scope(family.tenant) as tx:
        filled = await group_session(tx, family.tenant, str(group_session_id))
    if filled is None or not filled.session.open_to_all or filled.session.status != "scheduled":
        return None
    starts_at = filled.session.starts_at
    return filled if starts_at and starts_at > family.site.clock() else None


async def _show(family: FamilyVisit, group_session_id: UUID, form: Form) -> Response:
    filled = await _open(family, group_session_id)
    if filled is None:
        return family.missing("session")
    line = session_line(filled, family.site.clock())
    return family.form_page("public/place_form.jinja", form, line=line, room=room_words(line.room, bool(line.waiting)))


@router.get("/join/{pcn}/places/{place_id}")
async def place_page(family: OfFamily, place_id: UUID) -> Response:
    return await _show_place(family, place_id, Form())


@router.post("/join/{pcn}/places/{place_id}/cancel")
async def give_up_place(family: OfFamily, place_id: UUID, form: OfFamilyForm) -> Response:
    async with family.site.pool.scope(family.tenant) as tx:
        row = await place(tx, family.tenant, str(place_id))
    if row is None or not form.valid:
        return await _show_place(family, place_id, form)
    outcome = await family.families.give_up_place(form.command_id, UUID(row.group_session_id), place_id)
    if isinstance(outcome, Refusal):
        form.refuse(kinder(outcome), _ANCHORS)
        return await _show_place(family, place_id, form)
    return await family.on_to(f"/join/{family.tenant}/places/{place_id}", outcome)


async def _show_place(family: FamilyVisit, place_id: UUID, form: Form) -> Response:
    async with family.site.pool.scope(family.tenant) as tx:
        row = await place(tx, family.tenant, str(place_id))
        filled = await group_session(tx, family.tenant, row.group_session_id) if row else None
        ahead = await families_ahead(tx, family.tenant, row) if row else 0
    if row is None or filled is None:
        return family.missing("place")
    words = place_words(row, filled.session, ahead)
    line = session_line(filled, family.site.clock())
    return family.form_page("public/place.jinja", form, words=words, line=line, place_id=place_id)
