"""The services that decide, reached over HTTP under the user's own token."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2

from services.kit.auth import NOT_SAID
from services.kit.tenancy import TenantId
from services.kit.tracing import current_traceparent

_PATIENCE = httpx2.Timeout(10.0, connect=2.0)
_UNREACHABLE = 503, {"slug": "owner-unreachable"}

_purpose: ContextVar[str] = ContextVar("purpose", default=NOT_SAID)


def reading_for(purpose: str) -> None:
    """Whatever is asked of the owners from here on is asked for this: they write it down with what was read."""
    _purpose.set(purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a service is: {part it depends on: "ok", or what is wrong}, and its metrics as text."""

    healthy: bool
    checks: Mapping[str, str]
    metrics: str


class Owner:
    """One service. Answers are (status, body): 503 where it does not answer, or answers what is not JSON."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(base_url=url, timeout=_PATIENCE)

    async def get(self, token: str, path: str) -> tuple[int, Any]:
        return await self._send("GET", token, path)

    async def post(
        self, token: str, path: str, body: Mapping[str, Any], *, command_id: UUID | None = None
    ) -> tuple[int, Any]:
        """A command when it has an id, else a question that must not stand in a URL."""
        return await self._send("POST", token, path, json=dict(body), command_id=command_id)

    async def operations(self) -> Condition | None:
        """How it says it is; what every service shows without a token. None where it does not answer."""
        try:
            health, numbers = await self._http.get("/healthz"), await self._http.get("/metrics")
            checks = health.json()
        except (httpx2.HTTPError, ValueError):
            return None
        said = {str(part): str(state) for part, state in checks.items() if part != "status"}
        return Condition(healthy=health.is_success, checks=said, metrics=numbers.text)

    async def close(self) -> None:
        await self._http.aclose()

    async def _send(
        self, method: str, token: str, path: str, *, json: Any = None, command_id: UUID | None = None
    ) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {token}", "traceparent": current_traceparent() or ""}
        headers["x-purpose"] = _purpose.get()
        if command_id is not None:
            headers["idempotency-key"] = str(command_id)
        try:
            response = await self._http.request(method, path, json=json, headers=headers)
            return response.status_code, response.json()
        except (httpx2.HTTPError, ValueError):
            return _UNREACHABLE


class Owners:
    def __init__(
        self, *, referral_url: str, outcomes_url: str, scheduling_url: str, training_url: str, own_url: str
    ) -> None:
        self.referral = Owner(referral_url)
        self.outcomes = Owner(outcomes_url)
        self.scheduling = Owner(scheduling_url)
        self.training = Owner(training_url)
        self.portal = Owner(own_url)
        """This service itself, which is asked how it is like the others."""

    def by_name(self) -> dict[str, Owner]:
        """Every service, as the operations page shows them."""
        return {
            "referral": self.referral,
            "scheduling": self.scheduling,
            "outcomes": self.outcomes,
            "training": self.training,
            "portal": self.portal,
        }

    async def close(self) -> None:
        for owner in self.by_name().values():
            await owner.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose token asks, and for which network."""

    owners: Owners
    token: str
    tenant: TenantId

    async def get(self, owner: Owner, path: str) -> tuple[int, Any]:
        """What a service answers of this network."""
        return await owner.get(self.token, f"/v1/pcns/{self.tenant}{path}")

    async def post(
        self, owner: Owner, path: str, body: Mapping[str, Any], *, command_id: UUID | None = None
    ) -> tuple[int, Any]:
        return await owner.post(self.token, f"/v1/pcns/{self.tenant}{path}", body, command_id=command_id)
