"""The coded facts of a row: about the person, and about the day the forms were filled in."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import TypeAlias

from deploy.importing.cells import BadCell, bad, day, present, text, truth, weeks, whole_number
from deploy.importing.located_yaml import LocatedYaml, Mistake
from deploy.importing.mapping import Part, Source
from deploy.importing.problems import Problem
from deploy.importing.spreadsheet import Row
from services.kit.code_lists import CodeLists, UnknownCode
from services.outcomes.domain.days import FIRST_DAY

Reader: TypeAlias = Callable[[Source, Row], object]
Readers: TypeAlias = Mapping[str, Reader]
TextReader: TypeAlias = Callable[[Source, Row], str | None]

# As the outcomes service takes them.
LONGEST_GESTATION_WEEKS = 45
OLDEST_INFANT_WEEKS = 260
NOTHING = Row(number=0, cells={})


def person_readers(codes: CodeLists) -> Readers:
    """How each fact about a person is read; codes are checked against the referral service's own lists."""
    return {
        "nhs_number_missing_reason": partial(_coded, codes, "nhs_number_missing_reason", present),
        "practice_ods_code": text,
        "ethnic_category": partial(_coded, codes, "ethnic_category", present),
        "preferred_language": partial(_coded, codes, "preferred_language", present),
        "interpreter_required": truth,
        "imd_decile": partial(whole_number, low=1, high=10),
        "perinatal_stage": partial(_coded, codes, "perinatal_stage", text),
    }


def form_readers(codes: CodeLists, today: date) -> Readers:
    """How each fact that the forms of a row share is read; `codes` are the outcomes service's own lists."""
    return {
        "completed_on": partial(day, first=FIRST_DAY, today=today),
        "collection_point": partial(_coded, codes, "collection_point", text),
        "gestation_weeks": partial(weeks, high=LONGEST_GESTATION_WEEKS),
        "infant_age_weeks": partial(whole_number, low=0, high=OLDEST_INFANT_WEEKS),
    }


def read(part: Part, readers: Readers, row: Row) -> tuple[dict[str, object], list[Problem]]:
    """Every fact that is known, and a problem for every one that cannot be read."""
    facts: dict[str, object] = {}
    problems = []
    for name, source in _sources(part):
        try:
            fact = readers[name](source, row)
        except BadCell as unreadable:
            problems.append(unreadable.problem)
        else:
            facts |= {} if fact is None else {name: fact}
    return facts, problems


def check(place: str, part: Part, readers: Readers, document: LocatedYaml) -> Iterator[Mistake]:
    """What the mapping itself writes down for a fact and nobody could take: said once here, and not for every row."""
    for name, source in _sources(part):
        for path, written in _written(source):
            try:
                readers[name](Source(value=written), NOTHING)
            except BadCell as unreadable:
                yield document.mistake([place, name, *path], unreadable.problem.text)


def _sources(part: Part) -> Iterator[tuple[str, Source]]:
    return ((name, source) for name, source in part if isinstance(source, Source))


def _written(source: Source) -> Iterator[tuple[list[str], str]]:
    if source.value is not None:
        yield [], source.value
    if source.blank is not None:
        yield ["blank"], source.blank
    for cell, meaning in (source.codes or {}).items():
        yield ["codes", cell], meaning


def _coded(codes: CodeLists, name: str, reader: TextReader, source: Source, row: Row) -> str | None:
    code = reader(source, row)
    try:
        codes.require(name, code, field=name)
    except UnknownCode as error:
        raise bad(row, source, error.slug, str(error)) from error
    return code
