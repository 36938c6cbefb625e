"""A manifest says whether a folder is a whole backup, and of which format."""

from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.operations.manifest import NAME, Dumped, Manifest, read_manifest

WHOLE = Manifest(
    taken_at="2026-11-23T02:00:00+00:00",
    waited_ms=12.5,
    cluster="one",
    ends={"perinatal.referral.events[0]": 7},
    databases={
        "referral": Dumped(file="referral.dump", sha256="0" * 64, bytes=9, incarnation="a", head=7, published=7)
    },
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    WHOLE.write(tmp_path)
    assert read_manifest(tmp_path) == WHOLE


@pytest.mark.parametrize(
    ("good", "changed", "said"),
    [
        ('"format": 1', '"format": 2', "is of another format than 1"),
        ('"waited_ms"', '"waited"', "is damaged"),
        ('"sha256"', '"sha"', "is damaged"),
        ("{", "", "is damaged"),
        ('"format": 1,', "", "is damaged"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_one_line(tmp_path: Path, good: str, changed: str, said: str) -> None:
    WHOLE.write(tmp_path)
    text = (tmp_path / NAME).read_text("utf-8")
    assert good in text
    (tmp_path / NAME).write_text(text.replace(good, changed, 1), "utf-8")
    with pytest.raises(StackError, match=said):
        read_manifest(tmp_path)
