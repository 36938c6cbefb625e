"""Refer a family: who it is for and what is asked, on one page. Then: what became of it."""

from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import Done, Refusal, receive_referral, register_person
from services.portal.details import details_of
from services.portal.names import names_of, search
from services.portal.readmodels.consultations import consultation
from services.portal.readmodels.referrals import ReferralRow, referral
from services.portal.readmodels.waits import WaitRow, wait_of
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.moments import LONDON, london_day
from services.portal.web.presenters.clock import explain
from services.portal.web.presenters.needs import Arrangements, arrangements, written
from services.portal.web.presenters.people import found, who
from services.portal.web.presenters.referrals import progress, status
from services.portal.web.presenters.referrals_made import outcome_of, standing_of, standing_tag
from services.portal.web.refer_form import Referral, read_person, read_referral
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.web.times import day_values
from services.portal.written import Notes, notes_of_referrals

router = APIRouter()

# Where the page has no box of the owner's name for a field.
_ANCHORS = {
    "birth_date": "birth_date-day",
    "estimated_delivery_date": "estimated_delivery_date-day",
    "infant_birth_date": "infant_birth_date-day",
    "nhs_number_missing_reason": "nhs_number_known",
    "received_at": "received_on-day",
}


@router.get("/pcns/{pcn}/refer", dependencies=[Depends(permit("page:refer"))])
async def refer_form(visit: OfNetwork, person: UUID | None = None, after: UUID | None = None) -> Response:
    values = {**day_values("received_on", visit.site.today), "preferred_language": "en"}
    values |= {"person_id": str(person)} if person else {}
    values |= await _from_consultation(visit, after)
    return await _show(visit, Form(values=values))


async def _from_consultation(visit: Visit, consultation_id: UUID | None) -> dict[str, str]:
    """What the consultation that led to this request already says of who asks."""
    if consultation_id is None:
        return {}
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await consultation(tx, visit.tenant, str(consultation_id))
    asks = {"referring_professional_type": row.professional_type} if row else {}
    return {"consultation_id": str(consultation_id), "asking": "professional", **asks}


@router.post("/pcns/{pcn}/refer", dependencies=[Depends(permit("page:refer"))])
async def refer(visit: OfNetwork, form: OfForm) -> Response:
    person, request = read_person(form, visit.network), read_referral(form, visit.site.today)
    if not form.valid:
        return await _show(visit, form)
    known = await _known_person(visit, form, person)
    if isinstance(known, Refusal):
        return await _refused(visit, form, known)
    body = _referral_body(request, known.id, visit.site.clock())
    outcome = await receive_referral(visit.caller, uuid5(form.command_id, "referral"), body)
    if isinstance(outcome, Refusal):
        return await _refused(visit, form.with_value("person_id", known.id), outcome)
    waited = (known, outcome) if known.stream else (outcome,)
    return await visit.saved("referral-received", f"/referrals/{outcome.id}", *waited)


async def _known_person(visit: Visit, form: Form, person: dict[str, Any] | None) -> Done | Refusal:
    """The person the referral is for: registered now, or already before."""
    if person is None:
        return Done(id=form.id("person_id"), stream="", version=0)
    return await register_person(visit.caller, uuid5(form.command_id, "person"), person)


def _referral_body(request: Referral, person_id: str, now: datetime) -> dict[str, Any]:
    """A referral received today came now; one of an earlier day counts from the beginning of that day."""
    today = request.received_on == london_day(now)
    received_at = now if today else datetime.combine(request.received_on, time.min, LONDON)
    return {**request.body, "person_id": person_id, "received_at": received_at.isoformat()}


async def _refused(visit: Visit, form: Form, refusal: Refusal) -> Response:
    form.refuse(refusal, _ANCHORS)
    same = await search(visit.caller, {"nhs_number": form.value("nhs_number")}) if _is_known(refusal) else []
    return await _show(visit, form, registered=found(same or []))


def _is_known(refusal: Refusal) -> bool:
    return refusal.slug == "nhs-number-already-registered"


async def _show(visit: Visit, form: Form, **more: Any) -> Response:
    person_id = form.id("person_id")
    names = await names_of(visit.caller, [person_id] if person_id else [])
    if person_id:
        more |= {"known": who(names, person_id), "arrangements": await _arranged(visit, person_id)}
    return visit.form_page("refer/form.jinja", form, **more)


async def _arranged(visit: Visit, person_id: str) -> Arrangements | None:
    """What somebody already known needs, for whoever may see it: they are not asked again."""
    if not visit.may("page:person-details"):
        return None
    return arrangements(await details_of(visit.caller, person_id))


@router.get("/pcns/{pcn}/referrals/{referral_id}", dependencies=[Depends(permit("page:referral"))])
async def referral_page(visit: OfNetwork, referral_id: UUID) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await referral(tx, visit.tenant, str(referral_id))
        wait = await wait_of(tx, visit.tenant, str(referral_id))
        await visit.note_page(tx, row.person_id if row else None)
    if row is None:
        return visit.missing("referral")
    shown = await _followed(visit, row, wait) if visit.may("page:triage-list") else _outcome(visit, row, wait)
    return visit.page("refer/progress.jinja", referral_id=referral_id, row=row, **shown)


async def _followed(visit: Visit, row: ReferralRow, wait: WaitRow | None) -> dict[str, Any]:
    """A referral as the team sees it."""
    today, notes = visit.site.today, Notes()
    if visit.may("page:triage"):
        notes = await notes_of_referrals(visit.caller, [row.referral_id])
    return {
        "facts": progress(row, wait, today),
        "clock": explain(wait, today) if wait and visit.may("page:waiting-list") else None,
        "status_tag": status(row),
        "written": written(notes),
    }


def _outcome(visit: Visit, row: ReferralRow, wait: WaitRow | None) -> dict[str, Any]:
    """A referral as whoever made it sees it: that it arrived and what became of it, nothing clinical."""
    tag = standing_tag(standing_of(row, wait))
    facts = outcome_of(row, wait, visit.site.today)
    return {"facts": facts, "clock": None, "status_tag": tag, "written": written(Notes())}
