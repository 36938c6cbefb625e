"""`perinatal score | change | recovery`: the arithmetic of the outcomes service, without a stack.

Each prints one JSON object. Wrong input exits 2 and names what is wrong.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from math import isfinite
from typing import Annotated, Any, ParamSpec

import typer

from services.kit.errors import DomainError
from services.outcomes.domain.change import Change, Recovery, change, recovery
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.scoring import Answer, AnswerRefused, Orientation, Result, score
from services.outcomes.library import read_library

P = ParamSpec("P")

WRONG_USE = 2

CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="Instrument: epds, phq9, gad7, hads or core10.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Taken so that every command takes it: the output is always JSON.")
]


class WrongUse(Exception):
    """What was typed cannot be taken."""


def register(app: typer.Typer) -> None:
    """Add the three commands."""
    app.command("score")(_prints_json(_score))
    app.command("change")(_prints_json(_change))
    app.command("recovery")(_prints_json(_recovery))


def _prints_json(command: Callable[P, Mapping[str, Any]]) -> Callable[P, None]:
    """Print what the command gives; end with 2 and one line where it cannot."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            given = command(*args, **kwargs)
        except (WrongUse, DomainError) as wrong:
            typer.echo(f"{command.__name__.strip('_')}: {wrong}", err=True)
            raise typer.Exit(WRONG_USE) from None
        typer.echo(json.dumps({name: _plain(value) for name, value in given.items()}))

    return run


def _score(
    code: CodeArgument,
    items: Annotated[str, typer.Option(help="Answers in order: 0,1,,3. Empty: not answered; na: not applicable.")],
    positions: Annotated[bool, typer.Option("--positions", help="0-based place of the tick, top to bottom.")] = False,
    as_json: AsJson = False,
) -> Mapping[str, Any]:
    """Score one form."""
    orientation = Orientation.POSITION if positions else Orientation.ORIENTED
    answers = [_answer(number, text) for number, text in enumerate(items.split(","), 1)]
    try:
        return _as_scored(score(_instrument(code), answers, orientation))
    except AnswerRefused as refused:
        raise WrongUse(f"{refused} It was given {answers[refused.item - 1]}.") from None


def _change(
    code: CodeArgument,
    *,
    first: Annotated[str, typer.Option(help="The first score.")],
    last: Annotated[str, typer.Option(help="The last score.")],
    score_name: Annotated[
        str | None, typer.Option("--score", help="Which score, where there is more than one.")
    ] = None,
    rule: Annotated[
        str | None, typer.Option(help="Which reliable-change rule; the instrument's first by default.")
    ] = None,
    as_json: AsJson = False,
) -> Mapping[str, Any]:
    """Say whether one person's score has reliably changed."""
    values = _number("--first", first), _number("--last", last)
    return _as_changed(change(_instrument(code), score_name, *values, rule_name=rule))


def _recovery(
    phq9: Annotated[str, typer.Option(metavar="FIRST,LAST", help="PHQ-9 totals.")],
    gad7: Annotated[str, typer.Option(metavar="FIRST,LAST", help="GAD-7 totals.")],
    as_json: AsJson = False,
) -> Mapping[str, Any]:
    """Say whether a person has recovered, by the rules of NHS Talking Therapies."""
    instruments = read_library().instruments
    return _as_recovered(recovery(instruments, phq9=_pair("--phq9", phq9), gad7=_pair("--gad7", gad7)))


def _instrument(code: str) -> Instrument:
    instruments = read_library().instruments
    found = instruments.get(code.lower())
    if found is None:
        raise WrongUse(f"there is no instrument “{code}”; there are {', '.join(sorted(instruments))}")
    return found


def _answer(number: int, text: str) -> Answer:
    word = text.strip().lower()
    if word == "na":
        return "na"
    try:
        return int(word) if word else None
    except ValueError:
        raise WrongUse(f"item {number}: “{text.strip()}” is not a whole number, empty or na") from None


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise WrongUse(f"{name}: “{text.strip()}” is not a number") from None
    if not isfinite(value):
        raise WrongUse(f"{name}: “{text.strip()}” is not a number")
    return value


def _pair(name: str, text: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) != 2:
        raise WrongUse(f"{name}: two scores are needed, FIRST,LAST")
    return _number(name, parts[0]), _number(name, parts[1])


def _as_scored(result: Result) -> Mapping[str, Any]:
    return {
        "instrument": result.instrument,
        "version": result.version,
        "scores": {name: _plain(value) for name, value in result.scores.items()},
        "bands": dict(result.bands),
        "flags": [{"item": flag.item, "answer": flag.answer, "concern": flag.concern} for flag in result.flags],
        "complete": result.complete,
        "answered": result.answered,
        "missing": list(result.missing),
        "reason": result.reason,
    }


def _as_changed(moved: Change) -> Mapping[str, Any]:
    return {
        "difference": moved.difference,
        "improvement": moved.improvement,
        "class": moved.classed,
        "threshold": moved.threshold,
        "rule": moved.rule,
    }


def _as_recovered(course: Recovery) -> Mapping[str, Any]:
    return {
        "caseness_at_start": course.caseness_at_start,
        "recovered": course.recovered,
        "reliable": course.reliable,
        "reliable_recovery": course.reliable_recovery,
    }


def _plain(value: Any) -> Any:
    """7 for 7.0: most scores are whole, and so they are written."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
