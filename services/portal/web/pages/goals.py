"""A person's goals, and what came of a risk flag. The words of a goal are asked of the outcomes service and kept nowhere here."""

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import rate_goal, review_flag, set_goal
from services.portal.readmodels.goals import goal
from services.portal.readmodels.people import person
from services.portal.readmodels.risk_flags import flags_of
from services.portal.web.access import permit
from services.portal.web.asked import Choose, Day, Question, Rate, Write, note
from services.portal.web.asking import Asking
from services.portal.web.goal_words import goal_words
from services.portal.web.site import OfForm, OfNetwork, Visit

router = APIRouter()

_SET = Question(
    title="Set a goal",
    button="Save goal",
    notice="goal-set",
    asks=(
        Write(
            name="wording",
            label="The goal, in the person’s own words",
            missing="Write the goal",
            longest=500,
        ),
        Day(name="set_on", legend="When was it agreed?", what="The day it was agreed"),
    ),
)
_RATE = Question(
    title="Rate a goal",
    button="Save rating",
    notice="goal-rated",
    asks=(
        Rate(name="rating", legend="How far has the person come?", hint="0 is not at all, 10 is reached."),
        Day(name="rated_on", legend="When did they say so?", what="The day of the rating"),
    ),
)
_REVIEW = Question(
    title="Review the risk flag",
    button="Save",
    notice="flag-reviewed",
    asks=(
        Choose(name="outcome", legend="What came of it?", codes="risk_review_outcome", missing="Say what came of it"),
        note("Only clinicians read this."),
    ),
    hint="A flag is reviewed once, after you have looked at it with the person. It stays on the record.",
)
_PERSON = "/pcns/{pcn}/people/{person_id}"


async def _setting(visit: Visit, person_id: UUID) -> Asking | None:
    async with visit.site.pool.scope(visit.tenant) as tx:
        known = await person(tx, visit.tenant, str(person_id))
    if known is None:
        return None
    return Asking(visit=visit, person_id=str(person_id), question=_SET, back=f"/people/{person_id}")


async def _rating(visit: Visit, person_id: UUID, goal_id: UUID) -> Asking | None:
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await goal(tx, visit.tenant, str(person_id), str(goal_id))
    if row is None:
        return None
    said = (await goal_words(visit.caller, str(person_id))).get(str(goal_id))
    back = f"/people/{person_id}"
    return Asking(visit=visit, person_id=str(person_id), question=_RATE, back=back, about=said and f"“{said}”")


async def _reviewing(visit: Visit, person_id: UUID, flag_id: UUID) -> Asking | None:
    async with visit.site.pool.scope(visit.tenant) as tx:
        flags = await flags_of(tx, visit.tenant, str(person_id))
    if str(flag_id) not in {flag.flag_id for flag in flags}:
        return None
    return Asking(visit=visit, person_id=str(person_id), question=_REVIEW, back=f"/people/{person_id}")


@router.get(f"{_PERSON}/goals/new", dependencies=[Depends(permit("page:measures"))])
async def goal_form(visit: OfNetwork, person_id: UUID) -> Response:
    asking = await _setting(visit, person_id)
    return await asking.ask() if asking else visit.missing("person")


@router.post(f"{_PERSON}/goals/new", dependencies=[Depends(permit("page:measures"))])
async def new_goal(visit: OfNetwork, person_id: UUID, form: OfForm) -> Response:
    asking = await _setting(visit, person_id)
    if asking is None:
        return visit.missing("person")
    return await asking.take(form, lambda body: set_goal(visit.caller, form.command_id, person_id, body))


@router.get(f"{_PERSON}/goals/{{goal_id}}", dependencies=[Depends(permit("page:measures"))])
async def rating_form(visit: OfNetwork, person_id: UUID, goal_id: UUID) -> Response:
    asking = await _rating(visit, person_id, goal_id)
    return await asking.ask() if asking else visit.missing("goal")


@router.post(f"{_PERSON}/goals/{{goal_id}}", dependencies=[Depends(permit("page:measures"))])
async def new_rating(visit: OfNetwork, person_id: UUID, goal_id: UUID, form: OfForm) -> Response:
    asking = await _rating(visit, person_id, goal_id)
    if asking is None:
        return visit.missing("goal")
    about = {"person_id": str(person_id)}
    return await asking.take(form, lambda body: rate_goal(visit.caller, form.command_id, goal_id, about | body))


@router.get(f"{_PERSON}/flags/{{flag_id}}", dependencies=[Depends(permit("page:measures"))])
async def review_form(visit: OfNetwork, person_id: UUID, flag_id: UUID) -> Response:
    asking = await _reviewing(visit, person_id, flag_id)
    return await asking.ask() if asking else visit.missing("flag")


@router.post(f"{_PERSON}/flags/{{flag_id}}", dependencies=[Depends(permit("page:measures"))])
async def review(visit: OfNetwork, person_id: UUID, flag_id: UUID, form: OfForm) -> Response:
    asking = await _reviewing(visit, person_id, flag_id)
    if asking is None:
        return visit.missing("flag")
    about = {"person_id": str(person_id)}
    return await asking.take(form, lambda body: review_flag(visit.caller, form.command_id, flag_id, about | body))
