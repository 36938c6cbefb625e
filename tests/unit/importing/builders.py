"""A small clinic's spreadsheet in words: one good row, and what is changed about it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from deploy.importing.located_yaml import BrokenFile
from deploy.importing.mapping import load
from deploy.importing.plan import Plan, Rules, check, plan
from deploy.importing.spreadsheet import read
from services.outcomes.library import read_library
from services.referral.codes import read_codes

TODAY = date(2026, 6, 1)

MAPPING = """\
name: clinic-one
person:
  reference: id
  nhs_number_missing_reason: nhs-number-not-known
  ethnic_category: {column: ethnicity, codes: {1: A, 2: H}, blank: Z}
  preferred_language: en
form:
  completed_on: {column: day, date_format: dd/mm/yyyy}
  infant_age_weeks: {column: age, codes: {1: 20, 2: 33}}
  gestation_weeks: {column: gestation}
instruments:
  - code: epds
    answers: oriented
    items: {1: E1, 2: E2, 3: E3, 4: E4, 5: E5, 6: E6, 7: E7, 8: E8, 9: E9, 10: E10}
  - code: hads
    answers: oriented
    scores: [anxiety]
    items: {1: H1, 3: H3, 5: H5, 7: H7, 9: H9, 11: H11, 13: H13}
"""

GOOD_ROW = {
    "id": "P-1",
    "ethnicity": "1",
    "day": "04/05/2026",
    "age": "2",
    "gestation": "39.5",
    **{f"E{item}": "1" for item in range(1, 10)},
    "E10": "0",
    **{f"H{item}": "2" for item in range(1, 14, 2)},
}


def a_row(reference: str = "P-1", **changed: str) -> dict[str, str]:
    """A good row of the person with this reference, but for what is changed."""
    return {**GOOD_ROW, "id": reference, **changed}


def a_file(*rows: Mapping[str, str]) -> bytes:
    lines = [",".join(GOOD_ROW), *(",".join(row[column] for column in GOOD_ROW) for row in rows)]
    return ("\n".join(lines) + "\n").encode("latin-1")


def the_rules() -> Rules:
    return Rules(outcomes=read_library(), codes=read_codes(), today=TODAY)


def the_plan(folder: Path, content: bytes, mapping: str = MAPPING) -> Plan:
    """The plan for a file. Raises BrokenFile when the mapping is."""
    path = folder / "mapping.yaml"
    path.write_text(mapping, "utf-8")
    loaded, document = load(path)
    rules = the_rules()
    if mistakes := check(loaded, rules, document):
        raise BrokenFile(mistakes)
    return plan("U00410", loaded, read(content, encoding=loaded.encoding, delimiter=loaded.delimiter), rules)


def found(plan: Plan) -> list[tuple[int, str, str]]:
    """Row, column and slug of every problem."""
    return [(problem.row, problem.column, problem.slug) for problem in plan.problems]
