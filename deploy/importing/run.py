"""Send a plan's commands the way the web form does, many at once, and wait until the portal shows them."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

from deploy.cli.client import Refused
from deploy.importing.commands import RecordMeasure, RegisterPerson
from deploy.importing.problems import Problem

J = TypeVar("J")
R = TypeVar("R")

IN_FLIGHT = 32
# How long nothing at all may move on before waiting ends.
PATIENCE_SECONDS = 60.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 2.0
PROBE_SECONDS = 5
# The person's registration is still on its way through Kafka; somebody else is writing to the same record.
A_MATTER_OF_TIME = frozenset({"person-unknown", "conflict"})
# The statuses of a refusal that is about one row; any other is about the whole run.
ABOUT_THE_ROW = frozenset({404, 409, 422})


class Services(Protocol):
    """What a run needs of `deploy.cli.client.Client`."""

    def get(self, service: str, path: str, params: Mapping[str, str] | None = None) -> Any: ...

    def command(self, service: str, method: str, path: str, body: Any, command_id: UUID) -> Any: ...


class Progress(Protocol):
    """Who watches: told how much a stage has to do, and of each thing that is done."""

    def begin(self, stage: str, total: int) -> None: ...

    def advance(self, stage: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One command on its way; `about` names it in a problem of its row."""

    service: str
    what: str
    about: str
    row: int
    body: Mapping[str, object] = field(repr=False)
    command_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A command's answer: the id of what it made, where it was written, and whether that had been done before."""

    id: str
    stream: str
    version: int
    duplicate: bool


Reply: TypeAlias = Stored | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of one kind of command; `refused` counts the forms of a person who was refused, too."""

    new: int
    already_there: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a run. `visible`: the portal shows everything that was written."""

    people: Tally
    measures: Tally
    visible: bool
    problems: tuple[Problem, ...]


class Patience:
    """When to stop waiting: after so many seconds in which nothing moved on, for everything in flight together."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self._seconds = seconds
        self._until = 0.0
        self.moved_on()

    def moved_on(self) -> None:
        self._until = time.monotonic() + self._seconds

    def end(self) -> None:
        self._until = 0.0

    @property
    def spent(self) -> bool:
        return time.monotonic() > self._until


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One run for one network. Raises StackError when a service does not answer; stopped anywhere, it can be run again."""

    pcn: str
    services: Services
    progress: Progress
    patience: Patience

    def run(self, people: Sequence[RegisterPerson]) -> Outcome:
        """Register everybody, record every form, wait for the portal."""
        self.progress.begin("people", len(people))
        registered = self._each(self._register, people)
        forms = sum(len(person.measures) for person in people)
        self.progress.begin("measures", forms)
        known = [(person, reply) for person, reply in zip(people, registered, strict=True) if isinstance(reply, Stored)]
        recorded = list(chain.from_iterable(self._each(self._record_all, known)))
        streams = _newest([*registered, *recorded])
        self.progress.begin("portal", len(streams))
        shown = self._each(self._is_visible, streams)
        return Outcome(
            people=_tally(registered, len(people)),
            measures=_tally(recorded, forms),
            visible=all(shown),
            problems=tuple(reply for reply in (*registered, *recorded) if isinstance(reply, Problem)),
        )

    def _each(self, work: Callable[[J], R], jobs: Sequence[J]) -> list[R]:
        """The results in the order of the jobs. The first failure ends the rest."""
        self.patience.moved_on()
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            futures = [pool.submit(work, job) for job in jobs]
            try:
                for future in as_completed(futures):
                    future.result()
            except BaseException:
                self.patience.end()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [future.result() for future in futures]

    def _register(self, person: RegisterPerson) -> Reply:
        reply = self._send(
            Sent(
                service="referral",
                what="people",
                about="person",
                row=person.row,
                body=person.body,
                command_id=person.command_id,
            )
        )
        self.progress.advance("people")
        return reply

    def _record_all(self, known: tuple[RegisterPerson, Stored]) -> list[Reply]:
        person, stored = known
        return [self._record(stored.id, measure) for measure in person.measures]

    def _record(self, person_id: str, measure: RecordMeasure) -> Reply:
        reply = self._send(
            Sent(
                service="outcomes",
                what="measures",
                about=measure.instrument,
                row=measure.row,
                body={**measure.body, "person_id": person_id},
                command_id=measure.command_id,
            )
        )
        self.progress.advance("measures")
        return reply

    def _send(self, sent: Sent) -> Reply:
        """The answer, or the refusal as a problem of the row; what is only a matter of time is tried again."""
        path = f"/v1/pcns/{self.pcn}/{sent.what}"
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = self.services.command(sent.service, "POST", path, sent.body, sent.command_id)
            except Refused as refused:
                if refused.status not in ABOUT_THE_ROW:
                    raise
                if refused.slug not in A_MATTER_OF_TIME or self.patience.spent:
                    return Problem(row=sent.row, column="", slug=refused.slug, text=f"{sent.about}: {refused}")
            else:
                self.patience.moved_on()
                return Stored(**{name: answer[name] for name in ("id", "stream", "version", "duplicate")})
            time.sleep(pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    def _is_visible(self, written: tuple[str, int]) -> bool:
        """Whether the portal comes to show a stream at this version; each question waits at the portal's end."""
        stream, version = written
        path, asked = f"/v1/pcns/{self.pcn}/streams/{stream}", {"version": str(version), "wait": str(PROBE_SECONDS)}
        while self.services.get("portal", path, asked)["version"] < version:
            if self.patience.spent:
                return False
        self.patience.moved_on()
        self.progress.advance("portal")
        return True


def _tally(replies: Sequence[Reply], planned: int) -> Tally:
    stored = [reply.duplicate for reply in replies if isinstance(reply, Stored)]
    return Tally(new=stored.count(False), already_there=stored.count(True), refused=planned - len(stored))


def _newest(replies: Iterable[Reply]) -> list[tuple[str, int]]:
    """The last version written to each stream."""
    versions: dict[str, int] = {}
    for reply in replies:
        if isinstance(reply, Stored):
            versions[reply.stream] = max(reply.version, versions.get(reply.stream, 0))
    return list(versions.items())
