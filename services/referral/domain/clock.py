"""A waiting clock: what the facts make of it, and what has to be said when they make something else of it.

The order in which facts are heard does not matter: of each part the earliest counts, among those that stand.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from services.referral.domain.calendar import day_began, london_date
from services.referral.domain.events import (
    Fact,
    WaitAdvanced,
    WaitBreached,
    WaitEvent,
    WaitRevised,
    WaitStarted,
    WaitStopped,
)
from services.referral.domain.refusals import NotYetDue
from services.referral.domain.waiting_rule import PARTS, rule_of

COMPLETE = "complete"
RETURN_DAYS = 30
"""Who comes back within so many days of the end of a spell begins a new one, and it says which one it follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """When a clock stopped, and why: complete, or how the referral ended."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The clock of one spell. `met`: the parts with their moments; `ended`: the referral itself ended; `said`: the stop
    that was last made known."""

    referral_id: str
    person_id: str
    spell_id: str
    started_at: datetime
    due_on: date
    rule_version: str
    met: Mapping[str, datetime] = field(default_factory=dict)
    ended: Stop | None = None
    said: Stop | None = None
    breached: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(part for part in PARTS if part not in self.met)

    @property
    def stop(self) -> Stop | None:
        """Complete at the latest of the parts; else when the referral ended; None while it runs."""
        if self.missing:
            return self.ended
        return Stop(at=max(self.started_at, *self.met.values()), why=COMPLETE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierSpell:
    """A spell the person had; `ended_at` None: it goes on."""

    spell_id: str
    ended_at: datetime | None


def started(event: WaitStarted) -> Clock:
    return Clock(
        referral_id=event.referral_id,
        person_id=event.person_id,
        spell_id=event.spell_id,
        started_at=event.occurred_at,
        due_on=event.due_on,
        rule_version=event.rule_version,
    )


def advanced(clock: Clock, event: WaitAdvanced) -> Clock:
    return replace(clock, met={**clock.met, event.part: event.occurred_at})


def stopped(clock: Clock, event: WaitStopped) -> Clock:
    return replace(clock, said=Stop(at=event.occurred_at, why=event.why))


def revised(clock: Clock, event: WaitRevised) -> Clock:
    stop = Stop(at=event.stopped_at, why=event.why) if event.stopped_at and event.why else None
    return replace(clock, met=event.parts_met, said=stop)


def count(clock: Clock, facts: Iterable[Fact]) -> Clock:
    """The clock by these facts, which are all there are."""
    rule = rule_of(clock.rule_version)
    met: dict[str, datetime] = {}
    for fact in facts:
        for part, at in rule.met_by(fact, started_at=clock.started_at).items():
            met[part] = min(at, met.get(part, at))
    return until_end(replace(clock, met=met))


def until_end(clock: Clock) -> Clock:
    """The clock of a referral that has ended, without what came after."""
    if clock.ended is None:
        return clock
    return replace(clock, met={part: at for part, at in clock.met.items() if at <= clock.ended.at})


def changes(before: Clock, after: Clock, now: datetime) -> list[WaitEvent]:
    """What has to be said: the parts that are newly met, then the stop; or, when something said no longer holds, all of it."""
    if before.met.items() - after.met.items() or (before.said and before.said != after.stop):
        return [_revision(after, now)]
    newly = sorted(after.met.items() - before.met.items(), key=lambda met: (met[1], PARTS.index(met[0])))
    said: list[WaitEvent] = []
    clock = before
    for part, at in newly:
        clock = replace(clock, met={**clock.met, part: at})
        said.append(_advance(clock, part))
    if after.stop is not None and before.said is None:
        said.append(_stop(after, after.stop))
    return said


def breach(clock: Clock, now: datetime) -> list[WaitEvent]:
    """The breach of a clock that still runs, once. Raises NotYetDue."""
    if clock.stop is not None or clock.breached:
        return []
    if london_date(now) <= clock.due_on:
        raise NotYetDue
    return [
        WaitBreached(
            referral_id=clock.referral_id,
            person_id=clock.person_id,
            spell_id=clock.spell_id,
            missing_parts=clock.missing,
            due_on=clock.due_on,
            rule_version=rule_of(clock.rule_version).version,
            occurred_at=day_began(clock.due_on + timedelta(days=1)),
        )
    ]


def followed(spells: Collection[EarlierSpell], started_at: datetime) -> str | None:
    """The last spell that ended in the thirty days before a new one began."""
    ends = {spell.ended_at: spell.spell_id for spell in spells if spell.ended_at and spell.ended_at <= started_at}
    last = max(ends, default=None)
    if last is None or london_date(started_at) - london_date(last) > timedelta(days=RETURN_DAYS):
        return None
    return ends[last]


def _advance(clock: Clock, part: str) -> WaitAdvanced:
    return WaitAdvanced(
        referral_id=clock.referral_id,
        person_id=clock.person_id,
        spell_id=clock.spell_id,
        part=part,
        missing_parts=clock.missing,
        due_on=clock.due_on,
        rule_version=rule_of(clock.rule_version).version,
        occurred_at=clock.met[part],
    )


def _stop(clock: Clock, stop: Stop) -> WaitStopped:
    return WaitStopped(
        referral_id=clock.referral_id,
        person_id=clock.person_id,
        spell_id=clock.spell_id,
        clock_started_at=clock.started_at,
        why=stop.why,
        days=_days(clock, stop),
        rule_version=rule_of(clock.rule_version).version,
        occurred_at=stop.at,
    )


def _revision(clock: Clock, now: datetime) -> WaitRevised:
    stop = clock.stop
    return WaitRevised(
        referral_id=clock.referral_id,
        person_id=clock.person_id,
        spell_id=clock.spell_id,
        parts_met={part: clock.met[part] for part in PARTS if part in clock.met},
        missing_parts=clock.missing,
        clock_started_at=clock.started_at,
        stopped_at=stop.at if stop else None,
        why=stop.why if stop else None,
        days=_days(clock, stop) if stop else None,
        due_on=clock.due_on,
        rule_version=rule_of(clock.rule_version).version,
        occurred_at=now,
    )


def _days(clock: Clock, stop: Stop) -> int:
    return (london_date(stop.at) - london_date(clock.started_at)).days
