"""The training service as it runs: real PostgreSQL, real keyring, real tokens, its projectors at work."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.kit.settings import StoreSettings
from services.kit.tenancy import TenantId
from services.kit.testing import NOW
from services.training.application import Application
from services.training.domain.events import Practice
from services.training.domain.practices import NotePractices
from services.training.main import PROJECTIONS, build
from services.training.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.sites import NOWHERE, A, RunningService, wiring
from tests.support import Issuer, running

B = TenantId("U00002")
PRACTICES = {A: ("X00001", "X00002", "X00003"), B: ("X00009",)}

PLAN = {
    "course": "listening-to-families",
    "starts_at": "2026-05-28T12:00:00Z",
    "ends_at": "2026-05-28T14:00:00Z",
    "objectives": ["ask-about-mood", "include-partners"],
    "scale": "1-5",
}
VISITOR = {"full_name": "Vera Testcase", "professional_type": "health_visitor", "practice_ods_code": "X00001"}
CONSULTATION = {
    "subject_kind": "general",
    "topic": "low-mood",
    "duration_minutes": 25,
    "professional_type": "midwife",
    "practice_ods_code": "X00002",
    "outcome": "advice",
    "held_on": "2026-05-29",
}
INPUT = {"kind": "advisory-group", "people": 7, "held_on": "2026-05-29"}


@dataclass(frozen=True)
class Site(RunningService):
    projections = PROJECTIONS
    usual_role = "training-lead"

    application: Application

    async def configure(self, pcn: TenantId) -> None:
        """The network's practices are heard of, as they were two years ago."""
        practices = tuple(Practice(ods_code=code, name=f"Practice {code}") for code in PRACTICES[pcn])
        heard = NotePractices(pcn_ods_code=pcn, practices=practices, configured_at=NOW - timedelta(days=730))
        answer = await self.application.take(pcn, heard, command_id=uuid4(), actor="test")
        await self.caught_up(answer.position)

    async def plan(self, pcn: TenantId = A, **changes: Any) -> str:
        """The id of a new session."""
        answer = await self.done("POST", f"/pcns/{pcn}/training-sessions", {**PLAN, **changes}, pcns=[pcn])
        return str(answer["id"])

    async def train(self, *attendees: Mapping[str, Any], pcn: TenantId = A, **changes: Any) -> list[str]:
        """A session planned and held; the ids of who attended."""
        session_id = await self.plan(pcn, **changes)
        path = f"/pcns/{pcn}/training-sessions/{session_id}/hold"
        await self.done("POST", path, {"attendees": list(attendees)}, pcns=[pcn])
        return [each["attendee_id"] for each in (await self.session(session_id, pcn))["register"]]

    async def session(self, session_id: str, pcn: TenantId = A) -> Any:
        """A session as it is listed."""
        rows = await self.done("GET", f"/pcns/{pcn}/training-sessions", pcns=[pcn])
        return next(row for row in rows if row["training_session_id"] == session_id)


async def open_site(
    database: Database, keyring: Database, issuer: Issuer, *roles: str, kafka: str = NOWHERE
) -> AsyncIterator[Site]:
    settings = StoreSettings(**wiring(database, keyring, issuer, kafka))
    service = await build(settings, clock=lambda: NOW)
    edge = service.app.state.edge
    async with running(service, *roles) as client:
        yield Site(client, database, edge.application, edge.pool, issuer)


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    """Two networks heard of; Kafka is not there and not needed."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project"):
        await opened.configure(A)
        await opened.configure(B)
        yield opened
