"""Names that say what a thing is, not that somebody did not know."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

import pytest

from tests.architecture.source import Source, broken, planted, product, require_none, sources

VAGUE_FILES = frozenset({"common", "helper", "helpers", "misc", "shared", "util", "utils"})
VAGUE_CLASS = re.compile(r"(Manager|Helper|Util|Utils)$|^(Abstract|Base(?!d|Model|Settings))")


def test_names_say_something() -> None:
    require_none(broken(vague, [*product(), *sources("tests/**/*.py")]))


@pytest.mark.parametrize("text", ["class StoreManager: ...", "class AbstractStore: ...", "class DateHelper: ..."])
def test_a_vague_class_is_seen(text: str) -> None:
    assert planted(vague, text)


def test_a_vague_file_is_seen() -> None:
    assert planted(vague, "", "services/kit/utils.py")
    assert planted(vague, "", "services/kit/helpers/dates.py")
    assert planted(vague, "", "services/kit/tenancy.py") == []


def vague(source: Source) -> Iterator[str]:
    for part in PurePath(source.path).with_suffix("").parts:
        if part in VAGUE_FILES:
            yield f"{source.path}:1: “{part}” does not say what is in it"
    for node in source.nodes:
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name):
            yield source.at(node, f"“{node.name}” does not say what it is")
