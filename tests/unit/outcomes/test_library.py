"""The code lists this service ships, and what a legal status counts as."""

from pathlib import Path

import pytest

from services.kit.code_lists import BrokenCodeList
from services.outcomes.library import read_legal_classes
from tests.unit.outcomes.builders import LIBRARY


@pytest.mark.parametrize(
    ("code", "counts_as"),
    [
        ("02", "detention"),
        ("03", "detention"),
        ("31", "detention"),
        ("37", "detention"),
        ("05", "short-term-order"),
        ("20", "short-term-order"),
        ("35", "guardianship"),
        ("01", None),
        ("98", None),
        ("99", None),
    ],
)
def test_what_a_legal_status_counts_as(code: str, counts_as: str | None) -> None:
    assert code in LIBRARY.codes.lists["legal_status"]
    assert LIBRARY.legal_classes.get(code) == counts_as


def test_seventeen_codes_are_detention() -> None:
    assert sum(each == "detention" for each in LIBRARY.legal_classes.values()) == 17


@pytest.mark.parametrize(
    ("written", "said"),
    [('{detention: ["77"]}', "77"), ('{detention: ["02"], guardianship: ["02"]}', "one thing only")],
)
def test_a_slip_in_the_classes_is_refused(tmp_path: Path, written: str, said: str) -> None:
    file = tmp_path / "legal_status.yaml"
    file.write_text(f"counts_as: {written}\n")

    with pytest.raises(BrokenCodeList, match=said):
        read_legal_classes(file, LIBRARY.codes)
