"""CloudEvents 1.0 in Kafka's binary mode: attributes are headers, the value is the data, the key is the stream."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kit.record import Recorded, Recovered
from services.kit.tenancy import TenantId

Header = tuple[str, bytes]

REPUBLISHED = "ce_republished"
"""Header of a record an operator sent again; the publisher's own records do not have it."""

_MANDATORY = (
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_subject",
    "ce_time",
    "ce_recordedtime",
    "ce_tenant",
    "ce_sequence",
    "ce_prevsequence",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A public fact on its way out: where to, what it is, and its JSON."""

    topic: str
    type: str
    dataschema: str
    data: bytes


def as_it_was(recovered: Recovered) -> Message | None:
    """The message a lost event was published by, byte for byte; None when it never was."""
    kept = recovered.message
    if not kept:
        return None
    return Message(topic=kept["topic"], type=kept["type"], dataschema=kept["dataschema"], data=kept["value"].encode())


class NotACloudEvent(Exception):
    """A record without the headers every event of ours carries."""


def source_of(service: str, incarnation: object) -> str:
    """Who publishes: the service, and which of the stores it ever had."""
    return f"uk.nhs.perinatal.{service}/{incarnation}"


def headers(recorded: Recorded[Any], message: Message, *, source: str) -> list[Header]:
    """The headers of one event. `source` names the service and the incarnation of its store."""
    command = str(recorded.command_id).encode()
    pairs = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(recorded.event_id).encode()),
        ("ce_source", source.encode()),
        ("ce_type", message.type.encode()),
        ("ce_subject", recorded.stream.encode()),
        ("ce_time", recorded.occurred_at.isoformat().encode()),
        ("ce_recordedtime", recorded.recorded_at.isoformat().encode()),
        ("ce_dataschema", message.dataschema.encode()),
        ("ce_tenant", recorded.tenant.encode()),
        ("ce_sequence", b"%010d" % recorded.version),
        ("ce_prevsequence", b"%010d" % recorded.previous),
        ("ce_position", b"%d" % recorded.position),
        ("ce_correlationid", command),
        ("ce_causationid", str(recorded.causation_id).encode() if recorded.causation_id else command),
        ("content-type", b"application/json"),
    ]
    if recorded.traceparent is not None:
        pairs.append(("traceparent", recorded.traceparent.encode()))
    return pairs


def read(event: Any, pairs: Iterable[Header]) -> Recorded[Any]:
    """The public event with its place in its stream. Raises NotACloudEvent, ValueError."""
    text = {name: value.decode() for name, value in pairs}
    missing = [name for name in _MANDATORY if name not in text]
    if missing:
        raise NotACloudEvent(", ".join(missing))
    return Recorded(
        event=event,
        tenant=TenantId.parse(text["ce_tenant"]),
        stream=text["ce_subject"],
        version=int(text["ce_sequence"]),
        previous=int(text["ce_prevsequence"]),
        position=int(text.get("ce_position", "0")),
        type=text["ce_type"],
        event_id=UUID(text["ce_id"]),
        occurred_at=datetime.fromisoformat(text["ce_time"]),
        recorded_at=datetime.fromisoformat(text["ce_recordedtime"]),
        actor=text["ce_source"],
        traceparent=text.get("traceparent"),
    )
