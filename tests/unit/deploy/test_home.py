"""The folder of a stack: what is read back from it."""

from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.home import Home, last_lines

LINES = [f"{number:05} " + "x" * 100 for number in range(2_000)]


@pytest.mark.parametrize("count", [1, 3, 1_500, 3_000])
def test_as_many_of_the_last_lines_as_were_asked_for(tmp_path: Path, count: int) -> None:
    log = tmp_path / "referral.log"
    log.write_text("\n".join(LINES) + "\n", "utf-8")
    assert last_lines(log, count).splitlines() == LINES[-count:]


def test_of_no_log_there_are_none(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "nothing.log", 5) == ""


def test_what_was_not_restored_to_the_end_names_the_command_that_does(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    home.require_restored()
    home.unfinished_restore.write_text("perinatal restore /backups/1 --replace", "utf-8")
    with pytest.raises(StackError, match="`perinatal restore /backups/1 --replace` first"):
        home.require_restored()
