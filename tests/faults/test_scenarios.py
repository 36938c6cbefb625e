"""The list of failures is whole, and each is brought about by a test that is there."""

import ast
from pathlib import Path

import pytest

from tests.faults.scenarios import SCENARIOS, Scenario

ROOT = Path(__file__).parents[2]


def test_there_are_twenty_five() -> None:
    assert [scenario.name for scenario in SCENARIOS] == [f"F{number}" for number in range(1, 26)]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_each_has_tests(scenario: Scenario) -> None:
    assert scenario.tests
    for test in scenario.tests:
        file, _, name = test.partition("::")
        written = ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
        there = {node.name for node in written if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in there if name else any(one.startswith("test_") for one in there), test
