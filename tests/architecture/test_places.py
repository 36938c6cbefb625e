"""A file that a page names is there, and so is what the page says is in it."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT
from tests.pages import pages

ROOMS = (ROOT, ROOT / "services")
NAMED = re.compile(r"`(\w[\w.-]*(?:/[\w.-]+)+)(?:::(\w+))?`")
WITHIN = re.compile(r"`(?:\w+\.)?(\w+)` in `(\w+/[\w./-]+\.py)`")


def test_what_pages_name_is_there() -> None:
    lost = [f"{page.relative_to(ROOT)}: {name}" for page in pages() for name in nowhere(page.read_text("utf-8"))]
    assert lost == []


@pytest.mark.parametrize(
    "text",
    [
        "see `tests/faults/test_moved.py`",
        "see `kit/moved.py`",
        "`SOURCES` in `tests/pages.py`",
        "`tests/faults/test_order.py::test_gone`",
    ],
)
def test_what_is_not_there_is_seen(text: str) -> None:
    assert list(nowhere(text))


def nowhere(text: str) -> Iterator[str]:
    """What is named as a path from the root or from services/, and is not there."""
    for path, function in NAMED.findall(text):
        if _is_a_path(path) and not any((room / path).exists() for room in ROOMS):
            yield path
        elif function and not _defines(path, function):
            yield f"{path}::{function}"
    for name, path in WITHIN.findall(text):
        if not _defines(path, name):
            yield f"{name} in {path}"


def _is_a_path(path: str) -> bool:
    """`training/coverage` is an address of the portal, though there is a service of that name."""
    first, _, _ = path.partition("/")
    return (ROOT / first).is_dir() or ((ROOT / "services" / first).is_dir() and "." in path)


def _defines(path: str, name: str) -> bool:
    found = [room / path for room in ROOMS if (room / path).is_file()]
    return any(
        re.search(rf"^ *(async def|def|class) {name}\b", file.read_text("utf-8"), re.MULTILINE) for file in found
    )
