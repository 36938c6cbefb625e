"""Who is calling, when the issuer turns its keys over, hangs, or is away; and when a token is not one at all."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.kit.auth import IssuerUnreachable, NotSignedIn, Verifier
from tests.support import AUDIENCE, Issuer


@asynccontextmanager
async def hanging() -> AsyncIterator[tuple[str, list[None]]]:
    """An issuer that takes every connection and says nothing: its address, and an entry for each time it was asked."""
    asked: list[None] = []

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(None)
        await reader.read()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def test_a_key_that_was_turned_over_is_asked_for() -> None:
    issuer = Issuer()
    verifier = Verifier(issuer.url, AUDIENCE)
    before = issuer.token("kim", ["keeper"], ["U00001"])
    assert (await verifier.principal(before)).user == "kim"
    verifier._holds_until = 0.0
    issuer.turn_key("the next")
    after = issuer.token("kim", ["keeper"], ["U00001"])
    assert (await verifier.principal(after)).user == "kim"
    with pytest.raises(NotSignedIn):
        await verifier.principal(before)
    issuer.close()


async def test_all_who_wait_for_an_issuer_that_hangs_wait_once() -> None:
    async with hanging() as (url, asked):
        verifier = Verifier(url, AUDIENCE, patience=0.3)
        began = time.monotonic()
        answers = await asyncio.gather(*(verifier.principal("a.b.c") for _ in range(20)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {IssuerUnreachable}
        with pytest.raises(IssuerUnreachable):
            await verifier.principal("a.b.c")
        assert time.monotonic() - began < 2
        assert len(asked) == 1


async def test_who_goes_away_takes_the_keys_from_nobody() -> None:
    issuer = Issuer()
    verifier, token = Verifier(issuer.url, AUDIENCE), issuer.token("kim", ["keeper"], ["U00001"])
    gone, stays = (asyncio.ensure_future(verifier.principal(token)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).user == "kim"
    issuer.close()


async def test_known_keys_are_used_while_the_issuer_is_away() -> None:
    issuer = Issuer()
    verifier, token = Verifier(issuer.url, AUDIENCE), issuer.token("kim", ["keeper"], ["U00001"])
    await verifier.principal(token)
    issuer.close()
    verifier._holds_until = 0.0
    issuer.turn_key("the next")
    with pytest.raises(IssuerUnreachable):
        await verifier.principal(issuer.token("kim", ["keeper"], ["U00001"]))
    assert (await verifier.principal(token)).user == "kim"


async def test_an_issuer_that_answers_nonsense_is_one_that_cannot_be_asked() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{"jwks_uri": "x:/"}')
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(nonsense, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(IssuerUnreachable):
            await Verifier(url, AUDIENCE).principal("a.b.c")


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "header",
    [
        ["alg"],
        "alg",
        7,
        None,
        {},
        {"alg": ["RS256"], "kid": "test"},
        {"alg": "RS256", "kid": ["test"]},
        {"alg": "RS256", "kid": "test", "b64": False, "crit": ["b64"]},
        {"alg": "RS256", "kid": "test", "crit": "exp"},
        {"alg": "none", "kid": "test"},
        {"alg": "HS256", "kid": "test"},
        {"alg": {"RS256": 1}, "kid": {}},
    ],
)
async def test_what_is_no_token_is_nobody(issuer: Issuer, header: object) -> None:
    verifier = Verifier(issuer.url, AUDIENCE)
    with pytest.raises(NotSignedIn):
        await verifier.principal(f"{part(header)}.{part({'sub': 'kim'})}.AAAA")


@pytest.mark.parametrize(
    "token", ["é", ".", "..", "a.b", "a.b.c.d.e", "\x00" * 9, "W1tb" * 90 + ".e30.AA", "x" * 60_000]
)
async def test_what_looks_like_no_token_is_nobody(issuer: Issuer, token: str) -> None:
    with pytest.raises(NotSignedIn):
        await Verifier(issuer.url, AUDIENCE).principal(token)
