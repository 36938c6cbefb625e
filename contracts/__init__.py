"""What leaves a service: versioned events, their schemas, examples and topics."""

from typing import Any

from contracts import outcomes, referral, scheduling, training
from contracts.event import PublicEvent

REGISTRY: dict[str, type[PublicEvent]] = {
    event.TYPE: event
    for event in (*referral.PUBLISHED, *scheduling.PUBLISHED, *outcomes.PUBLISHED, *training.PUBLISHED)
}


class UnknownType(KeyError):
    """No class reads this `ce_type`."""


def parse(ce_type: str, data: bytes | dict[str, Any]) -> PublicEvent:
    """Read a record's value (JSON, as bytes or decoded) as the event its `ce_type` names.

    A tolerant reader: fields it does not know are ignored, everywhere. Raises UnknownType, or pydantic.ValidationError
    when the value is not JSON or breaks the schema.
    """
    event = REGISTRY.get(ce_type)
    if event is None:
        raise UnknownType(ce_type)
    if isinstance(data, bytes):
        return event.model_validate_json(data, extra="ignore")
    return event.model_validate(data, extra="ignore")
