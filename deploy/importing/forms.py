"""One questionnaire of one row, checked by the outcomes service's own instrument definitions and scoring."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploy.importing.located_yaml import LocatedYaml, Mistake, Path
from deploy.importing.mapping import ImportMapping, InstrumentPart
from deploy.importing.problems import Problem
from deploy.importing.spreadsheet import Row
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.scoring import Answer, AnswerRefused, Orientation, Result, score

Instruments = Mapping[str, Instrument]

WHOLE_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReading:
    """What the cells of one instrument come to.

    `answers`: an entry for every item, as they go to the service. `blank`: no item was answered. `flagged`: the columns
    whose answer would raise a risk flag, also when the form as a whole cannot be stored.
    """

    part: InstrumentPart
    answers: tuple[Answer, ...]
    blank: bool
    flagged: tuple[str, ...]
    problems: tuple[Problem, ...]


def check_instruments(mapping: ImportMapping, instruments: Instruments, document: LocatedYaml) -> list[Mistake]:
    """What the mapping asks of the instruments that they do not have."""
    found: list[Mistake] = []
    for place, part in enumerate(mapping.instruments):
        instrument = instruments.get(part.code)
        if instrument is None:
            known = ", ".join(sorted(instruments))
            found.append(document.mistake(["instruments", place, "code"], f"no such instrument; there are {known}"))
        elif [other.code for other in mapping.instruments[:place]].count(part.code):
            found.append(document.mistake(["instruments", place, "code"], "the instrument is in the list twice"))
        else:
            mistakes = _part_mistakes(part, instrument)
            found.extend(document.mistake(["instruments", place, *path], why) for path, why in mistakes)
    return found


def _part_mistakes(part: InstrumentPart, instrument: Instrument) -> Iterator[tuple[Path, str]]:
    last = len(instrument.items)
    for number in part.items:
        if not 1 <= number <= last:
            yield ["items", number], f"items are 1 to {last}"
    rules = {rule.name: rule for rule in instrument.scores}
    for place, name in enumerate(part.scores or []):
        if name not in rules:
            yield ["scores", place], f"no such score; there are {', '.join(rules)}"
    for name in wanted_scores(part, instrument):
        lacking = [number for number in rules[name].items if number not in part.items] if name in rules else []
        if lacking:
            numbers = ", ".join(map(str, lacking))
            yield ["items"], f"the score {name} needs items without a column: {numbers} (or leave it out of `scores`)"


def wanted_scores(part: InstrumentPart, instrument: Instrument) -> list[str]:
    """The scores that a form must give to be whole."""
    return part.scores if part.scores is not None else [rule.name for rule in instrument.scores]


def read_form(part: InstrumentPart, instrument: Instrument, row: Row) -> FormReading:
    """The answers of one row to one instrument, with every problem they have."""
    answers, problems = _answers(part, instrument, row)
    blank = all(not row.cells[column] for column in part.items.values())
    result, refused = _scored(part, instrument, answers, row)
    problems += refused
    if blank and part.when_blank == "problem":
        text = f"no item of {part.code} is answered"
        problems.append(Problem(row=row.number, column="", slug="form-blank", text=text))
    elif not blank:
        problems += _missing(part, instrument, result, row)
    flagged = tuple(part.items[flag.item] for flag in result.flags if flag.item in part.items)
    return FormReading(part=part, answers=tuple(answers), blank=blank, flagged=flagged, problems=tuple(problems))


def _answers(part: InstrumentPart, instrument: Instrument, row: Row) -> tuple[list[Answer], list[Problem]]:
    answers: list[Answer] = [None] * len(instrument.items)
    problems = []
    for number, column in part.items.items():
        cell = row.cells[column]
        if cell in part.not_applicable:
            answers[number - 1] = "na"
        elif WHOLE_NUMBER.fullmatch(cell):
            answers[number - 1] = int(cell)
        elif cell:
            text = f"item {number} of {part.code} is not a whole number"
            problems.append(Problem(row=row.number, column=column, slug="answer-not-a-number", text=text))
    return answers, problems


def _scored(
    part: InstrumentPart, instrument: Instrument, answers: list[Answer], row: Row
) -> tuple[Result, list[Problem]]:
    """The result without the refused answers, and a problem for each of them: scoring itself stops at the first."""
    taken = list(answers)
    problems: list[Problem] = []
    while True:
        try:
            return score(instrument, taken, Orientation(part.answers)), problems
        except AnswerRefused as refused:
            given, taken[refused.item - 1] = taken[refused.item - 1], None
            text = f"{part.code}: {refused} It is {given}."
            problems.append(Problem(row=row.number, column=part.items[refused.item], slug=refused.slug, text=text))


def _missing(part: InstrumentPart, instrument: Instrument, result: Result, row: Row) -> Iterator[Problem]:
    rules = [rule for rule in instrument.scores if rule.name in wanted_scores(part, instrument)]
    not_given = [rule for rule in rules if result.scores[rule.name] is None]
    for number, column in part.items.items():
        short = next((rule for rule in not_given if number in rule.items), None)
        if short and not row.cells[column]:
            text = f"item {number} of {part.code} is blank; its {short.name} score may lack {short.missing_at_most}"
            yield Problem(row=row.number, column=column, slug="item-missing", text=text)
