"""How the services are: health, what is still on its way, what is parked. From their own metrics; nothing about anybody. No I/O."""

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from services.portal.web.presenters.clock import Tag

_CONSUMER, _PROJECTION, _RELAY, _PARKED = (
    "perinatal_consumer_lag_records",
    "perinatal_projection_lag_events",
    "perinatal_relay_lag_events",
    "perinatal_parked_records",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How much of one thing is still on its way."""

    service: str
    what: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a service said of itself; None: it did not answer."""

    service: str
    healthy: bool | None
    metrics: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    service: str
    state: Tag
    to_publish: int | None
    parked: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    services: list[ServiceLine]
    topics: list[Lag]
    projections: list[Lag]


_STATES = {True: Tag("Up", "green"), False: Tag("Not ready", "orange"), None: Tag("Does not answer", "red")}


def operations(told: list[Told]) -> Operations:
    services, topics, projections = [], [], []
    for each in told:
        numbers = _numbers(each.metrics)
        services.append(_service(each, numbers))
        topics += _lags(each, numbers, _CONSUMER)
        projections += _lags(each, numbers, _PROJECTION)
    return Operations(services=services, topics=topics, projections=projections)


Numbers = dict[str, dict[str, int]]
"""{metric: {its labels in words: value}}"""


def _numbers(text: str) -> Numbers:
    found: Numbers = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in (_CONSUMER, _PROJECTION, _RELAY, _PARKED):
                found.setdefault(sample.name, {})[_labels(sample.labels)] = int(sample.value)
    return found


def _labels(labels: dict[str, str]) -> str:
    partition = labels.get("partition")
    name = labels.get("topic") or labels.get("projection") or ""
    return name if partition is None else f"{name}, partition {partition}"


def _service(told: Told, numbers: Numbers) -> ServiceLine:
    if told.healthy is None:
        return ServiceLine(service=told.service, state=_STATES[None], to_publish=None, parked=None)
    return ServiceLine(
        service=told.service,
        state=_STATES[told.healthy],
        to_publish=sum(numbers[_RELAY].values()) if _RELAY in numbers else None,
        # A service that has never parked anything has no such number.
        parked=sum(numbers.get(_PARKED, {}).values()),
    )


def _lags(told: Told, numbers: Numbers, metric: str) -> list[Lag]:
    return [
        Lag(service=told.service, what=what, count=count) for what, count in sorted(numbers.get(metric, {}).items())
    ]
