"""All metrics are in one list, and each is used."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import Source, broken, called, imported, planted, product, require_none

LIST = "services/kit/metrics.py"
KINDS = ("Counter", "Gauge", "Histogram", "Summary", "Info", "Enum")
NAME = re.compile(r"^perinatal_[a-z]+(_[a-z]+)*$")


def test_metrics_are_made_in_one_place() -> None:
    require_none(broken(elsewhere, product()))


def test_metrics_are_named_alike_and_once() -> None:
    names = [name for _, name in listed()]
    assert [name for name in names if not NAME.match(name)] == []
    assert len(names) == len(set(names))


def test_every_metric_is_used() -> None:
    everything = "\n".join(file.text for file in product() if file.path != LIST)
    assert [variable for variable, _ in listed() if not re.search(rf"\b{variable}\b", everything)] == []


@pytest.mark.parametrize(
    "text",
    [
        "from prometheus_client import Counter\nA = Counter('a', 'b')",
        "import prometheus_client as p\nA = p.Gauge('a', 'b')",
        "from prometheus_client import Histogram as H\nA = H('a', 'b')",
    ],
)
def test_a_metric_elsewhere_is_seen(text: str) -> None:
    assert planted(elsewhere, text)


def test_another_counter_passes() -> None:
    assert planted(elsewhere, "from collections import Counter\nA = Counter('a')") == []


def elsewhere(source: Source) -> Iterator[str]:
    if source.path == LIST:
        return
    names = imported(source)
    for node in source.nodes:
        if isinstance(node, ast.Call) and called(node, names) in {f"prometheus_client.{kind}" for kind in KINDS}:
            yield source.at(node, f"makes a metric; it belongs in {LIST}")


def listed() -> list[tuple[str, str]]:
    """(variable, name) of each metric in the list."""
    source = next(file for file in product() if file.path == LIST)
    return [
        (ast.unparse(node.targets[0]), str(node.value.args[0].value))
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.args[0], ast.Constant)
    ]
