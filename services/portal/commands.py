"""One function per command: the owner's API, called with the user's token and the form's command id.

The answer is `Done`, or a `Refusal` to show beside the field it is about.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID

from services.kit.auth import NotSignedIn
from services.portal.owners import Caller, Owner

_NOT_NOW = "This could not be saved just now. Nothing you entered is lost: please try again in a moment."
_WRONG_FORM = "This is not in the right form."


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    id: str
    stream: str
    version: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    slug: str
    message: str
    field: str | None = None
    more: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """{field: what is wrong}, where several fields are."""


Outcome: TypeAlias = Done | Refusal
Body: TypeAlias = Mapping[str, Any]


async def register_person(caller: Caller, command_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.referral, "/people", command_id, body)


async def change_details(caller: Caller, command_id: UUID, person_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.referral, f"/people/{person_id}/details", command_id, body)


async def receive_referral(caller: Caller, command_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.referral, "/referrals", command_id, body)


async def triage_referral(caller: Caller, command_id: UUID, referral_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.referral, f"/referrals/{referral_id}/triage", command_id, body)


async def accept_referral(caller: Caller, command_id: UUID, referral_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.referral, f"/referrals/{referral_id}/accept", command_id, body)


async def redirect_referral(caller: Caller, command_id: UUID, referral_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.referral, f"/referrals/{referral_id}/redirect", command_id, body)


async def withdraw_referral(caller: Caller, command_id: UUID, referral_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.referral, f"/referrals/{referral_id}/withdraw", command_id, body)


async def close_referral(caller: Caller, command_id: UUID, referral_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.referral, f"/referrals/{referral_id}/close", command_id, body)


async def record_measure(caller: Caller, command_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.outcomes, "/measures", command_id, body)


async def correct_measure(caller: Caller, command_id: UUID, measure_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.outcomes, f"/measures/{measure_id}/correct", command_id, body)


async def review_flag(caller: Caller, command_id: UUID, flag_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.outcomes, f"/risk-flags/{flag_id}/review", command_id, body)


async def set_goal(caller: Caller, command_id: UUID, person_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.outcomes, f"/people/{person_id}/goals", command_id, body)


async def rate_goal(caller: Caller, command_id: UUID, goal_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.outcomes, f"/goals/{goal_id}/rate", command_id, body)


async def open_concern(caller: Caller, command_id: UUID, person_id: UUID, body: Body) -> Outcome:
    path = f"/people/{person_id}/safeguarding-concerns"
    return await _command(caller, caller.owners.outcomes, path, command_id, body)


async def change_level(caller: Caller, command_id: UUID, concern_id: UUID, body: Body) -> Outcome:
    path = f"/safeguarding-concerns/{concern_id}/level"
    return await _command(caller, caller.owners.outcomes, path, command_id, body)


async def close_concern(caller: Caller, command_id: UUID, concern_id: UUID, body: Body) -> Outcome:
    path = f"/safeguarding-concerns/{concern_id}/close"
    return await _command(caller, caller.owners.outcomes, path, command_id, body)


async def start_period(caller: Caller, command_id: UUID, person_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.outcomes, f"/people/{person_id}/mha-periods", command_id, body)


async def end_period(caller: Caller, command_id: UUID, period_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.outcomes, f"/mha-periods/{period_id}/end", command_id, body)


async def book_appointment(caller: Caller, command_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.scheduling, "/appointments", command_id, body)


async def reschedule_appointment(caller: Caller, command_id: UUID, appointment_id: UUID, body: Body) -> Outcome:
    path = f"/appointments/{appointment_id}/reschedule"
    return await _command(caller, caller.owners.scheduling, path, command_id, body)


async def cancel_appointment(caller: Caller, command_id: UUID, appointment_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.scheduling, f"/appointments/{appointment_id}/cancel", command_id, body)


async def record_attendance(caller: Caller, command_id: UUID, appointment_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.scheduling, f"/appointments/{appointment_id}/outcome", command_id, body)


async def correct_attendance(caller: Caller, command_id: UUID, appointment_id: UUID, body: Body) -> Outcome:
    path = f"/appointments/{appointment_id}/outcome/correct"
    return await _command(caller, caller.owners.scheduling, path, command_id, body)


async def schedule_session(caller: Caller, command_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.scheduling, "/group-sessions", command_id, body)


async def cancel_session(caller: Caller, command_id: UUID, group_session_id: UUID, body: Body) -> Outcome:
    path = f"/group-sessions/{group_session_id}/cancel"
    return await _command(caller, caller.owners.scheduling, path, command_id, body)


async def hold_session(caller: Caller, command_id: UUID, group_session_id: UUID, body: Body) -> Outcome:
    path = f"/group-sessions/{group_session_id}/hold"
    return await _command(caller, caller.owners.scheduling, path, command_id, body)


async def book_place(caller: Caller, command_id: UUID, group_session_id: UUID, body: Body) -> Outcome:
    path = f"/group-sessions/{group_session_id}/places"
    return await _command(caller, caller.owners.scheduling, path, command_id, body)


async def cancel_place(caller: Caller, command_id: UUID, group_session_id: UUID, place_id: UUID) -> Outcome:
    path = f"/group-sessions/{group_session_id}/places/{place_id}/cancel"
    return await _command(caller, caller.owners.scheduling, path, command_id, {})


async def schedule_training(caller: Caller, command_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.training, "/training-sessions", command_id, body)


async def hold_training(caller: Caller, command_id: UUID, training_session_id: UUID, body: Body) -> Outcome:
    path = f"/training-sessions/{training_session_id}/hold"
    return await _command(caller, caller.owners.training, path, command_id, body)


async def correct_register(caller: Caller, command_id: UUID, training_session_id: UUID, body: Body) -> Outcome:
    path = f"/training-sessions/{training_session_id}/register/correct"
    return await _command(caller, caller.owners.training, path, command_id, body)


async def log_community_input(caller: Caller, command_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.training, "/community-input", command_id, body)


async def log_consultation(caller: Caller, command_id: UUID, body: Body) -> Outcome:
    return await _command(caller, caller.owners.training, "/consultations", command_id, body)


async def _command(caller: Caller, owner: Owner, path: str, command_id: UUID, body: Body) -> Outcome:
    status, answer = await caller.post(owner, path, body, command_id=command_id)
    if status == 401:
        raise NotSignedIn
    if status < 300:
        return Done(id=answer["id"], stream=answer["stream"], version=answer["version"])
    if status >= 500:
        return Refusal(slug=str(answer.get("slug")), message=_NOT_NOW)
    return _refusal(answer)


def _refusal(problem: Mapping[str, Any]) -> Refusal:
    wrong = {str(error["field"]): _WRONG_FORM for error in problem.get("errors", ())}
    return Refusal(
        slug=str(problem.get("slug")), message=str(problem.get("title")), field=problem.get("field"), more=wrong
    )
