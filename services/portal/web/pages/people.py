"""Find a person, and everything about one on a page."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.kit.tenancy import TenantId, Tx
from services.portal.names import names_of, search
from services.portal.readmodels.measures import measures_of
from services.portal.readmodels.people import person
from services.portal.readmodels.referrals import of_person
from services.portal.readmodels.risk_flags import flags_of
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.presenters.measures import courses, flag_words
from services.portal.web.presenters.people import facts, found, needs, who
from services.portal.web.presenters.referrals import lines
from services.portal.web.site import OfForm, OfNetwork, Visit

router = APIRouter()

BY = {"nhs_number": "NHS number", "full_name": "Name", "external_reference": "Reference from another system"}


@router.get("/pcns/{pcn}/people", dependencies=[Depends(permit("page:person"))])
async def search_form(visit: OfNetwork) -> Response:
    return visit.page("people/search.jinja", form=Form(values={"by": "nhs_number"}), by=BY, people=None)


@router.post("/pcns/{pcn}/people", dependencies=[Depends(permit("page:person"))])
async def search_people(visit: OfNetwork, form: OfForm) -> Response:
    by = form.choice("by", BY, missing="Choose what to search by")
    term = form.text("term", missing="Enter what to search for", longest=100)
    people = await search(visit.caller, {by: term}) if by and term and form.valid else []
    if people is None:
        form.wrong("form", "The search is not working just now. Please try again in a moment.")
    status = 200 if form.valid else 422
    return visit.page("people/search.jinja", status=status, form=form, by=BY, people=found(people or []))


@router.get("/pcns/{pcn}/people/{person_id}", dependencies=[Depends(permit("page:person"))])
async def person_page(visit: OfNetwork, person_id: UUID) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        known = await person(tx, visit.tenant, str(person_id))
        referrals = await of_person(tx, visit.tenant, str(person_id))
        clinical = await _clinical(tx, visit.tenant, str(person_id)) if visit.may("page:measures") else {}
    if known is None and not referrals:
        return visit.missing("person")
    names = await names_of(visit.caller, [str(person_id)])
    return visit.page("people/person.jinja", **_content(visit, str(person_id), names, known, referrals), **clinical)


async def _clinical(tx: Tx, tenant: TenantId, person_id: str) -> dict[str, Any]:
    """Measures and flags, which only clinicians see."""
    measures, flags = await measures_of(tx, tenant, person_id), await flags_of(tx, tenant, person_id)
    return {"courses": courses(measures, flags), "flags": flag_words(flags, measures)}


def _content(visit: Visit, person_id: str, names: Any, known: Any, referrals: Any) -> dict[str, Any]:
    return {
        "names": names,
        "who": who(names, person_id),
        "facts": facts(known, visit.network) if known else [],
        "needs": needs(known) if known else None,
        "referrals": lines(referrals, names, {person_id: known} if known else {}, set(), visit.site.today),
    }
