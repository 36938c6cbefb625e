"""What tests of running parts share: an issuer of tokens, a service with its workers, facts told and heard through Kafka."""

import asyncio
import base64
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Container, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from joserfc import jwt
from joserfc.jwk import RSAKey

import contracts
from contracts.event import PublicEvent
from services.kit.cloud_events import Message, headers, read
from services.kit.record import Recorded
from services.kit.service import Service

AUDIENCE = "perinatal"
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()


class Issuer:
    """An OIDC issuer on loopback: a key, its JWKS, and tokens signed with it."""

    def __init__(self) -> None:
        self.turn_key("test")
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                keys = {"keys": [issuer._key.as_dict(private=False)]}
                known = {"/.well-known/openid-configuration": issuer.discovery(), "/jwks": keys}
                body = orjson.dumps(known.get(self.path, {}))
                self.send_response(200 if self.path in known else 404)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def turn_key(self, key_id: str) -> None:
        """From now on tokens are signed with another key."""
        self._key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": key_id})

    def discovery(self) -> dict[str, str]:
        at = {"jwks_uri": "/jwks", "authorization_endpoint": "/sign-in", "token_endpoint": "/token"}
        return {"issuer": self.url} | {name: f"{self.url}{path}" for name, path in at.items()}

    def token(self, user: str, roles: Iterable[str], pcns: Iterable[str], **claims: Any) -> str:
        """A bearer token as the services expect it."""
        now = int(time.time())
        body = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": user,
            "iat": now,
            "exp": now + 600,
            "roles": list(roles),
            "attributes": {"pcns": list(pcns)},
            **claims,
        }
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, body, self._key)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextlib.asynccontextmanager
async def running(service: Service, *roles: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A service's application over HTTP (in process) with the workers of these roles; closed at the end."""
    workers = dict.fromkeys(worker for role in roles for worker in service.workers[role])
    tasks = [asyncio.ensure_future(worker()) for worker in workers]
    transport = httpx2.ASGITransport(app=service.app)
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
            yield client
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await service.close()


async def tell(kafka: str, *facts: Recorded[PublicEvent]) -> None:
    """Publish facts as another service would, in this order."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for fact in facts:
            event = fact.event
            message = Message(topic=event.TOPIC, type=event.TYPE, dataschema=event.dataschema(), data=event.data())
            sent = headers(fact, message, source="uk.nhs.perinatal.other/test")
            await producer.send_and_wait(event.TOPIC, message.data, key=fact.stream.encode(), headers=sent)
    finally:
        await producer.stop()


async def published(
    kafka: str, topic: str, streams: Container[str], count: int, *, never: str | tuple[str, ...] = ()
) -> list[Recorded[PublicEvent]]:
    """The first `count` public facts of these streams; a stream that begins with `never` must not be on the topic."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    found: list[Recorded[PublicEvent]] = []
    try:
        while len(found) < count:
            message = await consumer.getone()
            envelope = read(None, message.headers)
            assert not envelope.stream.startswith(never), envelope.stream
            if envelope.stream in streams:
                found.append(read(contracts.parse(envelope.type, message.value), message.headers))
    finally:
        await consumer.stop()
    return found
