"""Find a person, and everything about one on a page."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.kit.tenancy import TenantId, Tx
from services.portal.details import details_of
from services.portal.names import names_of, search
from services.portal.readmodels.goals import GoalRow, goals_of
from services.portal.readmodels.measures import measures_of
from services.portal.readmodels.mha_periods import mha_periods_of
from services.portal.readmodels.people import everybody, person
from services.portal.readmodels.referrals import of_person
from services.portal.readmodels.risk_flags import flags_of
from services.portal.readmodels.safeguarding import concerns_of
from services.portal.readmodels.waits import waits_of_person
from services.portal.web.access import permit
from services.portal.web.forms import Form
from services.portal.web.goal_words import goal_words
from services.portal.web.pages.triage import Filter, PageNumber
from services.portal.web.presenters.goals import goal_lines
from services.portal.web.presenters.measures import courses, flag_words
from services.portal.web.presenters.needs import arrangements, written
from services.portal.web.presenters.paging import SIZE, Paging, offset
from services.portal.web.presenters.people import facts, found, needs, person_lines, who
from services.portal.web.presenters.referrals import Line, lines
from services.portal.web.presenters.restricted import concern_lines, period_lines
from services.portal.web.presenters.timeline import KINDS, in_order
from services.portal.web.site import OfForm, OfNetwork, Visit
from services.portal.web.timeline import entries, kinds
from services.portal.written import notes_of_person

router = APIRouter()

BY = {"nhs_number": "NHS number", "full_name": "Name", "external_reference": "Reference from another system"}


@router.get("/pcns/{pcn}/people", dependencies=[Depends(permit("page:person"))])
async def search_form(visit: OfNetwork) -> Response:
    return visit.form_page("people/search.jinja", Form(values={"by": "nhs_number"}), by=BY, people=None)


@router.post("/pcns/{pcn}/people", dependencies=[Depends(permit("page:person"))])
async def search_people(visit: OfNetwork, form: OfForm) -> Response:
    by = form.choice("by", BY, missing="Choose what to search by")
    term = form.text("term", missing="Enter what to search for", longest=100)
    people = await search(visit.caller, {by: term}) if by and term and form.valid else []
    if people is None:
        form.wrong("form", "The search is not working just now. Please try again in a moment.")
    return visit.form_page("people/search.jinja", form, by=BY, people=found(people or []))


@router.get("/pcns/{pcn}/everybody", dependencies=[Depends(permit("page:person"))])
async def everybody_page(visit: OfNetwork, practice: Filter = "", stage: Filter = "", page: PageNumber = 1) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, total = await everybody(
            tx, visit.tenant, practice=practice or None, stage=stage or None, limit=SIZE, offset=offset(page)
        )
    names = await names_of(visit.caller, [row.person_id for row in rows])
    filters = {"practice": practice, "stage": stage}
    paging = Paging(path=f"{visit.path}/everybody", filters=filters, number=page, total=total)
    lines_shown = person_lines(rows, names, visit.network)
    return visit.page("people/everybody.jinja", names=names, lines=lines_shown, paging=paging, filters=filters)


@router.get("/pcns/{pcn}/people/{person_id}", dependencies=[Depends(permit("page:person"))])
async def person_page(visit: OfNetwork, person_id: UUID, kind: Filter = "") -> Response:
    about = str(person_id)
    async with visit.site.pool.scope(visit.tenant) as tx:
        known = await person(tx, visit.tenant, about)
        referrals = await of_person(tx, visit.tenant, about)
        more = await _more(visit, tx, about, kind)
    if known is None and not referrals:
        return visit.missing("person")
    names = await names_of(visit.caller, [about])
    more |= await _told(visit, about, [row.referral_id for row in referrals], more.get("goals"))
    more["referrals"] = _referrals(visit, names, known, referrals, more["waits"])
    return visit.page("people/person.jinja", **_content(visit, about, names, known), **more)


async def _told(visit: Visit, person_id: str, referral_ids: list[str], goals: list[GoalRow] | None) -> dict[str, Any]:
    """What their owners are asked for: needs and contact; for clinicians also notes and the words of goals."""
    told: dict[str, Any] = {"arrangements": arrangements(await details_of(visit.caller, person_id))}
    if visit.may("page:triage"):
        told["written"] = written(await notes_of_person(visit.caller, person_id, referral_ids))
    if goals is not None:
        told["goals"] = goal_lines(goals, await goal_words(visit.caller, person_id) if goals else {})
    return told


async def _more(visit: Visit, tx: Tx, person_id: str, kind: str) -> dict[str, Any]:
    """What else there is, as far as whoever looks may see it."""
    clinical = await _clinical(tx, visit.tenant, person_id) if visit.may("page:measures") else {}
    restricted = await _restricted(tx, visit.tenant, person_id) if visit.may("page:restricted") else {}
    offered = kinds(visit)
    chosen = kind if kind in offered else ""
    return {
        **clinical,
        **restricted,
        "waits": await waits_of_person(tx, visit.tenant, person_id),
        "timeline": in_order(await entries(visit, tx, person_id), chosen),
        "kinds": [("", "Everything"), *((each, KINDS[each]) for each in offered)],
        "kind": chosen,
    }


async def _clinical(tx: Tx, tenant: TenantId, person_id: str) -> dict[str, Any]:
    """Measures, flags and goals, which only clinicians see."""
    measures, flags = await measures_of(tx, tenant, person_id), await flags_of(tx, tenant, person_id)
    shown = {"courses": courses(measures, flags), "flags": flag_words(flags, measures)}
    return {**shown, "goals": await goals_of(tx, tenant, person_id)}


async def _restricted(tx: Tx, tenant: TenantId, person_id: str) -> dict[str, Any]:
    """What nobody else may even know of."""
    concerns = concern_lines(await concerns_of(tx, tenant, person_id))
    return {"concerns": concerns, "periods": period_lines(await mha_periods_of(tx, tenant, person_id))}


def _content(visit: Visit, person_id: str, names: Any, known: Any) -> dict[str, Any]:
    return {
        "names": names,
        "who": who(names, person_id),
        "facts": facts(known, visit.network) if known else [],
        "needs": needs(known) if known else None,
    }


def _referrals(visit: Visit, names: Any, known: Any, rows: Any, waits: Any) -> list[Line]:
    today = visit.site.today
    people = {known.person_id: known} if known else {}
    return lines(rows, names, people, set(), today, waits=waits)
