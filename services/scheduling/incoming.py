"""Others' facts as our commands: who is registered may be booked."""

from collections.abc import Callable, Mapping
from typing import Any

import contracts
from contracts.referral import PersonRegisteredV1
from services.kit.record import Recorded
from services.scheduling.domain.person import NotePerson

TOPICS = ("perinatal.referral.events",)

parse = contracts.parse


def on_person_registered(recorded: Recorded[PersonRegisteredV1]) -> NotePerson:
    event = recorded.event
    return NotePerson(person_id=event.person_id, registered_at=event.registered_at)


SUBSCRIPTIONS: Mapping[type[Any], Callable[[Recorded[Any]], NotePerson]] = {
    PersonRegisteredV1: on_person_registered,
}
