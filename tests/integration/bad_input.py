"""A service's API under hostile bodies, told by its own OpenAPI document: a new command is tried without being told of here."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from services.kit.tenancy import TenantId, TenantPool
from tests.support import Issuer

ROLES = ("referrer", "clinician", "coordinator", "training-lead", "operator", "importer", "public")
_COUNT = "select count(*) from events"
_DEEP = b"[" * 100_000

POISON: Mapping[str, tuple[Any, ...]] = {
    "string": ("a\x00b", "a\ud800b", "n" * 20_000),
    "integer": (10**12, 10**30, float("nan")),
    "number": (10**300, float("nan"), float("inf")),
    "array": (["a\x00b"], [10**12]),
}
"""By JSON type: of the right type, and taken nowhere, since no database or no reader could keep it."""
FORMATS: Mapping[str, tuple[str, ...]] = {
    "date-time": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T09:00:00Z"),
    "date": ("2026-02-30", "0000-01-01"),
}
"""By format of a text: written as it should be, and on no calendar."""
OTHERS = (7, 1.5, True, "1", [], {}, None)
"""One of each JSON type."""
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


Make = Callable[[], Awaitable[tuple[Mapping[str, str], Mapping[str, Any]]]]
"""What stands in the path, and the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service, and the bodies that would be taken: {command's name: (path values, body)}."""

    client: httpx2.AsyncClient
    pool: TenantPool
    issuer: Issuer
    tenant: TenantId
    bodies: Mapping[str, Make]

    async def document(self) -> Mapping[str, Any]:
        return dict((await self.client.get("/openapi.json")).raise_for_status().json())

    async def stored(self) -> int:
        async with self.pool.scope(self.tenant) as tx:
            return int(await tx.fetchval(_COUNT))

    async def send(self, command: Command, values: Mapping[str, str], content: bytes, key: str = "") -> httpx2.Response:
        token = self.issuer.token("a tester", ROLES, [self.tenant])
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key or str(uuid4())}
        headers["content-type"] = "application/json"
        known = {"pcn": str(self.tenant), **values}
        path = re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], str(uuid4())), command.path)
        return await self.client.request(command.method, path, content=content, headers=headers)


def plain(body: Mapping[str, Any]) -> Make:
    """A body that needs nothing to be there before."""

    async def make() -> tuple[Mapping[str, str], Mapping[str, Any]]:
        return {}, body

    return make


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


async def _try_all(service: Service, command: Command, make: Make) -> AsyncIterator[str]:
    values, body = await make()
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
    """What a property may not hold: other types than its own, and what nothing keeps."""
    kinds = part.get("anyOf", [part])
    types = {each.get("type", "any") for each in kinds}
    if "any" in types:
        return
    for kind in types:
        yield from POISON.get(kind, ())
    for each in kinds:
        yield from FORMATS.get(each.get("format"), ())
    allowed = types | ({"integer"} if "number" in types else set())
    yield from (value for value in OTHERS if _type_of(value) not in allowed)


def _type_of(value: object) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


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
