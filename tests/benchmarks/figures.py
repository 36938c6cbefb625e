"""Samples, and the tables they make."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run: what was done a second, and how long single ones took, in milliseconds (None where only the rate was seen).

    `others` is the share of the processors that programs of others took meanwhile.
    """

    rate: float
    count: int
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    others: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a table: what ran, at which level, and a sample a round."""

    what: str
    level: int
    samples: Sequence[Sample]

    @property
    def rate(self) -> float:
        """The median of the rounds, as are the percentiles."""
        return statistics.median(sample.rate for sample in self.samples)

    def percentile(self, name: str) -> float | None:
        values = [value for sample in self.samples if (value := getattr(sample, name)) is not None]
        return statistics.median(values) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a benchmark found. `goals` are (what, found, wanted, met)."""

    title: str
    unit: str
    level: str
    lines: Sequence[Line]
    ratios: dict[str, float] = field(default_factory=dict)
    goals: Sequence["Goal"] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Report":
        lines = [Line(**{**line, "samples": [Sample(**one) for one in line["samples"]]}) for line in told["lines"]]
        return cls(**{**told, "lines": lines, "goals": [Goal(**goal) for goal in told["goals"]]})

    @property
    def others(self) -> float:
        """The most that programs of others took of the machine during a sample."""
        return max((one.others or 0.0 for line in self.lines for one in line.samples), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    what: str
    found: float
    wanted: str
    met: bool


def at_least(what: str, found: float, wanted: float) -> Goal:
    return Goal(what=what, found=found, wanted=f">= {wanted:,.0f}", met=found >= wanted)


def at_most(what: str, found: float | None, wanted: float) -> Goal:
    return Goal(what=what, found=found or 0.0, wanted=f"<= {wanted:,.0f}", met=found is not None and found <= wanted)


def sample(nanoseconds: Sequence[int], seconds: float) -> Sample:
    """A run of `seconds` from the time each single one took."""
    if not nanoseconds:
        return Sample(rate=0.0, count=0)
    ordered = sorted(nanoseconds)
    return Sample(
        rate=len(ordered) / seconds,
        count=len(ordered),
        p50=_at(ordered, 0.50),
        p95=_at(ordered, 0.95),
        p99=_at(ordered, 0.99),
    )


def line_of(lines: Sequence[Line], what: str, level: int) -> Line:
    return next(line for line in lines if (line.what, line.level) == (what, level))


def markdown(report: Report) -> str:
    """The report as it stands in docs/benchmarks/tables.md."""
    rows = [f"| {report.level} | | {report.unit} | p50 ms | p95 ms | p99 ms |", "|---:|---|---:|---:|---:|---:|"]
    rows += [_row(line) for line in report.lines]
    parts = [f"### {report.title}", "\n".join(rows)]
    if report.ratios:
        parts.append("\n".join(f"- {what}: {ratio:.2f} ×" for what, ratio in report.ratios.items()))
    if report.goals:
        parts.append("\n".join(_goal(goal) for goal in report.goals))
    return "\n\n".join(parts) + "\n"


def _row(line: Line) -> str:
    times = [line.percentile(name) for name in ("p50", "p95", "p99")]
    shown = " | ".join("" if value is None else f"{value:.2f}" for value in times)
    return f"| {line.level} | {line.what} | {line.rate:,.0f} | {shown} |"


def _goal(goal: Goal) -> str:
    return f"- {goal.what}: {goal.found:,.2f}, wanted {goal.wanted}: {'met' if goal.met else '**missed**'}"


def _at(ordered: Sequence[int], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] / 1e6
