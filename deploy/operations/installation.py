"""Where the parts of an installation are, for those who operate it: the local stack's folder, or the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.errors import StackError
from deploy.local.home import Home, here
from deploy.local.services import SERVICES
from deploy.local.wiring import KEYRING, Wiring

STORES = tuple(spec.name for spec in SERVICES if spec.keyring)
"""The services that keep events of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """`environments` holds for each service what its process is told: PERINATAL_DATABASE, PERINATAL_DATABASE_OWNER,
    PERINATAL_KEYRING, PERINATAL_KEYRING_OWNER, PERINATAL_KEYRING_MASTER_KEY, PERINATAL_KAFKA and so on.

    `postgres_admin` is the administrator's DSN.
    """

    kafka: str
    postgres_admin: str
    environments: Mapping[str, Mapping[str, str]]

    def database(self, service: str) -> str:
        """The DSN a service reads and writes with."""
        return self.environments[service]["PERINATAL_DATABASE"]

    def owner(self, service: str) -> str:
        """The DSN that may change a service's tables."""
        return self.environments[service]["PERINATAL_DATABASE_OWNER"]

    @property
    def keyring_owner(self) -> str:
        return self.environments[STORES[0]]["PERINATAL_KEYRING_OWNER"]

    def database_names(self) -> tuple[str, ...]:
        return (*self.environments, KEYRING)


def installation_of(home: Home, environ: Mapping[str, str] = os.environ) -> Installation:
    """The local stack of a folder. Raises StackError when none was ever started there."""
    state = home.read_state()
    if not state:
        raise StackError(f"there is no stack in {home.root}: start one with `perinatal up`")
    wiring = Wiring(
        home=home, ports=state["ports"], environ=environ, services=SERVICES, fast=False, synthetic=bool(state["demo"])
    )
    return Installation(
        kafka=wiring.kafka_address,
        postgres_admin=wiring.postgres_admin,
        environments={spec.name: wiring.env_for(spec.name) for spec in SERVICES},
    )


def this_installation() -> Installation:
    """The one this command line is about."""
    return installation_of(here())
