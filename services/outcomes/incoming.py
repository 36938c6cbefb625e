"""Others' facts as our commands. They come in any order: an episode may be heard of before its person, or end unheard of."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import contracts
from contracts.referral import (
    PersonErasedV1,
    PersonRegisteredV1,
    ReferralAcceptedV1,
    ReferralClosedV1,
    ReferralRedirectedV1,
    ReferralWithdrawnV1,
)
from services.kit.record import Recorded
from services.outcomes.domain.record import CloseEpisode, EnrolPerson, FactCommand, ForgetPerson, OpenEpisode

TOPICS = ("perinatal.referral.events",)

parse = contracts.parse


def on_person_registered(recorded: Recorded[PersonRegisteredV1]) -> EnrolPerson:
    event = recorded.event
    return EnrolPerson(person_id=event.person_id, registered_at=event.registered_at)


def on_person_erased(recorded: Recorded[PersonErasedV1]) -> ForgetPerson:
    event = recorded.event
    return ForgetPerson(person_id=event.person_id, erased_at=event.erased_at)


def on_referral_accepted(recorded: Recorded[ReferralAcceptedV1]) -> OpenEpisode:
    event = recorded.event
    return OpenEpisode(
        person_id=event.person_id,
        referral_id=event.referral_id,
        care_strand=event.care_strand,
        accepted_at=event.accepted_at,
    )


def on_referral_closed(recorded: Recorded[ReferralClosedV1]) -> CloseEpisode:
    return _ended(recorded.event, "closed", recorded.event.closed_at)


def on_referral_withdrawn(recorded: Recorded[ReferralWithdrawnV1]) -> CloseEpisode:
    return _ended(recorded.event, "withdrawn", recorded.event.withdrawn_at)


def on_referral_redirected(recorded: Recorded[ReferralRedirectedV1]) -> CloseEpisode:
    return _ended(recorded.event, "redirected", recorded.event.redirected_at)


def _ended(
    event: ReferralClosedV1 | ReferralWithdrawnV1 | ReferralRedirectedV1, ended_by: str, at: datetime
) -> CloseEpisode:
    return CloseEpisode(
        person_id=event.person_id,
        referral_id=event.referral_id,
        ended_by=ended_by,
        reason=event.reason,
        ended_at=at,
    )


SUBSCRIPTIONS: Mapping[type[Any], Callable[[Recorded[Any]], FactCommand]] = {
    PersonRegisteredV1: on_person_registered,
    PersonErasedV1: on_person_erased,
    ReferralAcceptedV1: on_referral_accepted,
    ReferralClosedV1: on_referral_closed,
    ReferralWithdrawnV1: on_referral_withdrawn,
    ReferralRedirectedV1: on_referral_redirected,
}
