"""A mapping file is read, or refused by line and field."""

from pathlib import Path

import pytest

from deploy.importing.located_yaml import BrokenFile
from deploy.importing.mapping import ImportMapping, load

WHOLE = """\
name: clinic-one
person:
  reference: id
  nhs_number_missing_reason: not-available
  preferred_language: {column: tongue, codes: {1: en, 2: pl}, blank: en}
form:
  completed_on: 2026-05-04
  infant_age_weeks: {column: age, codes: {1: 20, 2: 33}}
instruments:
  - code: epds
    answers: oriented
    items: {1: E1, 2: E2}
"""


@pytest.fixture
def loaded(tmp_path: Path):
    def load_text(text: str | bytes) -> ImportMapping:
        path = tmp_path / "mapping.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(path)[0]

    return load_text


def test_a_whole_mapping_is_read(loaded) -> None:
    mapping = loaded(WHOLE)

    assert mapping.form.completed_on.value == "2026-05-04"
    assert mapping.person.preferred_language.codes == {"1": "en", "2": "pl"}
    assert mapping.person.ethnic_category.value == "Z"
    assert list(mapping.columns()) == ["id", "tongue", "age", "E1", "E2"]


@pytest.mark.parametrize(
    ("good", "broken", "said"),
    [
        ("name: clinic-one", "name: Clinic One", "line 1, name: must be 3 to 60 lower-case letters"),
        ("  reference: id\n", "", "line 2, person.reference: is missing"),
        ("reference: id", "reference: id\n  surname: x", "line 4, person.surname: is not a field of a mapping"),
        ("reference: id", "reference: id\n  reference: ref", "line 4, person.reference: given twice"),
        ("answers: oriented", "answers: turned", "line 11, instruments[1].answers: must be 'oriented' or 'position'"),
        ("{1: E1, 2: E2}", "{1: E1, 2: E1}", "line 12, instruments[1].items: two items read the same column: E1"),
        ("{1: E1, 2: E2}", "{one: E1}", "line 12, instruments[1].items.one: must be a whole number"),
        (
            "2026-05-04",
            "{column: day, date_format: mm/dd/yyyy}",
            "line 7, form.completed_on.date_format: must be 'yyyy",
        ),
        (
            "2026-05-04",
            "{column: day, value: 2026-05-04}",
            "line 7, form.completed_on: give either a constant or a column",
        ),
        (
            "2026-05-04",
            "{value: 2026-05-04, blank: x}",
            "line 7, form.completed_on: `codes` and `blank` belong to a column",
        ),
        ("name: clinic-one", "name: [clinic", "line 2: not YAML"),
        ("name: clinic-one", "name: clinic\x00one", "line 1: holds a character that YAML does not allow"),
    ],
)
def test_a_broken_mapping_is_refused_by_line_and_field(loaded, good: str, broken: str, said: str) -> None:
    assert good in WHOLE

    with pytest.raises(BrokenFile) as refused:
        loaded(WHOLE.replace(good, broken))

    assert said in "\n".join(str(mistake) for mistake in refused.value.mistakes)


def test_every_mistake_is_said_at_once(loaded) -> None:
    with pytest.raises(BrokenFile) as refused:
        loaded(WHOLE.replace("clinic-one", "X").replace("oriented", "y").replace("2026-05-04", "[z]"))

    assert [mistake.line for mistake in refused.value.mistakes] == [1, 7, 11]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words"])
def test_a_file_that_is_not_fields_is_refused(loaded, text: str) -> None:
    with pytest.raises(BrokenFile, match="line 1: the file must be a list"):
        loaded(text)


def test_a_mapping_in_another_encoding_is_refused_by_line(loaded) -> None:
    with pytest.raises(BrokenFile, match="line 3: the mapping file is not UTF-8"):
        loaded("name: a\n\nperson: é\n".encode("latin-1"))
