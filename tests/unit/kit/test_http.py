"""The edge: who may, what a refusal looks like, what never gets in."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from fastapi import APIRouter, Depends
from prometheus_client import REGISTRY

from services.kit.auth import Principal, Verifier
from services.kit.bodies import StrictModel
from services.kit.errors import Busy, Conflict, DomainError, Kind
from services.kit.http import STATUS, CommandId, Pcn, Permissions, create_app
from services.kit.tenancy import TenantPool
from tests.support import AUDIENCE, Issuer

PERMIT = Permissions({"box:open": {"keeper"}})
ROUTES = APIRouter(prefix="/v1/pcns/{pcn}")


class Locked(DomainError):
    """The box is locked."""

    slug = "box-locked"


class Lid(StrictModel):
    size: int


class Broken(Exception):
    """Carries what must not get out."""


REFUSALS: dict[int, Exception] = {1: Locked(field="size"), 2: Conflict(), 3: Busy(), 4: Broken("Marker Surname")}


@ROUTES.post("/boxes")
async def open_box(
    pcn: Pcn, principal: Annotated[Principal, Depends(PERMIT("box:open"))], command_id: CommandId, lid: Lid
) -> dict[str, str | int]:
    if lid.size in REFUSALS:
        raise REFUSALS[lid.size]
    return {"pcn": pcn, "user": principal.user, "id": str(command_id), "size": lid.size}


async def ready() -> Mapping[str, str]:
    return {"database": "ok"}


@pytest.fixture
async def client(issuer: Issuer) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(title="boxes", routers=[ROUTES], verifier=Verifier(issuer.url, AUDIENCE), readiness=ready)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://boxes") as client:
        yield client


async def post(client: httpx2.AsyncClient, token: str | None, body: object, pcn: str = "U00001") -> httpx2.Response:
    headers = {"idempotency-key": str(uuid4())} | ({"authorization": f"Bearer {token}"} if token else {})
    return await client.post(f"/v1/pcns/{pcn}/boxes", json=body, headers=headers)


@pytest.fixture
def keeper(issuer: Issuer) -> str:
    return issuer.token("kim", ["keeper"], ["U00001"])


async def test_with_role_and_tenant_it_opens(client: httpx2.AsyncClient, keeper: str) -> None:
    answer = await post(client, keeper, {"size": 9})
    assert answer.status_code == 200
    assert answer.json()["user"] == "kim"


@pytest.mark.parametrize(
    ("roles", "pcns", "status"),
    [(["keeper"], ["U00002"], 403), (["visitor"], ["U00001"], 403), ([], [], 403), (["keeper"], ["*"], 200)],
)
async def test_role_and_tenant_are_both_needed(
    client: httpx2.AsyncClient, issuer: Issuer, roles: list[str], pcns: list[str], status: int
) -> None:
    answer = await post(client, issuer.token("kim", roles, pcns), {"size": 9})
    assert answer.status_code == status
    assert answer.json().get("slug") == ("not-allowed" if status == 403 else None)


async def test_a_token_of_somebody_else_is_not_taken(client: httpx2.AsyncClient, issuer: Issuer) -> None:
    stranger = Issuer()
    forged = stranger.token("kim", ["keeper"], ["U00001"], iss=issuer.url)
    expired = issuer.token("kim", ["keeper"], ["U00001"], exp=1)
    other_audience = issuer.token("kim", ["keeper"], ["U00001"], aud="elsewhere")
    stranger.close()
    for token in (None, "nonsense", forged, expired, other_audience):
        answer = await post(client, token, {"size": 9})
        assert (answer.status_code, answer.json()["slug"]) == (401, "not-signed-in")


@pytest.mark.parametrize(
    ("size", "status", "slug"),
    [(1, 409, "box-locked"), (2, 409, "conflict"), (3, 503, "busy"), (4, 500, "unexpected")],
)
async def test_errors_become_problems(
    client: httpx2.AsyncClient, keeper: str, size: int, status: int, slug: str
) -> None:
    answer = await post(client, keeper, {"size": size})
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Marker" not in answer.text


def counted(status: str) -> float:
    labels = {"method": "POST", "route": "/v1/pcns/{pcn}/boxes", "status": status}
    return REGISTRY.get_sample_value("perinatal_http_requests_total", labels) or 0.0


@pytest.mark.parametrize(("size", "status"), [(1, "409"), (3, "503"), (4, "500"), (9, "200")])
async def test_every_answer_is_counted_and_has_its_headers(
    client: httpx2.AsyncClient, keeper: str, size: int, status: str
) -> None:
    before = counted(status)
    answer = await post(client, keeper, {"size": size})
    assert counted(status) == before + 1
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


async def test_a_refusal_names_its_field(client: httpx2.AsyncClient, keeper: str) -> None:
    assert (await post(client, keeper, {"size": 1})).json()["field"] == "size"


@pytest.mark.parametrize("body", [{"size": "9"}, {"size": 9, "colour": "red"}, {}, "text", None])
async def test_a_body_must_be_exactly_right(client: httpx2.AsyncClient, keeper: str, body: object) -> None:
    answer = await post(client, keeper, body)
    assert (answer.status_code, answer.json()["slug"]) == (422, "request-invalid")


async def test_a_command_needs_an_id(client: httpx2.AsyncClient, keeper: str) -> None:
    answer = await client.post("/v1/pcns/U00001/boxes", json={"size": 9}, headers={"authorization": f"Bearer {keeper}"})
    assert (answer.status_code, answer.json()["slug"]) == (422, "idempotency-key-missing")


@pytest.mark.parametrize("pcn", ["u00001", "U0000", "U000011", "X00001"])
async def test_a_tenant_must_look_like_one(client: httpx2.AsyncClient, keeper: str, pcn: str) -> None:
    answer = await post(client, keeper, {"size": 9}, pcn=pcn)
    assert (answer.status_code, answer.json()["slug"]) == (422, "tenant-invalid")


async def test_an_issuer_that_cannot_be_asked_is_a_reason_to_try_again(keeper: str) -> None:
    with pytest.raises(DomainError) as refusal:
        await Verifier("http://127.0.0.1:9", AUDIENCE).principal(keeper)
    assert (refusal.value.slug, refusal.value.kind) == ("issuer-unreachable", Kind.BUSY)


async def test_ten_megabytes_are_refused_unread(client: httpx2.AsyncClient, keeper: str) -> None:
    answer = await post(client, keeper, {"size": 9, "text": "x" * 10_000_000})
    assert (answer.status_code, answer.json()["slug"]) == (413, "too-large")


async def test_a_body_of_unstated_length_is_limited_too(client: httpx2.AsyncClient, keeper: str) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b'{"size": 9, "text": "'
        for _ in range(200):
            yield b"x" * 10_000
        yield b'"}'

    headers = {
        "authorization": f"Bearer {keeper}",
        "idempotency-key": str(uuid4()),
        "content-type": "application/json",
    }
    answer = await client.post("/v1/pcns/U00001/boxes", content=stream(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (ConnectionRefusedError(), 503, "busy"),
        (TimeoutError(), 503, "busy"),
        (asyncpg.CannotConnectNowError(), 503, "busy"),
        (asyncpg.ReadOnlySQLTransactionError(), 503, "busy"),
        (asyncpg.InterfaceError("connection is closed"), 503, "busy"),
        (asyncpg.InternalClientError(), 503, "busy"),
        (asyncpg.DataError("Marker Surname"), 500, "unexpected"),
        (asyncpg.UniqueViolationError("Marker Surname"), 500, "unexpected"),
    ],
)
async def test_a_part_that_is_away_is_a_reason_to_try_again(
    *,
    client: httpx2.AsyncClient,
    keeper: str,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    slug: str,
) -> None:
    monkeypatch.setitem(REFUSALS, 5, error)
    before = counted(str(status))
    answer = await post(client, keeper, {"size": 5})
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert answer.headers.get("retry-after") == ("1" if status == 503 else None)
    assert counted(str(status)) == before + 1
    assert "Marker" not in answer.text


async def test_a_database_that_is_down_is_a_reason_to_try_again(issuer: Issuer, keeper: str) -> None:
    pool = await TenantPool.open("postgresql://nobody@127.0.0.1:9/none")
    routes = APIRouter(prefix="/v1/pcns/{pcn}")

    @routes.get("/boxes")
    async def boxes(pcn: Pcn, principal: Annotated[Principal, Depends(PERMIT("box:open"))]) -> list[str]:
        async with pool.scope(pcn):
            return []

    app = create_app(title="boxes", routers=[routes], verifier=Verifier(issuer.url, AUDIENCE), readiness=ready)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://boxes") as client:
        answer = await client.get("/v1/pcns/U00001/boxes", headers={"authorization": f"Bearer {keeper}"})
    assert (answer.status_code, answer.json()["slug"], answer.headers["retry-after"]) == (503, "busy", "1")
    await pool.close()


async def test_health_and_metrics_are_open(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok", "database": "ok"}
    assert "perinatal_http_requests" in (await client.get("/metrics")).text


def test_every_kind_has_a_status() -> None:
    assert set(STATUS) == set(Kind)
