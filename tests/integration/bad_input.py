"""A service's API under hostile bodies, told by its own OpenAPI document: a new command is tried without being told of here."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from services.kit.tenancy import TenantId, TenantPool
from tests.support import Issuer

MARKUP = "<script>alert('hit')</script>'\"{{7*7}}"
ROLES = ("referrer", "clinician", "coordinator", "training-lead", "operator", "importer", "public")
_COUNT = "select count(*) from events"
_DEEP = b"[" * 100_000

WRONG: Mapping[str, tuple[Any, ...]] = {
    "string": (7, 1.5, True, None, [], {}, "", "   ", "a\x00b", "a\ud800b", "n" * 20_000, ["a"], {"a": "b"}),
    "integer": (-1, 10**12, 10**30, 1.5, "1", True, None, [], float("nan"), "9" * 5_000),
    "number": (-1, 10**300, float("nan"), float("inf"), "1", None, []),
    "boolean": ("yes", 1, 0, None, []),
    "array": (None, {}, "a", [None], [[[]]], ["a\x00b"], [{"a": 1}], ["x"] * 20_000, [10**12]),
    "object": (None, [], "a", {"a": 1}),
}
"""By JSON type: what no command takes there. Whether there may be nothing at all is each field's own matter."""
BODIES = {
    "no body": b"",
    "half a body": b"{",
    "a list": b"[]",
    "nothing": b"null",
    "a text": b'"body"',
    "bytes that are no text": b'{"a": "\xed\xa0\x80\xff"}',
    "a deep body": _DEEP,
    "NaN": b'{"a": NaN}',
    "a number of many digits": b'{"a": ' + b"9" * 10_000 + b"}",
    "two megabytes": b'{"a": "' + b"x" * 2_000_000 + b'"}',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One route that changes something. `path` with its placeholders; `schema` of its body."""

    method: str
    path: str
    schema: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service, and the bodies that would be taken: {command's name: (path values, body)}."""

    client: httpx2.AsyncClient
    pool: TenantPool
    issuer: Issuer
    tenant: TenantId
    bodies: Mapping[str, Callable[[], tuple[Mapping[str, str], Mapping[str, Any]]]]

    async def document(self) -> Mapping[str, Any]:
        return dict((await self.client.get("/openapi.json")).raise_for_status().json())

    async def stored(self) -> int:
        async with self.pool.scope(self.tenant) as tx:
            return int(await tx.fetchval(_COUNT))

    async def send(self, command: Command, values: Mapping[str, str], content: bytes, key: str = "") -> httpx2.Response:
        token = self.issuer.token("a tester", ROLES, [self.tenant])
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key or str(uuid4())}
        headers["content-type"] = "application/json"
        path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], str(uuid4())), command.path)
        return await self.client.request(command.method, path, content=content, headers=headers)


async def commands(service: Service) -> list[Command]:
    document = await service.document()
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in ("post", "put", "patch", "delete") and "requestBody" in operation:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                found.append(Command(method=method, path=path, schema=_resolved(schema, document)))
    return found


def _resolved(schema: Any, document: Mapping[str, Any]) -> Any:
    """The schema with its references filled in."""
    match schema:
        case {"$ref": str(place)}:
            return _resolved(document["components"]["schemas"][place.rpartition("/")[2]], document)
        case dict():
            return {name: _resolved(part, document) for name, part in schema.items()}
        case list():
            return [_resolved(part, document) for part in schema]
        case _:
            return schema


async def complaints(service: Service) -> list[str]:
    """What is wrong with how the service answers; nothing when nothing is."""
    found: list[str] = []
    for command in await commands(service):
        make = service.bodies.get(command.name)
        if make is None:
            found.append(f"{command.name}: no body to begin with; add one to the test")
            continue
        found += [complaint async for complaint in _try_all(service, command, make)]
    return found


async def _try_all(service: Service, command: Command, make: Callable[[], tuple[Any, Any]]) -> Any:
    values, body = make()
    before = await service.stored()
    for what, content in [*_whole(), *_parts(command.schema, body)]:
        response = await service.send(command, values, content)
        after = await service.stored()
        complaint = _judge(response, stored=after - before)
        before = after
        if complaint:
            yield f"{command.name} {what}: {response.status_code} {complaint}"


def _whole() -> Iterator[tuple[str, bytes]]:
    yield from BODIES.items()


def _parts(schema: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The body with one thing wrong each time."""
    yield "a field nobody asked for", _json({**body, "is_admin": True})
    yield "a field with a person's name for its name", _json({**body, "Nell Byrne <script>": 1})
    for name in schema.get("required", ()):
        yield f"without {name}", _json({key: value for key, value in body.items() if key != name})
    for name, part in schema.get("properties", {}).items():
        for wrong in _wrong(part):
            yield f"{name} = {str(wrong)[:40]!r}", _json({**body, name: wrong})


def _wrong(part: Mapping[str, Any]) -> Iterator[Any]:
    """Values that fit none of the types a property may have."""
    types = {each.get("type", "any") for each in part.get("anyOf", [part])}
    free = "any" in types
    for kind in types - {"null", "any"}:
        for value in WRONG[kind]:
            if not free and not _fits(value, part, types):
                yield value


def _fits(value: Any, part: Mapping[str, Any], types: set[str]) -> bool:
    """Whether the document itself allows the value: nothing where nothing may stand, an empty list where one may."""
    if value is None:
        return "null" in types
    if value == []:
        return "array" in types
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, str) and "string" in types and len(value) < 100 and "\x00" not in value:
        return value.isascii() is not False and not value.strip() and _may_be_empty(part)
    return value == 10**12 and "number" in types and "integer" not in types


def _may_be_empty(part: Mapping[str, Any]) -> bool:
    return all(not each.get("minLength") and "format" not in each for each in part.get("anyOf", [part]))


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _judge(response: httpx2.Response, *, stored: int) -> str:
    if response.status_code >= 500:
        return "crashed"
    if response.is_success:
        return "taken"
    if stored:
        return f"refused, and {stored} events stored"
    if response.headers["content-type"] != "application/problem+json":
        return "a refusal of another form"
    problem = response.json()
    if not re.fullmatch(r"[a-z0-9-]+", problem.get("slug", "")) or not problem.get("title", "").endswith("."):
        return f"a refusal without a name or a sentence: {problem}"
    return "what was sent comes back" if "Nell Byrne" in response.text or "script" in response.text else ""


def all_of(bodies: Sequence[tuple[str, Callable[[], tuple[Any, Any]]]]) -> dict[str, Callable[[], tuple[Any, Any]]]:
    return dict(bodies)
