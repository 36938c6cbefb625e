"""A referral: received, triaged, accepted to a strand of care. No criterion blocks one: it cannot be turned down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Kind
from services.referral.domain.calendar import london_date
from services.referral.domain.events import (
    ReferralAccepted,
    ReferralEvent,
    ReferralReceived,
    ReferralTriaged,
    WaitStarted,
)

WAITING_RULE = "waiting-clock-1"
"""The clock starts at receipt; due on the day of receipt (Europe/London) plus the network's threshold in days."""

FROM_THE_FAMILY = frozenset({"B1", "B2"})
"""Sources of referral that are the family itself: self; carer or relative."""

# Two servers' clocks differ a little: a referral "received" a moment from now was received now.
CLOCK_DIFFERENCE = timedelta(minutes=1)


class ReceivedInFuture(DomainError):
    """A referral cannot have been received in the future."""

    slug = "received-in-future"
    kind = Kind.INVALID


class UnknownReferral(DomainError):
    """There is no such referral in this network."""

    slug = "referral-unknown"
    kind = Kind.NOT_FOUND


class AlreadyReceived(DomainError):
    """This referral was already received."""

    slug = "referral-already-received"
    kind = Kind.REFUSED


class AlreadyTriaged(DomainError):
    """This referral was already triaged."""

    slug = "referral-already-triaged"
    kind = Kind.REFUSED


class NotTriaged(DomainError):
    """This referral has to be triaged first."""

    slug = "referral-not-triaged"
    kind = Kind.REFUSED


class AlreadyAccepted(DomainError):
    """This referral was already accepted."""

    slug = "referral-already-accepted"
    kind = Kind.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReceived:
    """No referral has come under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Waiting for a clinician to read it."""

    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaged:
    """Read, with a priority; waiting for a strand of care."""

    person_id: str
    clinical_response_priority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """In a strand of care."""

    care_strand: str


Referral: TypeAlias = NotReceived | Received | Triaged | Accepted


def initial() -> Referral:
    return NotReceived()


def evolve(state: Referral, event: ReferralEvent) -> Referral:
    match event:
        case ReferralReceived(person_id=person_id):
            return Received(person_id=person_id)
        case WaitStarted():
            return state
        case ReferralTriaged(person_id=person_id, clinical_response_priority=priority):
            return Triaged(person_id=person_id, clinical_response_priority=priority)
        case ReferralAccepted(care_strand=care_strand):
            return Accepted(care_strand=care_strand)
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRequest:
    """What was asked, by whom, and when it came (aware)."""

    person_id: str
    source_of_referral: str
    primary_reason: str
    received_at: datetime
    referring_org_ods_code: str | None = None
    referring_professional_type: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReferral:
    """Take a referral in and start its clock, by the threshold of the network it came to."""

    referral_id: str
    request: ReferralRequest
    waiting_threshold_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageReferral:
    """Say how soon the family should be seen."""

    referral_id: str
    clinical_response_priority: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReferral:
    """Accept the family to a strand of care."""

    referral_id: str
    care_strand: str


ReferralCommand: TypeAlias = ReceiveReferral | TriageReferral | AcceptReferral


def decide(command: ReferralCommand, state: Referral, *, now: datetime) -> list[ReferralEvent]:
    """Raises the refusals of `receive`, `triage` and `accept`."""
    match command:
        case ReceiveReferral():
            return receive(command, state, now)
        case TriageReferral():
            return triage(command, state, now)
        case AcceptReferral():
            return accept(command, state, now)
        case _ as never:
            assert_never(never)


def receive(command: ReceiveReferral, state: Referral, now: datetime) -> list[ReferralEvent]:
    """Raises AlreadyReceived, ReceivedInFuture."""
    request = command.request
    if not isinstance(state, NotReceived):
        raise AlreadyReceived
    if request.received_at > now + CLOCK_DIFFERENCE:
        raise ReceivedInFuture(field="received_at")
    received = ReferralReceived(
        referral_id=command.referral_id,
        person_id=request.person_id,
        source_of_referral=request.source_of_referral,
        self_referred=request.source_of_referral in FROM_THE_FAMILY,
        referring_org_ods_code=request.referring_org_ods_code,
        referring_professional_type=request.referring_professional_type,
        primary_reason=request.primary_reason,
        note=request.note,
        occurred_at=request.received_at,
    )
    return [received, start_wait(received, command.waiting_threshold_days)]


def start_wait(received: ReferralReceived, threshold_days: int) -> WaitStarted:
    """The clock of a first referral: its own id names the spell."""
    return WaitStarted(
        referral_id=received.referral_id,
        person_id=received.person_id,
        spell_id=received.referral_id,
        due_on=london_date(received.occurred_at) + timedelta(days=threshold_days),
        rule_version=WAITING_RULE,
        occurred_at=received.occurred_at,
    )


def triage(command: TriageReferral, state: Referral, now: datetime) -> list[ReferralEvent]:
    """The same priority again changes nothing. Raises UnknownReferral, AlreadyTriaged, AlreadyAccepted."""
    match state:
        case NotReceived():
            raise UnknownReferral
        case Received(person_id=person_id):
            triaged = ReferralTriaged(
                referral_id=command.referral_id,
                person_id=person_id,
                clinical_response_priority=command.clinical_response_priority,
                note=command.note,
                occurred_at=now,
            )
            return [triaged]
        case Triaged(clinical_response_priority=priority):
            # A second note must not vanish in an answer that says "done".
            if priority != command.clinical_response_priority or command.note is not None:
                raise AlreadyTriaged
            return []
        case Accepted():
            raise AlreadyAccepted
        case _ as never:
            assert_never(never)


def accept(command: AcceptReferral, state: Referral, now: datetime) -> list[ReferralEvent]:
    """The same strand again changes nothing. Raises UnknownReferral, NotTriaged, AlreadyAccepted."""
    match state:
        case NotReceived():
            raise UnknownReferral
        case Received():
            raise NotTriaged
        case Triaged(person_id=person_id):
            accepted = ReferralAccepted(
                referral_id=command.referral_id,
                person_id=person_id,
                care_strand=command.care_strand,
                occurred_at=now,
            )
            return [accepted]
        case Accepted(care_strand=care_strand):
            if care_strand != command.care_strand:
                raise AlreadyAccepted(field="care_strand")
            return []
        case _ as never:
            assert_never(never)
