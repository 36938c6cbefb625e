"""A person's measures: tables, trends and flags. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.readmodels.measures import MeasureRow
from services.portal.readmodels.risk_flags import RiskFlagRow
from services.portal.report.instruments import ScoreNames, instrument, instruments
from services.portal.web.charts import Chart, Point, trend
from services.portal.web.moments import day_in_words
from services.portal.web.words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One score of one questionnaire."""

    label: str
    words: str
    reached: str | None
    """The highest cut-off it is at or above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    measure_id: str
    completed: str
    values: list[Value]
    point: str | None
    weeks: str | None
    flagged: bool
    corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One instrument over time."""

    code: str
    short: str
    title: str
    score_labels: list[str]
    rows: list[Row]
    charts: list[Chart]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagWords:
    flag_id: str
    measure_id: str
    words: str
    reviewed: str | None
    """What came of it, once a clinician has looked at it."""


def courses(measures: list[MeasureRow], flags: list[RiskFlagRow]) -> list[Course]:
    """Each instrument the person has filled in, its questionnaires newest first, with a trend where there are two scores."""
    flagged = {flag.measure_id for flag in flags}
    by_code: dict[str, list[MeasureRow]] = {}
    for row in measures:
        by_code.setdefault(row.instrument, []).append(row)
    order = [*instruments(), *sorted(by_code.keys() - instruments().keys())]
    return [_course(code, by_code[code], flagged) for code in order if code in by_code]


def _course(code: str, rows: list[MeasureRow], flagged: set[str]) -> Course:
    names = instrument(code)
    scores = _score_names(code, rows)
    return Course(
        code=code,
        short=names.short,
        title=names.title,
        score_labels=[names.score(score).label for score in scores],
        rows=[_row(row, scores, row.measure_id in flagged) for row in reversed(rows)],
        charts=[chart for score in scores if (chart := _chart(code, score, rows, flagged))],
    )


def _score_names(code: str, rows: Iterable[MeasureRow]) -> list[str]:
    """The scores any of the rows could give, in the order of the instrument."""
    given = {score for row in rows for score, value in row.scores.items() if value is not None}
    known = [score for score in instrument(code).scores if score in given]
    return known + sorted(given - set(known)) or ["total"]


def _row(row: MeasureRow, scores: list[str], flagged: bool) -> Row:
    return Row(
        measure_id=row.measure_id,
        completed=day_in_words(row.completed_on),
        values=[value_of(row, score) for score in scores],
        point=word("collection_point", row.collection_point) if row.collection_point else None,
        weeks=_weeks(row),
        flagged=flagged,
        corrected=bool(row.replaced),
    )


def value_of(row: MeasureRow, score: str) -> Value:
    names = instrument(row.instrument).score(score)
    value = row.scores.get(score)
    if value is None:
        return Value(label=names.label, words="No score", reached=None)
    return Value(label=names.label, words=f"{value:g}", reached=_reached(names, value))


def _reached(names: ScoreNames, value: float) -> str | None:
    reached = [cut for cut in names.cut_offs if value >= cut.at]
    return f"at or above {reached[-1].at:g}: {reached[-1].label}" if reached else None


def _weeks(row: MeasureRow) -> str | None:
    if row.gestation_weeks is not None:
        return f"{_counted(row.gestation_weeks)} pregnant"
    return None if row.infant_age_weeks is None else f"baby {_counted(row.infant_age_weeks)}"


def _counted(weeks: float) -> str:
    return "1 week" if weeks == 1 else f"{weeks:g} weeks"


def _chart(code: str, score: str, rows: list[MeasureRow], flagged: set[str]) -> Chart | None:
    points = [
        Point(day=row.completed_on, value=row.scores[score], flagged=row.measure_id in flagged)
        for row in rows
        if row.scores.get(score) is not None
    ]
    if len(points) < 2:
        return None
    return trend(f"{code}-{score}", instrument(code), instrument(code).score(score), points)


def flag_words(flags: list[RiskFlagRow], measures: list[MeasureRow]) -> list[FlagWords]:
    """What raised each flag, the latest first."""
    completed = {row.measure_id: row.completed_on for row in measures}
    return [
        FlagWords(
            flag_id=flag.flag_id,
            measure_id=flag.measure_id,
            words=f"{instrument(flag.instrument).short} question {flag.item}, completed "
            f"{day_in_words(completed.get(flag.measure_id, flag.flagged_at))}",
            reviewed=_reviewed(flag),
        )
        for flag in flags
    ]


def _reviewed(flag: RiskFlagRow) -> str | None:
    if flag.reviewed_at is None:
        return None
    return f"Reviewed {day_in_words(flag.reviewed_at)}: {word('risk_review_outcome', flag.review_outcome)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One questionnaire on its own page."""

    measure_id: str
    short: str
    title: str
    completed: str
    scores: list[Value]
    answered: str
    point: str | None
    weeks: str | None
    flags: list[FlagWords]
    replaced: list[str]


def result(row: MeasureRow, flags: list[RiskFlagRow]) -> Result:
    names = instrument(row.instrument)
    mine = [flag for flag in flags if flag.measure_id == row.measure_id]
    items = "1 question" if row.items_answered == 1 else f"{row.items_answered} questions"
    return Result(
        measure_id=row.measure_id,
        short=names.short,
        title=names.title,
        completed=day_in_words(row.completed_on),
        scores=[_on_scale(row, score) for score in _all_scores(row)],
        answered=f"{items} answered" + (", all of them" if row.complete else ""),
        point=word("collection_point", row.collection_point) if row.collection_point else None,
        weeks=_weeks(row),
        flags=flag_words(mine, [row]),
        replaced=[_replaced(row, earlier) for earlier in row.replaced],
    )


def _all_scores(row: MeasureRow) -> list[str]:
    known = [score for score in instrument(row.instrument).scores if score in row.scores]
    return known + sorted(row.scores.keys() - set(known))


def _on_scale(row: MeasureRow, score: str) -> Value:
    value, names = value_of(row, score), instrument(row.instrument).score(score)
    if row.scores.get(score) is None:
        return Value(label=value.label, words="No score: too few questions were answered", reached=None)
    top = f" of {names.maximum:g}" if names.maximum is not None else ""
    return Value(label=value.label, words=f"{value.words}{top}", reached=value.reached)


def _replaced(row: MeasureRow, earlier: Mapping[str, Any]) -> str:
    said = [
        f"{instrument(row.instrument).score(score).label} {'no score' if value is None else format(value, 'g')}"
        for score, value in earlier["scores"].items()
    ]
    return ", ".join(said)
