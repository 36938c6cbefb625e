"""How a referral ends: sent on to another service, withdrawn, closed. There are no criteria, so nobody is turned away."""

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.commands import close_referral, redirect_referral, withdraw_referral
from services.portal.readmodels.referrals import referral
from services.portal.web.access import permit
from services.portal.web.asked import Choose, Question, note
from services.portal.web.asking import Asking
from services.portal.web.site import OfForm, OfNetwork, Visit

router = APIRouter()

_NOTE = note("Only clinicians read this.")
_REDIRECT = Question(
    title="Send the family on to another service",
    button="Send on",
    notice="referral-redirected",
    asks=(
        Choose(name="reason", legend="Why?", codes="redirection_reason", missing="Say why"),
        Choose(name="redirected_to", legend="Which kind of service?", codes="redirected_to"),
        _NOTE,
    ),
    hint="Use this when another service fits what the family needs better. Agree it with the family first.",
)
_WITHDRAW = Question(
    title="Withdraw the referral",
    button="Withdraw",
    notice="referral-withdrawn",
    asks=(
        Choose(name="withdrawn_by", legend="Who takes it back?", codes="withdrawn_by", missing="Say who takes it back"),
        Choose(name="reason", legend="Why?", codes="withdrawal_reason", missing="Say why"),
        _NOTE,
    ),
    hint="The family can ask for help again at any time.",
)
_CLOSE = Question(
    title="Close the referral",
    button="Close referral",
    notice="referral-closed",
    asks=(Choose(name="reason", legend="Why?", codes="closing_reason", missing="Say why"), _NOTE),
    hint="Use this when the work on the referral is over.",
)
_PATH = "/pcns/{pcn}/referrals/{referral_id}"


async def _about(visit: Visit, referral_id: UUID, question: Question) -> Asking | None:
    async with visit.site.pool.scope(visit.tenant) as tx:
        row = await referral(tx, visit.tenant, str(referral_id))
        await visit.note_page(tx, row.person_id if row else None)
    if row is None:
        return None
    back = f"/triage/{referral_id}" if visit.may("page:triage") else f"/referrals/{referral_id}"
    return Asking(visit=visit, person_id=row.person_id, question=question, back=back)


@router.get(f"{_PATH}/redirect", dependencies=[Depends(permit("page:end-referral"))])
async def redirect_form(visit: OfNetwork, referral_id: UUID) -> Response:
    asking = await _about(visit, referral_id, _REDIRECT)
    return await asking.ask() if asking else visit.missing("referral")


@router.post(f"{_PATH}/redirect", dependencies=[Depends(permit("page:end-referral"))])
async def redirect(visit: OfNetwork, referral_id: UUID, form: OfForm) -> Response:
    asking = await _about(visit, referral_id, _REDIRECT)
    if asking is None:
        return visit.missing("referral")
    return await asking.take(form, lambda body: redirect_referral(visit.caller, form.command_id, referral_id, body))


@router.get(f"{_PATH}/withdraw", dependencies=[Depends(permit("page:withdraw"))])
async def withdraw_form(visit: OfNetwork, referral_id: UUID) -> Response:
    asking = await _about(visit, referral_id, _WITHDRAW)
    return await asking.ask() if asking else visit.missing("referral")


@router.post(f"{_PATH}/withdraw", dependencies=[Depends(permit("page:withdraw"))])
async def withdraw(visit: OfNetwork, referral_id: UUID, form: OfForm) -> Response:
    asking = await _about(visit, referral_id, _WITHDRAW)
    if asking is None:
        return visit.missing("referral")
    return await asking.take(form, lambda body: withdraw_referral(visit.caller, form.command_id, referral_id, body))


@router.get(f"{_PATH}/close", dependencies=[Depends(permit("page:end-referral"))])
async def close_form(visit: OfNetwork, referral_id: UUID) -> Response:
    asking = await _about(visit, referral_id, _CLOSE)
    return await asking.ask() if asking else visit.missing("referral")


@router.post(f"{_PATH}/close", dependencies=[Depends(permit("page:end-referral"))])
async def close(visit: OfNetwork, referral_id: UUID, form: OfForm) -> Response:
    asking = await _about(visit, referral_id, _CLOSE)
    if asking is None:
        return visit.missing("referral")
    return await asking.take(form, lambda body: close_referral(visit.caller, form.command_id, referral_id, body))
