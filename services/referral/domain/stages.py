"""How far a referral is. No stage is a refusal: whoever is not taken on here is sent on, or took the request back."""

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from services.referral.domain.clock import Clock, Stop, advanced, revised, started, stopped
from services.referral.domain.events import (
    EndEvent,
    ReferralAccepted,
    ReferralClosed,
    ReferralEvent,
    ReferralReceived,
    ReferralRedirected,
    ReferralTriaged,
    ReferralWithdrawn,
    WaitAdvanced,
    WaitBreached,
    WaitEvent,
    WaitRevised,
    WaitStarted,
    WaitStopped,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Waiting for a clinician to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaged:
    """Read, with a priority; waiting for a strand of care."""

    clinical_response_priority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """In a strand of care."""

    care_strand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected:
    """Sent on to another service."""

    reason: str
    redirected_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """Taken back by who asked."""

    reason: str
    withdrawn_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The work has ended."""

    reason: str


Ending: TypeAlias = Redirected | Withdrawn | Closed
Open: TypeAlias = Received | Triaged | Accepted
Stage: TypeAlias = Open | Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReceived:
    """No referral has come under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A referral that was received: whose it is, how far it is, and its clock."""

    person_id: str
    stage: Stage
    clock: Clock | None = None


Referral: TypeAlias = NotReceived | Known


def initial() -> Referral:
    return NotReceived()


def evolve(state: Referral, event: ReferralEvent) -> Referral:
    if isinstance(state, NotReceived):
        # A stream begins with its receipt: before it there is nothing to change.
        received = isinstance(event, ReferralReceived)
        return Known(person_id=event.person_id, stage=Received()) if received else state
    match event:
        case ReferralReceived():
            return state
        case ReferralTriaged(clinical_response_priority=priority):
            return replace(state, stage=Triaged(clinical_response_priority=priority))
        case ReferralAccepted(care_strand=care_strand):
            return replace(state, stage=Accepted(care_strand=care_strand))
        case ReferralRedirected() | ReferralWithdrawn() | ReferralClosed():
            return ended(state, event)
        case WaitStarted() | WaitAdvanced() | WaitStopped() | WaitRevised() | WaitBreached():
            return replace(state, clock=_ticked(state.clock, event))
        case _ as never:
            assert_never(never)


def ended(state: Known, event: EndEvent) -> Known:
    """Over; a clock that still runs stops with it."""
    stage, why = _ending(event)
    if state.clock is None:
        return replace(state, stage=stage)
    return replace(state, stage=stage, clock=replace(state.clock, ended=Stop(at=event.occurred_at, why=why)))


def _ending(event: EndEvent) -> tuple[Ending, str]:
    match event:
        case ReferralRedirected(reason=reason, redirected_to=redirected_to):
            return Redirected(reason=reason, redirected_to=redirected_to), "redirected"
        case ReferralWithdrawn(reason=reason, withdrawn_by=withdrawn_by):
            return Withdrawn(reason=reason, withdrawn_by=withdrawn_by), "withdrawn"
        case ReferralClosed(reason=reason):
            return Closed(reason=reason), "closed"
        case _ as never:
            assert_never(never)


def _ticked(clock: Clock | None, event: WaitEvent) -> Clock | None:
    match event:
        case WaitStarted():
            return started(event)
        case WaitAdvanced():
            return clock and advanced(clock, event)
        case WaitStopped():
            return clock and stopped(clock, event)
        case WaitRevised():
            return clock and revised(clock, event)
        case WaitBreached():
            return clock and replace(clock, breached=True)
        case _ as never:
            assert_never(never)
