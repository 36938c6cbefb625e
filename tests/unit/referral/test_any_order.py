"""However the facts come in, and however often, a clock ends in the same state, and at every step it says what is missing.

Each fact is taken as the service takes it: kept in the person's stream, then counted for the clocks it may matter to, again and
again until nothing new was kept meanwhile. Between any two of these steps anything else may happen.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain import referral, stages, wait_facts
from services.referral.domain.clock import Clock
from services.referral.domain.commands import ReferralCommand
from services.referral.domain.events import ReferralEvent, WaitAdvanced, WaitBreached, WaitRevised, WaitStopped
from services.referral.domain.wait_facts import Note, WaitFacts, counts
from services.referral.domain.waiting_rule import PARTS
from tests.unit.referral.clock_scenarios import contact, measure, record_breach, spell
from tests.unit.referral.scenarios import YESTERDAY, accept, close, receive, triage

TIMES = {"triage": 1, "accept": 2, "close": 25, "breach": 60}
Step = Iterator[None]


@dataclass
class World:
    """One person, one referral: the two streams, folded."""

    facts: WaitFacts = field(default_factory=wait_facts.initial)
    version: int = 0
    state: stages.Referral = field(default_factory=stages.initial)
    events: list[ReferralEvent] = field(default_factory=list)

    def note(self, note: Note) -> None:
        for event in wait_facts.decide(note, self.facts, now=YESTERDAY):
            self.facts = wait_facts.evolve(self.facts, event)
            self.version += 1

    def ask(self, command: ReferralCommand, day: int) -> None:
        for event in referral.decide(command, self.state, now=YESTERDAY + timedelta(days=day)):
            self.state = stages.evolve(self.state, event)
            self.events.append(event)
        self.check()

    def check(self) -> None:
        """What was said last is what is missing."""
        clock = self.clock
        if clock is None:
            return
        assert clock.missing == tuple(part for part in PARTS if part not in clock.met)
        told = [event for event in self.events if isinstance(event, WaitAdvanced | WaitRevised)]
        assert (told[-1].missing_parts if told else PARTS) == clock.missing

    @property
    def clock(self) -> Clock | None:
        return self.state.clock if isinstance(self.state, stages.Known) else None


def taken(world: World, note: Note, counted: int | None = None) -> Step:
    """As `Application.take` and `Application._count`."""
    world.note(note)
    yield
    facts, version = world.facts, world.version
    while counted != version:
        for command in counts(note, facts):
            yield
            world.ask(command, 30)
        counted = version
        yield
        facts, version = world.facts, world.version


def received(world: World) -> Step:
    """As `Application.receive_referral`."""
    note = Note(fact=spell())
    world.note(note)
    yield
    facts, version = world.facts, world.version
    yield
    world.ask(replace(receive(), facts=facts.counting_for(spell().referral_id)), 0)
    yield
    yield from taken(world, note, counted=version)
    for command, name in ((triage(), "triage"), (accept(), "accept"), (close(), "close")):
        yield
        world.ask(command, TIMES[name])


# What was after the end of the referral may be heard before the end is put down.
days = st.integers(-3, 30).map(lambda day: YESTERDAY + timedelta(days=day, hours=1))
names = st.sampled_from("abc")
contacts = st.builds(
    contact,
    names,
    told=st.integers(1, 3),
    referral_id=st.sampled_from([spell().referral_id, None]),
    kind=st.sampled_from(["appointment", "group"]),
    attendance_status=st.sampled_from(["5", "6", "3"]),
    consultation_mechanism=st.sampled_from(["01", "09"]),
    activities=st.lists(st.sampled_from(["assessment", "care_plan", "advice"]), unique=True, max_size=3).map(tuple),
    occurred_at=days,
)
measures = st.builds(
    measure, names, told=st.integers(1, 2), scored=st.booleans(), completed_on=days.map(lambda at: at.date())
)


def one_telling(facts: list[Any]) -> list[Any]:
    """Of a contact there is one first telling, one second: the same everywhere it is heard."""
    return list({(type(fact), _about(fact), fact.told): fact for fact in facts}.values())


def _about(fact: Any) -> str:
    return getattr(fact, "contact_id", None) or str(fact.measure_id)


heard = st.lists(contacts | measures, max_size=7).map(one_telling)


def run(world: World, tasks: list[Step], choose: Callable[[int], int]) -> None:
    """Steps of the tasks, one at a time, whose turn it is drawn anew each time."""
    waiting = list(tasks)
    while waiting:
        task = waiting[choose(len(waiting))]
        if next(task, "over") == "over":
            waiting.remove(task)


def end_state(world: World) -> Any:
    clock = world.clock
    assert clock is not None
    return {part: clock.met[part] for part in sorted(clock.met)}, clock.ended, clock.stop, clock.said


@settings(max_examples=300, deadline=None)
@given(heard, st.data())
def test_a_clock_ends_the_same_for_every_interleaving_and_repetition(facts: list[Any], data: st.DataObject) -> None:
    straight, mixed = World(), World()
    run(straight, [received(straight), *(taken(straight, Note(fact=fact)) for fact in facts)], lambda _: 0)
    again = data.draw(st.lists(st.sampled_from(facts), max_size=3)) if facts else []
    order = data.draw(st.permutations([*facts, *again]))
    tasks = [received(mixed), *(taken(mixed, Note(fact=fact)) for fact in order)]
    run(mixed, tasks, lambda count: data.draw(st.integers(0, count - 1)))
    assert end_state(mixed) == end_state(straight)
    assert mixed.clock is not None
    assert mixed.clock.said == mixed.clock.stop


@settings(max_examples=200, deadline=None)
@given(heard, st.data())
def test_nothing_is_said_twice_without_a_revision_between(facts: list[Any], data: st.DataObject) -> None:
    world = World()
    tasks = [received(world), *(taken(world, Note(fact=fact)) for fact in facts)]
    run(world, tasks, lambda count: data.draw(st.integers(0, count - 1)))
    said: set[str] = set()
    for event in world.events:
        if isinstance(event, WaitRevised):
            said = {*event.parts_met, *(["stop"] if event.why else [])}
        elif isinstance(event, WaitAdvanced | WaitStopped):
            word = event.part if isinstance(event, WaitAdvanced) else "stop"
            assert word not in said
            said.add(word)


@settings(max_examples=100, deadline=None)
@given(heard, st.integers(2, 4))
def test_a_breach_is_said_once_however_often_it_is_asked(facts: list[Any], times: int) -> None:
    world = World()
    world.ask(receive(), 0)
    for fact in facts:
        world.note(Note(fact=fact))
    for _ in range(times):
        world.ask(record_breach(*world.facts.counting_for(spell().referral_id)), TIMES["breach"])
    assert world.clock is not None
    runs = world.clock.stop is None
    assert [type(event) for event in world.events].count(WaitBreached) == (1 if runs else 0)
