"""The faults that `tests.faults.broken` plants still fit the code, and the tests that must see them exist."""

import pytest

from tests.faults.broken import PLANTED, ROOT
from tests.faults.fault import Fault


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.broken)
def test_it_fits(fault: Fault) -> None:
    texts: dict[str, str] = {}
    for edit in fault.edits:
        text = texts.get(edit.file) or (ROOT / edit.file).read_text("utf-8")
        assert text.count(edit.old) == edit.times, edit
        texts[edit.file] = text.replace(edit.old, edit.new)
    file, _, name = fault.test.partition("::")
    assert f"def {name}" in (ROOT / "tests/faults" / file).read_text("utf-8")


def test_every_invariant_of_this_slice_is_broken() -> None:
    assert {fault.invariant for fault in PLANTED} == {1, 2, 3, 4, 5, 6, 7, 8, 9, 12}
