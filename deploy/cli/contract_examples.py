"""Examples of every public event, as the services make them: a fixed story, told by their own code."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.cli.example_outcomes import outcomes_story
from deploy.cli.example_referral import Cast, referral_story
from deploy.cli.example_scheduling import scheduling_story
from deploy.cli.example_training import training_story
from services.kit.cloud_events import Message, headers
from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.outcomes import outgoing as outcomes_outgoing
from services.referral import outgoing as referral_outgoing
from services.scheduling import outgoing as scheduling_outgoing
from services.training import outgoing as training_outgoing

Example = dict[str, dict[str, Any]]

TENANT = TenantId.parse("U99001")
BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PERSON = str(uuid5(NAMESPACE_URL, "perinatal/example/person"))
# What the story knows of the person and no example may show.
FULL_NAME, NHS_NUMBER, NOTE = "Example Person", "9434765919", "asks to be seen with her partner"
BIRTH_DATE = date(1994, 5, 17)
CAST = Cast(
    tenant=TENANT,
    began=BEGAN,
    person_id=PERSON,
    full_name=FULL_NAME,
    nhs_number=NHS_NUMBER,
    birth_date=BIRTH_DATE,
    note=NOTE,
)


@cache
def examples() -> dict[str, Example]:
    """{ce_type: {"headers": {name: text}, "data": the value}}: the first event of each type in the story."""
    found: dict[str, Example] = {}
    for service, recorded, message in _sent():
        found.setdefault(message.type, _example(service, recorded, message))
    return found


def _sent() -> Iterator[tuple[str, Recorded[Any], Message]]:
    """What the services' own translation makes of the story."""
    trained = training_story(TENANT, began=BEGAN, person=PERSON, full_name=FULL_NAME, note=NOTE)
    stories = (
        (referral_story(CAST), referral_outgoing.to_message),
        (outcomes_story(TENANT, began=BEGAN, person=PERSON, note=NOTE), outcomes_outgoing.to_message),
        (scheduling_story(TENANT, began=BEGAN, person=PERSON, note=NOTE), scheduling_outgoing.to_message),
        (trained, training_outgoing.to_message),
    )
    for log, to_message in stories:
        for recorded in log.recorded:
            message = to_message(recorded)
            if message is not None:
                yield log.service, recorded, message


def _example(service: str, recorded: Recorded[Any], message: Message) -> Example:
    incarnation = uuid5(NAMESPACE_URL, f"perinatal/example/store/{service}")
    pairs = headers(recorded, message, source=f"uk.nhs.perinatal.{service}/{incarnation}")
    return {"headers": {name: value.decode() for name, value in pairs}, "data": json.loads(message.data)}
