"""Reads the source tree for the architecture tests. A rule takes a file and yields what is wrong, a line each."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = tuple(sorted(path.name for path in (ROOT / "services").iterdir() if (path / "__init__.py").exists()))
PRODUCT = ("contracts", "deploy", "services")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file: where it is, from the root of the tree, and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes if isinstance(node, Function))

    def at(self, node: ast.stmt | ast.expr | ast.arg, said: str) -> str:
        """A line that points at the place."""
        return f"{self.path}:{node.lineno}: {said}"

    def name_of(self, function: Function) -> str:
        """How a table of exceptions names it."""
        return f"{self.path}:{function.name}"


Rule = Callable[[Source], Iterator[str]]


@cache
def read(path: Path) -> Source:
    """A file of the tree, read and parsed once."""
    return Source(str(path.relative_to(ROOT)), path.read_text("utf-8"))


@cache
def sources(*patterns: str) -> list[Source]:
    """The Python files that match, such as "services/*/domain/**/*.py"."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if "node_modules" not in path.parts}
    return [read(path) for path in sorted(found)]


def product() -> list[Source]:
    """Everything that ships."""
    return sources(*(f"{folder}/**/*.py" for folder in PRODUCT))


def broken(rule: Rule, files: list[Source]) -> list[str]:
    """Every offence in the files."""
    return [offence for file in files for offence in rule(file)]


def require_none(offences: list[str]) -> None:
    """Fail with every offence on a line of its own."""
    if offences:
        pytest.fail(f"{len(offences)} found:\n" + "\n".join(offences), pytrace=False)


def planted(rule: Rule, text: str, path: str = "services/referral/planted.py") -> list[str]:
    """What the rule finds in a file made up for the purpose."""
    return list(rule(Source(path, text)))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def imported(source: Source) -> dict[str, str]:
    """{name in the file: what it stands for in full}."""
    names: dict[str, str] = {}
    for node in source.nodes:
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def called(node: ast.Call, names: dict[str, str]) -> str:
    """What a call calls, in full: `now()` after `from datetime import datetime as now` is `datetime.datetime`."""
    name = dotted(node.func)
    first, _, rest = name.partition(".")
    full = names.get(first, first)
    return f"{full}.{rest}" if rest else full


def strings(source: Source) -> Iterator[ast.Constant]:
    """Every string constant."""
    return (node for node in source.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
