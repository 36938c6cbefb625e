"""What tests of running parts share: an issuer of tokens, a service with its workers."""

import asyncio
import base64
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import orjson
from joserfc import jwt
from joserfc.jwk import RSAKey

from services.kit.service import Service

AUDIENCE = "perinatal"
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()


class Issuer:
    """An OIDC issuer on loopback: a key, its JWKS, and tokens signed with it."""

    def __init__(self) -> None:
        self._key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "test"})
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

    def discovery(self) -> dict[str, str]:
        return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}

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
        return jwt.encode({"alg": "RS256", "kid": "test"}, body, self._key)

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
