"""Sizes a reader can hold in mind: function 25 lines, route 12, file 300 (tests 400), nesting 3."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Function, Source, broken, planted, product, require_none, sources

FUNCTION, ROUTE, FILE, TEST_FILE, NESTING = 25, 12, 300, 400, 3
VERBS = frozenset({"get", "post", "put", "patch", "delete"})
NESTS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def test_functions_are_short() -> None:
    require_none(broken(too_long, [*product(), *sources("tests/**/*.py")]))


def test_files_are_short() -> None:
    require_none(broken(too_big, [*product(), *sources("tests/**/*.py")]))


def test_nesting_is_shallow() -> None:
    require_none(broken(too_deep, [*product(), *sources("tests/**/*.py")]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def f():\n" + "    a = 1\n" * 25, 0),
        ("def f():\n" + "    a = 1\n" * 26, 1),
        ('def f():\n    """Said.\n\n    More.\n    """\n' + "    # why\n\n    a = 1\n" * 25, 0),
        ("@router.get('/')\ndef f():\n" + "    a = 1\n" * 13, 1),
        ("class C:\n    def f(self):\n" + "        a = 1\n" * 26, 1),
    ],
)
def test_a_long_function_is_seen(text: str, found: int) -> None:
    assert len(planted(too_long, text)) == found


def test_a_big_file_is_seen() -> None:
    assert len(planted(too_big, "a = 1\n" * 301)) == 1
    assert planted(too_big, "a = 1\n" * 301, "tests/unit/test_planted.py") == []


def test_deep_nesting_is_seen() -> None:
    three = "def f():\n if a:\n  for b in c:\n   with d:\n    e()\n"
    four = "def f():\n if a:\n  for b in c:\n   with d:\n    if e:\n     g()\n"
    chain = "def f():\n if a:\n  b()\n elif c:\n  d()\n elif e:\n  g()\n elif h:\n  i()\n"
    assert planted(too_deep, three) == []
    assert len(planted(too_deep, four)) == 1
    assert planted(too_deep, chain) == []


def too_long(source: Source) -> Iterator[str]:
    for function in source.functions:
        limit = ROUTE if is_route(function) else FUNCTION
        length = body_lines(source, function)
        if length > limit:
            yield source.at(function, f"{function.name} has {length} lines, may have {limit}")


def is_route(function: Function) -> bool:
    calls = [each.func for each in function.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in VERBS for call in calls)


def body_lines(source: Source, function: Function) -> int:
    """Lines of the body that say something: not the signature, docstring, comments or blank lines."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    lines = source.lines[body[0].lineno - 1 : function.end_lineno]
    return sum(1 for line in lines if line.strip() and not line.lstrip().startswith("#"))


def too_big(source: Source) -> Iterator[str]:
    limit = TEST_FILE if source.path.startswith("tests/") else FILE
    if len(source.lines) > limit:
        yield f"{source.path}:1: the file has {len(source.lines)} lines, may have {limit}"


def too_deep(source: Source) -> Iterator[str]:
    for function in source.functions:
        depth = max((nesting(statement) for statement in function.body), default=0)
        if depth > NESTING:
            yield source.at(function, f"{function.name} nests {depth} deep, may {NESTING}")


def nesting(node: ast.AST) -> int:
    """How many blocks stand in each other. `elif` stands beside its `if`; a function inside is judged by itself."""
    if isinstance(node, Function):
        return 0
    own = 1 if isinstance(node, NESTS) else 0
    return own + max((nesting(child) - _is_elif(node, child) for child in ast.iter_child_nodes(node)), default=0)


def _is_elif(node: ast.AST, child: ast.AST) -> int:
    return int(isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child])
