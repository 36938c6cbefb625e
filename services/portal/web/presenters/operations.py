"""How the services are: health, what is still on its way, what is parked. From their own metrics; nothing about anybody. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from services.portal.owners import Condition
from services.portal.web.csv_file import Cell
from services.portal.web.presenters.clock import Tag

_CONSUMER, _PROJECTION, _RELAY = (
    "perinatal_consumer_lag_records",
    "perinatal_projection_lag_events",
    "perinatal_relay_lag_events",
)
_STREAMS, _EVENTS = "perinatal_parked_streams", "perinatal_parked_records"
_READ = (_CONSUMER, _PROJECTION, _RELAY, _STREAMS, _EVENTS)
_STATES = {True: Tag("Up", "green"), False: Tag("Not ready", "orange"), None: Tag("Does not answer", "red")}
_WELL = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a service said of itself; None: it did not answer."""

    service: str
    condition: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part a service depends on."""

    part: str
    state: str

    @property
    def well(self) -> bool:
        return self.state == _WELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How much of one thing is still on its way."""

    what: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """What waits for somebody to look at it, by whatever could not take it."""

    consumer: str
    streams: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One service; `to_publish` None: it has no events of its own."""

    service: str
    state: Tag
    checks: list[Check]
    to_publish: int | None
    topics: list[Lag]
    read_models: list[Lag]
    parked: list[Parked]

    @property
    def to_hear(self) -> int:
        return sum(lag.count for lag in self.topics)

    @property
    def to_fold(self) -> int:
        return sum(lag.count for lag in self.read_models)

    @property
    def parked_events(self) -> int:
        return sum(each.events for each in self.parked)

    @property
    def on_its_way(self) -> int:
        return (self.to_publish or 0) + self.to_hear + self.to_fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    services: list[ServiceLine]
    summary: list[Tag]
    """The three things to know first, each good (green) or not."""

    @property
    def parked(self) -> list[tuple[str, Parked]]:
        """Everything that is parked, each with its service."""
        return [(line.service, each) for line in self.services for each in line.parked if each.events or each.streams]


def operations(told: Sequence[Told]) -> Operations:
    lines = [_line(each) for each in told]
    return Operations(services=lines, summary=[_up(lines), _nothing_parked(lines), _nothing_waits(lines)])


def _up(lines: Sequence[ServiceLine]) -> Tag:
    down = [line.service for line in lines if line.state != _STATES[True]]
    return Tag(f"Not up: {', '.join(down)}", "red") if down else Tag("Every service is up", "green")


def _nothing_parked(lines: Sequence[ServiceLine]) -> Tag:
    events = sum(line.parked_events for line in lines)
    return Tag(f"{_events(events)} parked", "red") if events else Tag("Nothing is parked", "green")


def _nothing_waits(lines: Sequence[ServiceLine]) -> Tag:
    count = sum(line.on_its_way for line in lines)
    return Tag(f"{_events(count)} still on the way", "blue") if count else Tag("Nothing is on its way", "green")


def _events(count: int) -> str:
    return "1 event is" if count == 1 else f"{count:,} events are"


Numbers = dict[str, dict[str, int]]
"""{metric: {what it is about: value}}, partitions of a topic taken together"""


def _line(told: Told) -> ServiceLine:
    if told.condition is None:
        return ServiceLine(
            service=told.service, state=_STATES[None], checks=[], to_publish=None, topics=[], read_models=[], parked=[]
        )
    numbers = _numbers(told.condition.metrics)
    return ServiceLine(
        service=told.service,
        state=_STATES[told.condition.healthy],
        checks=[Check(part=part, state=state) for part, state in told.condition.checks.items()],
        to_publish=sum(numbers[_RELAY].values()) if _RELAY in numbers else None,
        topics=_lags(numbers, _CONSUMER),
        read_models=_lags(numbers, _PROJECTION),
        parked=_parked(numbers),
    )


def _numbers(text: str) -> Numbers:
    found: Numbers = {}
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    for sample in (sample for sample in samples if sample.name in _READ):
        about, value = _about(sample.labels), int(sample.value)
        counted = found.setdefault(sample.name, {})
        counted[about] = counted.get(about, 0) + value
    return found


def _about(labels: Mapping[str, str]) -> str:
    return labels.get("topic") or labels.get("projection") or labels.get("consumer") or ""


def _lags(numbers: Numbers, metric: str) -> list[Lag]:
    """Most first."""
    counted = sorted(numbers.get(metric, {}).items(), key=lambda each: (-each[1], each[0]))
    return [Lag(what=what, count=count) for what, count in counted]


def _parked(numbers: Numbers) -> list[Parked]:
    streams, events = numbers.get(_STREAMS, {}), numbers.get(_EVENTS, {})
    consumers = sorted({*streams, *events})
    return [Parked(consumer=each, streams=streams.get(each, 0), events=events.get(each, 0)) for each in consumers]


HEADINGS = ("service", "kind", "what", "value")


def operation_cells(told: Operations) -> Iterator[Sequence[Cell]]:
    """Lines under HEADINGS."""
    for line in told.services:
        yield [line.service, "state", "", line.state.words]
        for check in line.checks:
            yield [line.service, "check", check.part, check.state]
        if line.to_publish is not None:
            yield [line.service, "events to publish", "", line.to_publish]
        for kind, lags in (("topic", line.topics), ("read model", line.read_models)):
            for lag in lags:
                yield [line.service, kind, lag.what, lag.count]
        for each in line.parked:
            yield [line.service, "parked streams", each.consumer, each.streams]
            yield [line.service, "parked events", each.consumer, each.events]
