"""Who may do what at the broker: what contracts/topics.yaml says a service produces and consumes, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from contracts.topics import Topic
from deploy.compose.secrets import OPERATIONS

Operation = Literal["READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"]
Resource = Literal["TOPIC", "GROUP", "CLUSTER"]

_OURS = "perinatal."
_THE_CLUSTER = "kafka-cluster"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Grant:
    """One user may do one thing to a resource, or to all whose names begin so."""

    user: str
    operation: Operation
    resource: Resource
    name: str
    prefix: bool = False


def grants(topics: Sequence[Topic]) -> list[Grant]:
    """Of every service, and of those who operate the platform."""
    services = {service for topic in topics for service in (topic.owner, *topic.consumers)}
    found = [*_of_operations()]
    for service in sorted(services):
        found += _of_service(service, topics)
    return sorted(set(found))


def _of_service(service: str, topics: Sequence[Topic]) -> Iterator[Grant]:
    for topic in topics:
        if topic.producer == service:
            yield Grant(user=service, operation="WRITE", resource="TOPIC", name=topic.name)
        # Its own too: at its start a relay compares its log with the last record it published.
        if service in (topic.producer, *topic.consumers):
            yield Grant(user=service, operation="READ", resource="TOPIC", name=topic.name)
    yield Grant(user=service, operation="READ", resource="GROUP", name=service)


def _of_operations() -> Iterator[Grant]:
    """Lag, verification, rebuilds, and publishing again what was published before."""
    for operation in ("READ", "WRITE", "DESCRIBE_CONFIGS"):
        yield Grant(user=OPERATIONS, operation=operation, resource="TOPIC", name=_OURS, prefix=True)
    yield Grant(user=OPERATIONS, operation="DESCRIBE", resource="GROUP", name="*")
    yield Grant(user=OPERATIONS, operation="DESCRIBE", resource="CLUSTER", name=_THE_CLUSTER)
