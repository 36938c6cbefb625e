"""The trend of one score as a drawing: plain geometry, which a template turns into SVG. The same scores give the same bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.portal.report.instruments import CutOff, InstrumentNames, ScoreNames
from services.portal.web.moments import day_in_words, short_day

WIDTH, HEIGHT = 520, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 20, 40
_MOST_DAY_LABELS = 4
_LABEL_ROOM = 96
"""A label of a day needs about this much width."""
_STEPS = (1, 2, 5, 10, 20, 50)
_MOST_GRID_LINES = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    day: date
    value: float
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    x: float
    y: float
    label: str
    flagged: bool
    below: bool
    """The label stands under the mark, to keep clear of the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A horizontal line: of the grid, or of a cut-off."""

    y: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLabel:
    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    id: str
    title: str
    description: str
    grid: tuple[Level, ...]
    cut_offs: tuple[Level, ...]
    marks: tuple[Mark, ...]
    days: tuple[DayLabel, ...]
    path: str
    has_flags: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def trend(chart_id: str, instrument: InstrumentNames, score: ScoreNames, points: Sequence[Point]) -> Chart:
    """The chart of two or more scores, oldest first, against the instrument's whole range."""
    low, high = _range(score, points)
    first, last = points[0].day, points[-1].day

    def x(day: date) -> float:
        share = (day - first) / (last - first) if last > first else 0.5
        return round(LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    marks = tuple(_mark(points, place, x(point.day), y(point.value)) for place, point in enumerate(points))
    return Chart(
        id=chart_id,
        title=f"{instrument.short}, {score.label.lower()}: {len(points)} scores",
        description=_description(score, points),
        grid=tuple(Level(y=y(value), label=f"{value:g}") for value in _grid(low, high)),
        cut_offs=tuple(
            Level(y=y(cut.at), label=f"{cut.at:g} {cut.label}") for cut in _within(score.cut_offs, low, high)
        ),
        marks=marks,
        days=_day_labels(first, last, x),
        path=" ".join(f"{'L' if place else 'M'}{mark.x:g} {mark.y:g}" for place, mark in enumerate(marks)),
        has_flags=any(point.flagged for point in points),
    )


def _range(score: ScoreNames, points: Sequence[Point]) -> tuple[float, float]:
    low = score.minimum if score.minimum is not None else min(0.0, *(point.value for point in points))
    high = score.maximum if score.maximum is not None else max(point.value for point in points)
    return low, max(high, low + 1)


def _within(cut_offs: Sequence[CutOff], low: float, high: float) -> list[CutOff]:
    return [cut for cut in cut_offs if low <= cut.at <= high]


def _grid(low: float, high: float) -> list[float]:
    step = next((step for step in _STEPS if (high - low) / step < _MOST_GRID_LINES), _STEPS[-1])
    first = -(-low // step) * step
    return [first + step * place for place in range(int((high - first) // step) + 1)]


def _mark(points: Sequence[Point], place: int, x: float, y: float) -> Mark:
    value = points[place].value
    neighbours = [points[other].value for other in (place - 1, place + 1) if 0 <= other < len(points)]
    valley = all(neighbour >= value for neighbour in neighbours) and any(neighbour > value for neighbour in neighbours)
    # At the foot of the chart the label of a valley would stand on the days.
    below = valley and y < HEIGHT - BOTTOM - 22
    return Mark(x=x, y=y, label=f"{value:g}", flagged=points[place].flagged, below=below)


def _day_labels(first: date, last: date, x: Callable[[date], float]) -> tuple[DayLabel, ...]:
    if first == last:
        return (DayLabel(x=x(first), label=short_day(first), anchor="middle"),)
    room = int((x(last) - x(first)) // _LABEL_ROOM)
    gaps = max(1, min(_MOST_DAY_LABELS - 1, room, (last - first).days))
    days = [first + timedelta(days=(last - first).days * place // gaps) for place in range(gaps + 1)]
    anchors = ["start", *["middle"] * (len(days) - 2), "end"]
    return tuple(
        DayLabel(x=x(day), label=short_day(day), anchor=anchor) for day, anchor in zip(days, anchors, strict=True)
    )


def _description(score: ScoreNames, points: Sequence[Point]) -> str:
    first, last = points[0], points[-1]
    said = [
        f"From {first.value:g} on {day_in_words(first.day)} to {last.value:g} on {day_in_words(last.day)}.",
        f"Lowest {min(point.value for point in points):g}, highest {max(point.value for point in points):g}.",
    ]
    said += [f"At or above {cut.at:g}: {cut.label}." for cut in score.cut_offs]
    if any(point.flagged for point in points):
        said.append("A ring marks a questionnaire that raised a risk flag.")
    return " ".join([*said, "The scores are in the table below."])
