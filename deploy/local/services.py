"""The services of the platform as the local stack runs them: one process each, every role in it."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import httpx2

from deploy.local.ask import ask
from deploy.local.errors import StackError
from deploy.local.parts import Command
from services.kit.published import SET_BACK

SOURCE = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """A service: what `<package>.migrate` names is applied, then `python -m <package>.main all` runs; `module` is its `main`."""

    name: str
    module: str
    database: str
    keyring: bool = False
    calls: tuple[str, ...] = ()
    web: bool = False
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def migrate(self) -> str:
        """The module that names its MIGRATIONS."""
        return f"{self.module.rpartition('.')[0]}.migrate"


SERVICES = (
    ServiceSpec(name="referral", module="services.referral.main", database="referral", keyring=True),
    ServiceSpec(name="scheduling", module="services.scheduling.main", database="scheduling", keyring=True),
    ServiceSpec(name="outcomes", module="services.outcomes.main", database="outcomes", keyring=True),
    ServiceSpec(name="training", module="services.training.main", database="training", keyring=True),
    ServiceSpec(
        name="portal",
        module="services.portal.main",
        database="portal",
        calls=("referral", "scheduling", "outcomes", "training"),
        web=True,
    ),
)


def main_of(service: str) -> Any:
    """The module that starts a service, loaded: it names what the service is made of."""
    return import_module(next(spec.module for spec in SERVICES if spec.name == service))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service; `env` is complete but for what the machine gives."""

    spec: ServiceSpec
    port: int
    env: Mapping[str, str]
    needs: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Nothing on disk: its database is migrated by a step of its own."""

    def command(self) -> Command:
        return Command(argv=(sys.executable, "-m", self.spec.module, "all"), cwd=SOURCE, env=self.env, stop_limit=15)

    def healthy(self) -> bool:
        """Whether it answers well and its log takes events. Raises StackError when no waiting helps: the log was set back."""
        told = self.health()
        if SET_BACK in (why := told.get("relay", "")):
            raise StackError(f"{self.name} says {why}. Run `perinatal reconcile {self.name}`, then start again")
        return told.get("status") == "ok" and (not self.spec.keyring or self._takes_events())

    def health(self) -> dict[str, Any]:
        """What /healthz says; empty when it does not answer."""
        try:
            return dict(ask(f"{self.address}/healthz").json())
        except (httpx2.HTTPError, ValueError):
            return {}

    def _takes_events(self) -> bool:
        """A log that came out of a copy takes none until the relay has compared it with Kafka, and is well until then."""
        try:
            return asyncio.run(_is_open(self.env["PERINATAL_DATABASE"]))
        except (OSError, asyncpg.PostgresError):
            return False


async def _is_open(database: str) -> bool:
    connection = await asyncpg.connect(database, timeout=1)
    try:
        return bool(await connection.fetchval("select store_is_open()"))
    finally:
        await connection.close()
