"""No function reaches data without saying whose: the tenant comes first, after the connection it is used on."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Function, Source, broken, planted, require_none, sources

WHERE = (
    "services/*/application.py",
    "services/*/projections/**/*.py",
    "services/portal/readmodels/**/*.py",
    "services/portal/report/**/*.py",
)
SELF = frozenset({"self", "cls"})
REACHES_DATA = frozenset({"tx", "store", "pool", "connection"})

# {path:function: why it may do without a tenant}
ALLOWED = {
    "services/referral/projections/pcns.py:directory": "settings of networks, for the tenants named; nothing about people",
}


def test_the_tenant_is_the_first_argument() -> None:
    require_none(broken(without_tenant, sources(*WHERE)))


def test_every_exception_is_still_needed() -> None:
    excused = {offence for file in sources(*WHERE) for offence in _excused(file)}
    assert excused == ALLOWED.keys()


@pytest.mark.parametrize(
    "text",
    [
        "async def waiting(tx: Tx): ...",
        "async def waiting(tx: Tx, day: date, tenant: TenantId): ...",
        "async def waiting(tx: Tx, tenant: str): ...",
        "async def waiting(store: EventStore, stream: str): ...",
        "async def waiting(*, tx: Tx, person_id: str): ...",
        "class Waiting:\n    async def of(self, tx: Tx, person_id: str): ...",
    ],
)
def test_a_function_without_tenant_is_seen(text: str) -> None:
    assert planted(without_tenant, text)


@pytest.mark.parametrize(
    "text",
    [
        "async def waiting(tx: Tx, tenant: TenantId, day: date): ...",
        "async def waiting(tenant: TenantId, tx: Tx): ...",
        "class Waiting:\n    async def of(self, tx: Tx, tenant: TenantId): ...",
        "def evolve(row, recorded): ...",
        "def build(store: EventStore) -> UseCases: ...",
    ],
)
def test_a_function_with_tenant_passes(text: str) -> None:
    assert planted(without_tenant, text) == []


def without_tenant(source: Source) -> Iterator[str]:
    for function in source.functions:
        if _lacks_tenant(function) and source.name_of(function) not in ALLOWED:
            yield source.at(function, f"{function.name} reaches data, but its first argument is not `tenant: TenantId`")


def _excused(source: Source) -> list[str]:
    names = [source.name_of(function) for function in source.functions if _lacks_tenant(function)]
    return [name for name in names if name in ALLOWED]


def _lacks_tenant(function: Function) -> bool:
    # Only a coroutine can reach the database; the others put use cases together, once for all tenants.
    if not isinstance(function, ast.AsyncFunctionDef):
        return False
    given = function.args
    arguments = [each for each in (*given.posonlyargs, *given.args, *given.kwonlyargs) if each.arg not in SELF]
    if REACHES_DATA.isdisjoint(each.arg for each in arguments):
        return False
    rest = [each for each in arguments if each.arg not in REACHES_DATA]
    return not rest or rest[0].arg != "tenant" or not _is_tenant_id(rest[0].annotation)


def _is_tenant_id(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation).strip("'\"") == "TenantId"
