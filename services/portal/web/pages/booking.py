"""A place on a group session, booked by a professional for a family they know: from a referral, a person's page, or a search.

Whoever refers may book, and sees of the session only how full it is.
"""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Refusal, book_place
from services.portal.names import names_of, search
from services.portal.readmodels.group_sessions import Filled, group_session, sessions_to_come
from services.portal.readmodels.places import families_ahead, place
from services.portal.readmodels.referrals import referral
from services.portal.web.access import permit
from services.portal.web.forms import Form, without_gaps
from services.portal.web.pages.people import BY
from services.portal.web.pages.triage import PageNumber
from services.portal.web.presenters.booking import booked_words
from services.portal.web.presenters.joining import room_words
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.people import found, who
from services.portal.web.presenters.sessions import session_line, session_lines
from services.portal.web.site import OfForm, OfNetwork, Visit

router = APIRouter()

_SESSION = "/pcns/{pcn}/sessions/{group_session_id}/places"
_MAY = [Depends(permit("page:book-place"))]
_LARGEST_PARTY = 20


async def _whom(visit: Visit, person: UUID | None, referral_id: UUID | None) -> str:
    """Who the place is for, as the address says; empty where it does not."""
    if person is not None or referral_id is None:
        return str(person or "")
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await referral(tx, visit.tenant, str(referral_id))
    return row.person_id if row else ""


@router.get("/pcns/{pcn}/places", dependencies=_MAY)
async def sessions_to_book(
    *, visit: OfNetwork, person: UUID | None = None, referral: UUID | None = None, page: PageNumber = 1
) -> Response:
    now, person_id = visit.site.clock(), await _whom(visit, person, referral)
    async with visit.site.pool.scope(visit.tenant) as tx:
        sessions, total = await sessions_to_come(tx, visit.tenant, now, limit=SIZE, offset=offset(page))
    lines = [(line, room_words(line.room, bool(line.waiting))) for line in session_lines(sessions, now)]
    paging = Paging(path=f"{visit.path}/places", filters={"person": person_id}, number=page, total=total)
    return visit.page("booking/sessions.jinja", lines=lines, paging=paging, **await _known(visit, person_id))


def _bookable(filled: Filled, visit: Visit) -> bool:
    starts_at = filled.session.starts_at
    return filled.session.status == "scheduled" and starts_at is not None and starts_at > visit.site.clock()


async def _known(visit: Visit, person_id: str) -> dict[str, Any]:
    names = await names_of(visit.caller, [person_id] if person_id else [])
    return {"known": who(names, person_id) if person_id else None, "names": names}


@router.get(f"{_SESSION}/new", dependencies=_MAY)
async def place_form(
    visit: OfNetwork, group_session_id: UUID, person: UUID | None = None, referral: UUID | None = None
) -> Response:
    values = {"party_size": "1", "by": "full_name", "person_id": await _whom(visit, person, referral)}
    return await _show(visit, group_session_id, Form(values=values))


@router.post(f"{_SESSION}/search", dependencies=_MAY)
async def find_family(visit: OfNetwork, group_session_id: UUID, form: OfForm) -> Response:
    by = form.choice("by", BY, missing="Choose what to search by")
    term = form.text("term", missing="Enter what to search for", longest=100)
    fits = await search(visit.caller, {by: term}) if by and term and form.valid else []
    if fits is None:
        form.wrong("form", "The search is not working just now. Please try again in a moment.")
    return await _show(visit, group_session_id, form, fits=found(fits or []), searched=True)


@router.post(f"{_SESSION}/new", dependencies=_MAY)
async def book(visit: OfNetwork, group_session_id: UUID, form: OfForm) -> Response:
    party = form.whole_number("party_size", "How many people", lowest=1, highest=_LARGEST_PARTY)
    body = without_gaps({"party_size": party, "person_id": form.value("person_id") or None})
    if not form.valid:
        return await _show(visit, group_session_id, form)
    outcome = await book_place(visit.caller, form.command_id, group_session_id, body)
    if isinstance(outcome, Refusal):
        form.refuse(outcome, {"person_id": ""})
        return await _show(visit, group_session_id, form)
    register = visit.may("page:sessions")
    path = f"/sessions/{group_session_id}" if register else f"/places/{outcome.id}"
    return await visit.saved("place-asked-for" if register else "place-booked", path, outcome)


async def _show(visit: Visit, group_session_id: UUID, form: Form, **more: Any) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        filled = await group_session(tx, visit.tenant, str(group_session_id))
    if filled is None:
        return visit.missing("session")
    content = {"by": BY, "searched": False, "fits": [], "open": _bookable(filled, visit), **more}
    content |= await _known(visit, form.id("person_id"))
    line = session_line(filled, visit.site.clock())
    return visit.form_page("booking/place.jinja", form, line=line, **content)


@router.get("/pcns/{pcn}/places/{place_id}", dependencies=_MAY)
async def place_page(visit: OfNetwork, place_id: UUID) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await place(tx, visit.tenant, str(place_id))
        filled = await group_session(tx, visit.tenant, row.group_session_id) if row else None
        ahead = await families_ahead(tx, visit.tenant, row) if row else 0
        await visit.note_page(tx, row.person_id if row else None)
    if row is None or filled is None:
        return visit.missing("place")
    line, words = session_line(filled, visit.site.clock()), booked_words(row, filled.session, ahead)
    return visit.page("booking/booked.jinja", line=line, words=words, **await _known(visit, row.person_id or ""))
