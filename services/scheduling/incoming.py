"""Others' facts as our commands: who is registered may be booked, who was erased no longer."""

from collections.abc import Callable, Mapping
from typing import Any

import contracts
from contracts.referral import PersonErasedV1, PersonRegisteredV1
from services.kit.record import Recorded
from services.scheduling.domain.person import ForgetPerson, NotePerson, PersonCommand

TOPICS = ("perinatal.referral.events",)

parse = contracts.parse


def on_person_registered(recorded: Recorded[PersonRegisteredV1]) -> NotePerson:
    event = recorded.event
    return NotePerson(person_id=event.person_id, registered_at=event.registered_at)


def on_person_erased(recorded: Recorded[PersonErasedV1]) -> ForgetPerson:
    event = recorded.event
    return ForgetPerson(person_id=event.person_id, erased_at=event.erased_at)


SUBSCRIPTIONS: Mapping[type[Any], Callable[[Recorded[Any]], PersonCommand]] = {
    PersonRegisteredV1: on_person_registered,
    PersonErasedV1: on_person_erased,
}
