"""A referral: received, triaged, accepted to a strand of care, ended; and its waiting clock. No criterion blocks one."""

from datetime import date, datetime, timedelta
from typing import assert_never

from services.referral.domain.calendar import day_began, london_date
from services.referral.domain.clock import breach, changes, count, started, until_end
from services.referral.domain.commands import (
    AcceptReferral,
    ClockCommand,
    CloseReferral,
    CountFacts,
    EndCommand,
    ReceiveReferral,
    RecordBreach,
    RedirectReferral,
    ReferralCommand,
    TriageReferral,
    WithdrawReferral,
)
from services.referral.domain.events import (
    EndEvent,
    ReferralAccepted,
    ReferralClosed,
    ReferralEvent,
    ReferralReceived,
    ReferralRedirected,
    ReferralTriaged,
    ReferralWithdrawn,
    WaitStarted,
)
from services.referral.domain.refusals import (
    AlreadyAccepted,
    AlreadyClosed,
    AlreadyReceived,
    AlreadyRedirected,
    AlreadyTriaged,
    AlreadyWithdrawn,
    HappenedBeforeReceipt,
    HappenedInFuture,
    NotTriaged,
    ReceivedInFuture,
    ReceivedTooEarly,
    UnknownReferral,
)
from services.referral.domain.stages import (
    Accepted,
    Closed,
    Known,
    NotReceived,
    Open,
    Received,
    Redirected,
    Referral,
    Triaged,
    Withdrawn,
    ended,
    evolve,
    initial,
)
from services.referral.domain.waiting_rule import CURRENT

__all__ = ["Referral", "decide", "evolve", "initial"]

FROM_THE_FAMILY = frozenset({"B1", "B2"})
"""Sources of referral that are the family itself: self; carer or relative."""

# Two servers' clocks differ a little: a referral "received" a moment from now was received now.
CLOCK_DIFFERENCE = timedelta(minutes=1)
FIRST_MOMENT = day_began(date(2000, 1, 1))
"""An earlier receipt is a slip of the pen."""


def decide(command: ReferralCommand, state: Referral, *, now: datetime) -> list[ReferralEvent]:
    """Raises the refusals of `receive`, `taken_place`, `triage`, `accept`, `end` and `clock.breach`."""
    match command:
        case ReceiveReferral():
            return receive(command, state, now)
        case TriageReferral():
            return triage(command, known(state), now)
        case AcceptReferral():
            return accept(command, known(state), now)
        case RedirectReferral() | WithdrawReferral() | CloseReferral():
            return end(command, known(state), now)
        case CountFacts() | RecordBreach():
            return recount(command, state, now)
        case _ as never:
            assert_never(never)


def known(state: Referral) -> Known:
    """Raises UnknownReferral."""
    if isinstance(state, NotReceived):
        raise UnknownReferral
    return state


def require_sensible_receipt(received_at: datetime, now: datetime) -> None:
    """Raises ReceivedTooEarly, ReceivedInFuture."""
    if received_at < FIRST_MOMENT:
        raise ReceivedTooEarly(field="received_at")
    if received_at > now + CLOCK_DIFFERENCE:
        raise ReceivedInFuture(field="received_at")


def receive(command: ReceiveReferral, state: Referral, now: datetime) -> list[ReferralEvent]:
    """Raises AlreadyReceived, ReceivedTooEarly, ReceivedInFuture."""
    if not isinstance(state, NotReceived):
        raise AlreadyReceived
    request = command.request
    require_sensible_receipt(request.received_at, now)
    received = ReferralReceived(
        referral_id=command.referral_id,
        person_id=request.person_id,
        source_of_referral=request.source_of_referral,
        self_referred=request.source_of_referral in FROM_THE_FAMILY,
        referring_org_ods_code=request.referring_org_ods_code,
        referring_professional_type=request.referring_professional_type,
        primary_reason=request.primary_reason,
        consultation_id=request.consultation_id,
        referred_by=request.referred_by,
        note=request.note,
        occurred_at=request.received_at,
    )
    wait = start_wait(received, command)
    clock = started(wait)
    return [received, wait, *changes(clock, count(clock, command.facts), now)]


def start_wait(received: ReferralReceived, command: ReceiveReferral) -> WaitStarted:
    """The clock of a spell: the referral's own id names it. Due on the day of receipt (Europe/London) plus the threshold."""
    return WaitStarted(
        referral_id=received.referral_id,
        person_id=received.person_id,
        spell_id=received.referral_id,
        follows_spell_id=command.follows_spell_id,
        due_on=london_date(received.occurred_at) + timedelta(days=command.waiting_threshold_days),
        rule_version=CURRENT.version,
        occurred_at=received.occurred_at,
    )


