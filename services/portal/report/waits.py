"""How long families waited: the clocks that started in the period, as they were known at a moment. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any

from contracts.referral import WaitAdvancedV1, WaitBreachedV1, WaitRevisedV1, WaitStartedV1, WaitStoppedV1
from services.portal.readmodels.evidence import Evidence
from services.portal.readmodels.waits import PARTS
from services.portal.report.intervals import wilson
from services.portal.report.tracing import Figures, each, nested

WAITS = (WaitStartedV1.TYPE, WaitAdvancedV1.TYPE, WaitStoppedV1.TYPE, WaitRevisedV1.TYPE, WaitBreachedV1.TYPE)
_COMPLETE = "complete"


@dataclass(slots=True, kw_only=True)
class Clock:
    """One spell's clock, each part with the event that said it last."""

    started: Evidence | None = None
    stopped: Evidence | None = None
    breached: Evidence | None = None
    due_on: date | None = None
    parts: dict[str, Evidence] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.stopped is not None and self.stopped.facts["why"] == _COMPLETE

    @property
    def days(self) -> int | None:
        return None if self.stopped is None else self.stopped.facts["days"]

    def take(self, fact: Evidence) -> None:
        said = fact.facts
        match fact.type:
            case WaitStartedV1.TYPE:
                self.started = fact
            case WaitAdvancedV1.TYPE:
                self.parts[said["part"]] = fact
            case WaitStoppedV1.TYPE:
                self.stopped = fact
            case WaitRevisedV1.TYPE:
                self.stopped = fact if "clock_stopped_at" in said else None
                self.parts = {part: self.parts.get(part, fact) for part in said["parts_met"]}
            case WaitBreachedV1.TYPE:
                self.breached = fact
        if "due_on" in said:
            self.due_on = date.fromisoformat(said["due_on"])


def clocks(facts: Iterable[Evidence], first: date, last: date) -> list[Clock]:
    """Those that started on the days `first` to `last`, in order of their start."""
    by_spell: dict[str, Clock] = {}
    for fact in sorted(facts, key=lambda fact: (fact.stream, fact.version)):
        by_spell.setdefault(fact.subject, Clock()).take(fact)
    started = [(clock.started, clock) for clock in by_spell.values() if clock.started]
    mine = [(fact, clock) for fact, clock in started if first <= fact.day <= last]
    return [clock for _, clock in sorted(mine, key=lambda pair: (pair[0].occurred_at, pair[0].stream))]


def wait_events(known: list[Clock], today: date) -> Figures:
    late = [clock for clock in known if _late(clock, today)]
    complete = [clock for clock in known if clock.complete]
    ended = [clock for clock in known if clock.stopped and not clock.complete]
    running = [clock for clock in known if clock.stopped is None]
    return {
        "waits.started": each(clock.started for clock in known if clock.started),
        "waits.complete": each(clock.stopped for clock in complete if clock.stopped),
        "waits.complete_in_time": each(
            clock.stopped for clock in complete if clock.stopped and not _late(clock, today)
        ),
        "waits.ended_before": each(clock.stopped for clock in ended if clock.stopped),
        "waits.running": each(clock.started for clock in running if clock.started),
        "waits.breached": each(fact for clock in late if (fact := clock.breached or clock.stopped or clock.started)),
        **{f"waits.parts.{part}": each(clock.parts[part] for clock in known if part in clock.parts) for part in PARTS},
        **{
            f"waits.missing.{part}": each(
                clock.started for clock in running if clock.started and part not in clock.parts
            )
            for part in PARTS
        },
    }


def _late(clock: Clock, today: date) -> bool:
    """Whether the day care should have begun by went by with a part missing; nobody need have said so on that day."""
    if clock.started is None or clock.due_on is None:
        return False
    waited_until = today if clock.days is None else clock.started.day + timedelta(days=clock.days)
    return waited_until > clock.due_on


def wait_statistics(known: list[Clock], figures: Figures, today: date) -> dict[str, Any]:
    """Counts with days: of the clocks that are complete, and of those that run on the day `today`."""
    days = [clock.days for clock in known if clock.complete and clock.days is not None]
    so_far = [(today - clock.started.day).days for clock in known if clock.stopped is None and clock.started]
    in_time = len(figures["waits.complete_in_time"])
    return {
        **nested(figures, "waits"),
        "median_days": median(days) if days else None,
        "longest_days": max(days, default=None),
        "in_time_share": in_time / len(days) if days else None,
        "in_time_ci95": wilson(in_time, len(days)),
        "median_days_so_far": median(so_far) if so_far else None,
        "longest_days_so_far": max(so_far, default=None),
    }
