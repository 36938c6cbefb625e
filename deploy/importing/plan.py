"""What an import would do, decided before anything is sent: pure, from the file, the mapping and the rules."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from deploy.importing import facts
from deploy.importing.forms import FormReading, Instruments, check_instruments, read_form
from deploy.importing.located_yaml import LocatedYaml, Mistake
from deploy.importing.mapping import ImportMapping
from deploy.importing.problems import Problem
from deploy.importing.spreadsheet import HEADER, Row, Spreadsheet
from services.kit.code_lists import CodeLists
from services.outcomes.domain.scoring import Answer
from services.outcomes.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a row is held against: the services' own instruments and code lists, and the day of the import."""

    outcomes: Library
    codes: CodeLists
    today: date

    @property
    def instruments(self) -> Instruments:
        return self.outcomes.instruments

    @property
    def person_readers(self) -> facts.Readers:
        return facts.person_readers(self.codes)

    @property
    def form_readers(self) -> facts.Readers:
        return facts.form_readers(self.outcomes.codes, self.today)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedForm:
    """One measure to record. `answers` has an entry for every item; `shared` holds completion date, gestation, …"""

    row: int
    instrument: str
    orientation: str
    answers: tuple[Answer, ...]
    shared: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPerson:
    """One person to register, with that person's forms in the order of the file."""

    row: int
    reference: str = field(repr=False)
    facts: Mapping[str, object] = field(repr=False)
    forms: tuple[PlannedForm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The good rows as people and forms, and what is wrong with the others.

    `rows` counts the rows below the header that are not wholly blank; `skipped` the forms nobody filled in, by
    instrument.
    """

    pcn: str
    mapping: str
    rows: int
    people: tuple[PlannedPerson, ...]
    skipped: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def measures(self) -> dict[str, int]:
        """How many measures would be recorded, by instrument."""
        return dict(Counter(form.instrument for person in self.people for form in person.forms))

    @property
    def bad_rows(self) -> int:
        return len({problem.row for problem in self.problems if not problem.whole_file})

    @property
    def refused_whole(self) -> bool:
        return any(problem.whole_file for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReading:
    """What one row says, and what is wrong with it."""

    row: Row
    reference: str
    facts: Mapping[str, object]
    shared: Mapping[str, object]
    forms: tuple[FormReading, ...]
    problems: tuple[Problem, ...]


def check(mapping: ImportMapping, rules: Rules, document: LocatedYaml) -> list[Mistake]:
    """What a mapping that reads well still asks for in vain: instruments, scores, codes, dates. Sorted by line."""
    return sorted(
        [
            *facts.check("person", mapping.person, rules.person_readers, document),
            *facts.check("form", mapping.form, rules.form_readers, document),
            *check_instruments(mapping, rules.instruments, document),
        ]
    )


def plan(pcn: str, mapping: ImportMapping, sheet: Spreadsheet, rules: Rules) -> Plan:
    """The plan for one file. A problem with the whole file leaves no people, a problem with a row leaves it out."""
    whole_file = [*(p for p in sheet.problems if p.whole_file), *_missing_columns(mapping, sheet)]
    readings = [] if whole_file else [_read(mapping, row, rules) for row in sheet.rows]
    found = {reading.row.number: [*reading.problems] for reading in readings}
    for problem in [*_people_twice(mapping, readings), *_facts_that_differ(readings)]:
        found[problem.row].append(problem)
    good = [reading for reading in readings if not found[reading.row.number]]
    bad = [reading for reading in readings if found[reading.row.number]]
    problems = {*whole_file, *sheet.problems, *_risk_answers(bad), *(p for each in found.values() for p in each)}
    return Plan(
        pcn=pcn,
        mapping=mapping.name,
        rows=len({row.number for row in sheet.rows} | {p.row for p in sheet.problems if not p.whole_file}),
        people=_people(good),
        skipped=_skipped(mapping, good),
        problems=tuple(sorted(problems)),
    )


def _missing_columns(mapping: ImportMapping, sheet: Spreadsheet) -> Iterator[Problem]:
    if not sheet.columns:
        return
    for column in dict.fromkeys(mapping.columns()):
        if column not in sheet.columns:
            text = "the mapping reads this column, and the file does not have it"
            yield Problem(row=HEADER, column=column, slug="column-missing", text=text, whole_file=True)


def _read(mapping: ImportMapping, row: Row, rules: Rules) -> RowReading:
    person, person_problems = facts.read(mapping.person, rules.person_readers, row)
    shared, shared_problems = facts.read(mapping.form, rules.form_readers, row)
    forms = tuple(read_form(part, rules.instruments[part.code], row) for part in mapping.instruments)
    problems = [*person_problems, *shared_problems, *(p for form in forms for p in form.problems)]
    reference = row.cells[mapping.person.reference]
    if not reference:
        text = "the cell that says whose row it is is blank"
        problems.append(Problem(row=row.number, column=mapping.person.reference, slug="reference-missing", text=text))
    if all(form.blank for form in forms):
        text = "no item of any instrument is answered"
        problems.append(Problem(row=row.number, column="", slug="form-blank", text=text))
    return RowReading(row=row, reference=reference, facts=person, shared=shared, forms=forms, problems=tuple(problems))


def _people_twice(mapping: ImportMapping, readings: Sequence[RowReading]) -> Iterator[Problem]:
    """Nobody can say which of two rows is right, so none of them goes in."""
    same: dict[tuple[str, object], list[int]] = {}
    for reading in readings:
        if reading.reference and "completed_on" in reading.shared:
            same.setdefault((reading.reference, reading.shared["completed_on"]), []).append(reading.row.number)
    for numbers in same.values():
        for number in numbers if len(numbers) > 1 else ():
            others = ", ".join(str(other) for other in numbers if other != number)
            text = f"the same person and completion date is in row {others} too"
            yield Problem(row=number, column=mapping.person.reference, slug="person-twice", text=text)


def _facts_that_differ(readings: Sequence[RowReading]) -> Iterator[Problem]:
    first: dict[str, RowReading] = {}
    for reading in readings:
        if reading.reference and not reading.problems:
            earlier = first.setdefault(reading.reference, reading)
            if earlier.facts != reading.facts:
                text = f"the facts about this person are not those of row {earlier.row.number}"
                yield Problem(row=reading.row.number, column="", slug="person-facts-differ", text=text)


def _risk_answers(bad: Iterable[RowReading]) -> Iterator[Problem]:
    """Nothing raises a flag for a row that is not stored, so the person who imports must hear of it."""
    text = "this row is not stored and raises no risk flag, but this answer would: look at the form now"
    for reading in bad:
        for column in (column for form in reading.forms for column in form.flagged):
            yield Problem(row=reading.row.number, column=column, slug="risk-answer-not-stored", text=text)


def _people(good: Sequence[RowReading]) -> tuple[PlannedPerson, ...]:
    by_reference: dict[str, list[RowReading]] = {}
    for reading in good:
        by_reference.setdefault(reading.reference, []).append(reading)
    return tuple(
        PlannedPerson(
            row=mine[0].row.number,
            reference=reference,
            facts=mine[0].facts,
            forms=tuple(_form(reading, form) for reading in mine for form in reading.forms if not form.blank),
        )
        for reference, mine in by_reference.items()
    )


def _skipped(mapping: ImportMapping, good: Sequence[RowReading]) -> dict[str, int]:
    blank = Counter(form.part.code for reading in good for form in reading.forms if form.blank)
    return {part.code: blank[part.code] for part in mapping.instruments}


def _form(reading: RowReading, form: FormReading) -> PlannedForm:
    return PlannedForm(
        row=reading.row.number,
        instrument=form.part.code,
        orientation=form.part.answers,
        answers=form.answers,
        shared=reading.shared,
    )
