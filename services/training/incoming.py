"""Others' facts as our commands: which practices the network has, and who was erased."""

from collections.abc import Callable, Mapping
from typing import Any

import contracts
from contracts.referral import PcnConfiguredV1, PersonErasedV1
from services.kit.record import Recorded
from services.training.domain.events import Practice
from services.training.domain.person import ForgetPerson
from services.training.domain.practices import NotePractices

TOPICS = ("perinatal.referral.events",)

parse = contracts.parse


def on_pcn_configured(recorded: Recorded[PcnConfiguredV1]) -> NotePractices:
    event = recorded.event
    return NotePractices(
        pcn_ods_code=event.pcn_ods_code,
        practices=tuple(Practice(ods_code=each.ods_code, name=each.name) for each in event.practices),
        configured_at=event.configured_at,
    )


def on_person_erased(recorded: Recorded[PersonErasedV1]) -> ForgetPerson:
    event = recorded.event
    return ForgetPerson(person_id=event.person_id, erased_at=event.erased_at)


SUBSCRIPTIONS: Mapping[type[Any], Callable[[Recorded[Any]], NotePractices | ForgetPerson]] = {
    PcnConfiguredV1: on_pcn_configured,
    PersonErasedV1: on_person_erased,
}