def taken_place(happened_at: datetime | None, state: Known, now: datetime) -> datetime:
    """When it was true: now, unless it is put down later. Raises HappenedInFuture, HappenedBeforeReceipt."""
    if happened_at is None:
        return now
    if happened_at > now + CLOCK_DIFFERENCE:
        raise HappenedInFuture(field="happened_at")
    if state.clock is not None and happened_at < state.clock.started_at:
        raise HappenedBeforeReceipt(field="happened_at")
    return happened_at


def triage(command: TriageReferral, state: Known, now: datetime) -> list[ReferralEvent]:
    """The same priority again changes nothing. Raises AlreadyTriaged, AlreadyAccepted, and for what has ended."""
    match require_open(state):
        case Triaged(clinical_response_priority=priority):
            # A second note must not vanish in an answer that says "done".
            if priority != command.clinical_response_priority or command.note is not None:
                raise AlreadyTriaged
            return []
        case Accepted():
            raise AlreadyAccepted
        case Received():
            return [
                ReferralTriaged(
                    referral_id=command.referral_id,
                    person_id=state.person_id,
                    clinical_response_priority=command.clinical_response_priority,
                    note=command.note,
                    occurred_at=taken_place(command.happened_at, state, now),
                )
            ]
        case _ as never:
            assert_never(never)


def accept(command: AcceptReferral, state: Known, now: datetime) -> list[ReferralEvent]:
    """The same strand again changes nothing. Raises NotTriaged, AlreadyAccepted, and for what has ended."""
    match require_open(state):
        case Received():
            raise NotTriaged
        case Accepted(care_strand=care_strand):
            if care_strand != command.care_strand:
                raise AlreadyAccepted(field="care_strand")
            return []
        case Triaged():
            return [
                ReferralAccepted(
                    referral_id=command.referral_id,
                    person_id=state.person_id,
                    care_strand=command.care_strand,
                    occurred_at=taken_place(command.happened_at, state, now),
                )
            ]
        case _ as never:
            assert_never(never)


def end(command: EndCommand, state: Known, now: datetime) -> list[ReferralEvent]:
    """Ends the referral, and its clock if that runs; what the clock met after the end is no longer its own.

    The same again changes nothing.

    Raises AlreadyAccepted for a redirection that comes after acceptance, and for what has ended.
    """
    event = _ending(command, state.person_id, taken_place(command.happened_at, state, now))
    after = ended(state, event)
    if after.stage == state.stage and command.note is None:
        return []
    if isinstance(require_open(state), Accepted) and isinstance(command, RedirectReferral):
        raise AlreadyAccepted
    return [event, *(changes(state.clock, until_end(after.clock), now) if state.clock and after.clock else [])]


def require_open(state: Known) -> Open:
    """The stage of a referral that goes on. Raises AlreadyRedirected, AlreadyWithdrawn, AlreadyClosed."""
    match state.stage:
        case Redirected():
            raise AlreadyRedirected
        case Withdrawn():
            raise AlreadyWithdrawn
        case Closed():
            raise AlreadyClosed
        case Received() | Triaged() | Accepted() as stage:
            return stage
        case _ as never:
            assert_never(never)


def recount(command: ClockCommand, state: Referral, now: datetime) -> list[ReferralEvent]:
    """What everything known makes of the clock.

    A fact may be heard before its referral, or name somebody else's by mistake: then there is nothing to count.

    Raises NotYetDue for a breach.
    """
    if isinstance(state, NotReceived) or state.clock is None or state.person_id != command.person_id:
        return []
    clock = count(state.clock, command.facts)
    said: list[ReferralEvent] = [*changes(state.clock, clock, now)]
    return [*said, *breach(clock, now)] if isinstance(command, RecordBreach) else said


def _ending(command: EndCommand, person_id: str, at: datetime) -> EndEvent:
    about = {"referral_id": command.referral_id, "person_id": person_id}
    match command:
        case RedirectReferral(reason=reason, note=note, redirected_to=redirected_to):
            return ReferralRedirected(**about, reason=reason, redirected_to=redirected_to, note=note, occurred_at=at)
        case WithdrawReferral(reason=reason, note=note, withdrawn_by=withdrawn_by):
            return ReferralWithdrawn(**about, reason=reason, withdrawn_by=withdrawn_by, note=note, occurred_at=at)
        case CloseReferral(reason=reason, note=note):
            return ReferralClosed(**about, reason=reason, note=note, occurred_at=at)
        case _ as never:
            assert_never(never)
