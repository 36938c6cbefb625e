"""Every route says which permission it needs, and every permission of a service's table is needed by a route."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import SERVICES, Function, Source, require_none, sources
from tests.architecture.test_sizes import is_route

PERMISSION = re.compile(r"^[a-z]+(-[a-z]+)*:[a-z]+(-[a-z]+)*$")

# {path:function: why anybody may call it}
OPEN = {
    "services/portal/web/pages/signing.py:sign_in": "the way in",
    "services/portal/web/pages/signing.py:begin": "the way in, to the identity provider",
    "services/portal/web/pages/signing.py:done": "the way in, back from the identity provider",
    "services/portal/web/pages/signing.py:signed_out": "says goodbye to somebody no longer signed in",
    "services/portal/web/pages/join.py:open_sessions": "families look for a session without signing in",
    "services/portal/web/pages/join.py:place_form": "families ask for a place without signing in",
    "services/portal/web/pages/join.py:take_place": "families ask for a place without signing in",
    "services/portal/web/pages/join.py:place_page": "who holds the address of a place may look at it",
    "services/portal/web/pages/join.py:give_up_place": "who holds the address of a place may give it up",
    "services/portal/web/pages/ask_for_help.py:help_form": "families ask for help without signing in",
    "services/portal/web/pages/ask_for_help.py:ask": "families ask for help without signing in",
    "services/portal/web/pages/ask_for_help.py:sent": "families ask for help without signing in",
}


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"kit"}))
def test_every_route_names_its_permission(service: str) -> None:
    require_none(list(without_permission(files(service))))


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"kit"}))
def test_every_permission_is_needed(service: str) -> None:
    require_none(list(needless(files(service))))


def test_there_are_routes() -> None:
    assert sum(is_route(function) for file in sources("services/*/http.py") for function in file.functions) > 10


def test_every_open_route_is_still_there() -> None:
    found = sources("services/**/*.py")
    assert {
        file.name_of(function) for file in found for function in file.functions if is_route(function)
    } >= OPEN.keys()


TABLE = "permit = Permissions({'page:home': {'x'}, 'page:person': {'x'}})\n"


@pytest.mark.parametrize(
    "text",
    [
        "@router.get('/x')\nasync def x(): ...",
        "@router.get('/x')\nasync def x(principal: SignedIn): ...",
        "@ROUTES.post('/x', dependencies=[Depends(permit('page:unheard-of'))])\nasync def x(): ...",
        "@ROUTES.post('/x')\nasync def x(): return 'page:home'",
    ],
)
def test_a_route_without_permission_is_seen(text: str) -> None:
    assert list(without_permission([Source("services/referral/http.py", TABLE + text)]))


@pytest.mark.parametrize(
    "text",
    [
        "@router.get('/x')\nasync def x(principal: Annotated[Principal, Depends(permit('page:home'))]): ...",
        "@router.get('/x', dependencies=[Depends(permit('page:home'))])\nasync def x(): ...",
        "Reader = Annotated[Principal, Depends(permit('page:home'))]\n@router.get('/x')\nasync def x(principal: Reader): ...",
        "def not_a_route(): ...",
    ],
)
def test_a_route_with_permission_passes(text: str) -> None:
    assert list(without_permission([Source("services/referral/http.py", TABLE + text)])) == []


def test_a_needless_permission_is_seen() -> None:
    page = Source(
        "services/portal/web/pages/home.py", "@router.get('/')\ndef home(who: Annotated[P, permit('page:home')]): ..."
    )
    assert list(needless([Source("services/portal/web/access.py", TABLE), page])) == [
        "no route of portal needs page:person"
    ]


def files(service: str) -> list[Source]:
    return sources(f"services/{service}/**/*.py")


def without_permission(service: list[Source]) -> Iterator[str]:
    known = table(service)
    for file in service:
        for function in (each for each in file.functions if is_route(each) and file.name_of(each) not in OPEN):
            if known.isdisjoint(named(file, function)):
                yield file.at(function, f"{function.name} does not say which permission it needs")


def needless(service: list[Source]) -> Iterator[str]:
    used = {
        name for file in service for function in file.functions if is_route(function) for name in named(file, function)
    }
    for name in sorted(table(service) - used):
        yield f"no route of {service[0].path.split('/')[1]} needs {name}"


def table(service: list[Source]) -> set[str]:
    """The permissions a service knows: the keys of the dictionaries in the file that makes its `Permissions`."""
    homes = [file for file in service if re.search(r"\bPermissions\(", file.text)]
    keys = [key for file in homes for node in file.nodes if isinstance(node, ast.Dict) for key in node.keys if key]
    return {name for key in keys for name in _permissions(key)}


def named(file: Source, function: Function) -> set[str]:
    """What a route's decorators and annotations name, an annotation's own name looked up in the file."""
    aliases = {node.targets[0].id: node.value for node in file.tree.body if _is_alias(node)}  # type: ignore[attr-defined]
    said: list[ast.AST] = [*function.decorator_list, function.args]
    for part in list(said):
        said += [aliases[node.id] for node in ast.walk(part) if isinstance(node, ast.Name) and node.id in aliases]
    return {name for part in said for name in _permissions(part)}


def _is_alias(node: ast.stmt) -> bool:
    # the table itself is no annotation
    named = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    return named and not isinstance(node.value, ast.Dict) and "Permissions(" not in ast.unparse(node)  # type: ignore[attr-defined]


def _permissions(part: ast.AST) -> set[str]:
    texts = [node.value for node in ast.walk(part) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text for text in texts if PERMISSION.match(text)}
