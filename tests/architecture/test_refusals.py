"""Every refusal has a name of its own, and a test that calls it by that name."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.architecture.source import Source, dotted, product, require_none, sources


@dataclass(frozen=True)
class Refusal:
    """A class derived from DomainError, where it stands, and its slug and kind as written."""

    name: str
    base: str
    path: str
    line: int
    slug: str | None
    kind: str | None

    @property
    def home(self) -> str:
        """The service it belongs to."""
        return self.path.split("/")[1]


def test_every_refusal_has_a_slug_and_a_kind() -> None:
    found = nameless(refusals(product()))
    require_none([f"{each.path}:{each.line}: {each.name} has no slug of its own, or no kind" for each in found])


def test_a_slug_is_used_once_in_a_service() -> None:
    require_none(repeated(refusals(product())))


def test_a_slug_means_the_same_everywhere() -> None:
    require_none(ambiguous(refusals(product())))


def test_every_slug_is_named_by_a_test() -> None:
    tests = "\n".join(file.text for file in sources("tests/**/*.py") if "tests/architecture/" not in file.path)
    require_none(untested(refusals(product()), tests))


def test_refusals_are_found() -> None:
    found = refusals([Source("services/referral/a.py", PLANTED)])
    assert [(each.name, each.slug) for each in found] == [("A", "a-a"), ("B", None), ("C", "a-a"), ("D", "d-d")]
    assert [each.name for each in nameless(found)] == ["B"]
    assert len(repeated(found)) == 1
    assert len(ambiguous(found)) == 1
    assert len(untested(found, "refused_with('d-d')")) == 2
    assert refusals([Source("services/referral/a.py", "class E(Exception): ...")]) == []


PLANTED = """
class A(DomainError):
    slug = "a-a"
    kind = Kind.REFUSED
class B(DomainError): ...
class C(errors.DomainError):
    slug = "a-a"
    kind = Kind.INVALID
class D(A):
    slug = "d-d"
    kind = Kind.REFUSED
"""


def refusals(files: list[Source]) -> list[Refusal]:
    """Every class that has DomainError among its ancestors."""
    classes = [_read(file, node) for file in files for node in file.nodes if isinstance(node, ast.ClassDef)]
    known: dict[str, str | None] = {"DomainError": None}
    while more := {each.name: each.kind or known[each.base] for each in classes if each.base in known} | known:
        if more == known:
            break
        known = more
    return [replace(each, kind=known[each.name]) for each in classes if each.base in known]


def _read(file: Source, node: ast.ClassDef) -> Refusal:
    base = dotted(node.bases[0]).rpartition(".")[2] if node.bases else ""
    said = dict(_assigned(node))
    return Refusal(node.name, base, file.path, node.lineno, said.get("slug"), said.get("kind"))


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = statement.value
            yield statement.targets[0].id, str(value.value) if isinstance(value, ast.Constant) else ast.unparse(value)


def nameless(found: list[Refusal]) -> list[Refusal]:
    return [each for each in found if each.slug is None or each.kind is None]


def repeated(found: list[Refusal]) -> list[str]:
    seen: dict[tuple[str, str | None], Refusal] = {}
    offences = []
    for each in found:
        # the kit's own slugs are everybody's
        for home in (each.home, "kit"):
            other = seen.get((home, each.slug))
            if other and each.slug:
                offences.append(f"{each.path}:{each.line}: {each.slug} is already {other.name} in {other.path}")
                break
        seen.setdefault((each.home, each.slug), each)
    return offences


def ambiguous(found: list[Refusal]) -> list[str]:
    kinds: dict[str, set[str | None]] = {}
    for each in found:
        kinds.setdefault(each.slug or "", set()).add(each.kind)
    return [f"{slug} is of several kinds: {sorted(map(str, of))}" for slug, of in kinds.items() if slug and len(of) > 1]


def untested(found: list[Refusal], tests: str) -> list[str]:
    return [
        f"{each.path}:{each.line}: no test names {each.slug}"
        for each in found
        if each.slug and f'"{each.slug}"' not in tests and f"'{each.slug}'" not in tests
    ]
