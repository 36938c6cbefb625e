"""The same row gives the same commands; another answer, person, network or mapping name gives another."""

from pathlib import Path

from deploy.importing.commands import RegisterPerson, commands
from tests.unit.importing.builders import MAPPING, a_file, a_row, the_plan


def the_commands(folder: Path, *rows: dict[str, str], mapping: str = MAPPING) -> list[RegisterPerson]:
    return commands(the_plan(folder, a_file(*rows), mapping))


def ids(sent: list[RegisterPerson]) -> list[list[str]]:
    return [[str(person.command_id), *(str(measure.command_id) for measure in person.measures)] for person in sent]


def test_a_person_is_registered_without_an_nhs_number_and_with_the_reference(tmp_path: Path) -> None:
    [person] = the_commands(tmp_path, a_row("P-1"))

    assert person.body == {
        "external_reference": "P-1",
        "nhs_number_missing_reason": "nhs-number-not-known",
        "ethnic_category": "A",
        "preferred_language": "en",
        "interpreter_required": False,
    }


def test_a_form_says_its_answers_and_when_it_was_filled_in(tmp_path: Path) -> None:
    [person] = the_commands(tmp_path, a_row(age=""))

    assert person.measures[0].body == {
        "instrument": "epds",
        "orientation": "oriented",
        "items": [1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
        "completed_on": "2026-05-04",
        "gestation_weeks": 39.5,
    }


def test_the_same_rows_in_another_order_are_the_same_commands(tmp_path: Path) -> None:
    one, two = ids(the_commands(tmp_path, a_row("P-1"), a_row("P-2")))
    again_two, again_one = ids(the_commands(tmp_path, a_row("P-2"), a_row("P-1")))

    assert (one, two) == (again_one, again_two)
    assert not set(one) & set(two)


def test_a_changed_answer_is_another_command_for_the_same_person(tmp_path: Path) -> None:
    [before], [after] = ids(the_commands(tmp_path, a_row())), ids(the_commands(tmp_path, a_row(E1="3")))

    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]


def test_what_does_not_make_another_form_does_not_make_another_command(tmp_path: Path) -> None:
    assert ids(the_commands(tmp_path, a_row())) == ids(the_commands(tmp_path, a_row(gestation="40", age="1")))


def test_another_mapping_name_means_other_people(tmp_path: Path) -> None:
    renamed = MAPPING.replace("name: clinic-one", "name: clinic-two")

    [one], [two] = ids(the_commands(tmp_path, a_row())), ids(the_commands(tmp_path, a_row(), mapping=renamed))

    assert not set(one) & set(two)


def test_the_ids_stay_what_they_were_when_the_first_import_ran(tmp_path: Path) -> None:
    assert ids(the_commands(tmp_path, a_row())) == [
        [
            "344adee2-2f3e-5022-9d67-cc924b00e05d",
            "80928747-d528-55eb-a2a0-b1801e119bd8",
            "bc196cef-a22e-51da-9143-cd2732acc88c",
        ]
    ]


def test_nothing_that_is_printed_shows_the_person(tmp_path: Path) -> None:
    assert "P-1" not in repr(the_commands(tmp_path, a_row("P-1")))
