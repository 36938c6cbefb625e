"""Others' facts as our commands. They come in any order: an episode may be heard of before its person."""

from collections.abc import Callable, Mapping
from typing import Any

import contracts
from contracts.referral import PersonRegisteredV1, ReferralAcceptedV1
from services.kit.record import Recorded
from services.outcomes.domain.record import EnrolPerson, OpenEpisode

TOPICS = ("perinatal.referral.events",)

parse = contracts.parse


def on_person_registered(recorded: Recorded[PersonRegisteredV1]) -> EnrolPerson:
    event = recorded.event
    return EnrolPerson(person_id=event.person_id, registered_at=event.registered_at)


def on_referral_accepted(recorded: Recorded[ReferralAcceptedV1]) -> OpenEpisode:
    event = recorded.event
    return OpenEpisode(
        person_id=event.person_id,
        referral_id=event.referral_id,
        care_strand=event.care_strand,
        accepted_at=event.accepted_at,
    )


SUBSCRIPTIONS: Mapping[type[Any], Callable[[Recorded[Any]], EnrolPerson | OpenEpisode]] = {
    PersonRegisteredV1: on_person_registered,
    ReferralAcceptedV1: on_referral_accepted,
}
