"""Which part is where: addresses, DSNs and the environment of each service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from deploy.local.credentials import Credentials
from deploy.local.databases import Databases
from deploy.local.home import Home
from deploy.local.identity import AUDIENCE, PORTAL_CLIENT, PUBLIC_ACCOUNT, Identity
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.services import Service, ServiceSpec
from services.kit.kafka import servers

_POSTGRES_PORT = 5432

KEYRING = "keyring"
MASTER_KEY = "keyring-master-key"
"""The secret with the keyring's master keys, the newest first, with commas between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """The connections of one stack. An address in `environ` (PERINATAL_POSTGRES, _KAFKA, _ISSUER, _<SERVICE>_URL) takes the place
    of a part.
    """

    home: Home
    ports: Mapping[str, int]
    environ: Mapping[str, str]
    services: Sequence[ServiceSpec]
    fast: bool
    synthetic: bool

    @property
    def postgres(self) -> Postgres:
        return Postgres(home=self.home, port=self.ports["postgres"], fast=self.fast)

    @property
    def kafka(self) -> Kafka:
        return Kafka(home=self.home, port=self.ports["kafka"], controller_port=self.ports["kafka-controller"])

    @property
    def identity(self) -> Identity:
        portal = self.address_of("portal")
        return Identity(home=self.home, port=self.ports["identity"], portal=portal, demo=self.synthetic)

    @property
    def postgres_admin(self) -> str:
        """DSN of the administrator."""
        return self.environ.get("PERINATAL_POSTGRES") or self.postgres.dsn

    @property
    def kafka_address(self) -> str:
        return self.environ.get("PERINATAL_KAFKA") or self.kafka.address

    @property
    def issuer(self) -> str:
        return self.environ.get("PERINATAL_ISSUER") or self.identity.address

    @property
    def credentials(self) -> Credentials:
        return Credentials(folder=self.home.secrets)

    @property
    def databases(self) -> Databases:
        return Databases(admin=self.postgres_admin, credentials=self.credentials)

    def database_names(self) -> list[str]:
        """The services' own, and the keyring where a service seals."""
        names = list(dict.fromkeys(spec.database for spec in self.services))
        return [*names, KEYRING] if any(spec.keyring for spec in self.services) else names

    def address_of(self, service: str) -> str:
        if named := self.environ.get(f"PERINATAL_{service.upper()}_URL"):
            return named
        return f"http://127.0.0.1:{self.ports[service]}" if service in self.ports else ""

    def addresses(self) -> dict[str, str]:
        """Where each part answers; without passwords."""
        postgres = urlsplit(self.postgres_admin)
        return {
            "postgres": f"{postgres.hostname}:{postgres.port or _POSTGRES_PORT}",
            "kafka": servers(self.kafka_address),
            "identity": self.environ.get("PERINATAL_ISSUER_ADDRESS") or self.issuer,
            **{spec.name: self.address_of(spec.name) for spec in self.services},
        }

    def service(self, spec: ServiceSpec) -> Service:
        needs = ("postgres", "kafka", "identity")
        return Service(spec=spec, port=self.ports[spec.name], env=self.env_for(spec.name), needs=needs)

    def env_for(self, name: str) -> dict[str, str]:
        """All a service's process is told, `migrate` included."""
        spec = next(spec for spec in self.services if spec.name == name)
        env = {
            "PERINATAL_DATABASE": self.databases.dsn(spec.database, "app"),
            "PERINATAL_DATABASE_OWNER": self.databases.dsn(spec.database, "owner"),
            "PERINATAL_KAFKA": self.kafka_address,
            "PERINATAL_ISSUER": self.issuer,
            "PERINATAL_AUDIENCE": self.environ.get("PERINATAL_AUDIENCE") or AUDIENCE,
            "PERINATAL_HOST": "127.0.0.1",
            "PERINATAL_PORT": str(self.ports[name]),
            "PYTHONUNBUFFERED": "1",
        }
        if spec.keyring:
            env |= self.keyring_env()
        if spec.web:
            env |= self._web_env(spec)
        return env | dict(spec.env)

    def keyring_env(self) -> dict[str, str]:
        return {
            "PERINATAL_KEYRING": self.databases.dsn(KEYRING, "app"),
            "PERINATAL_KEYRING_OWNER": self.databases.dsn(KEYRING, "owner"),
            "PERINATAL_KEYRING_MASTER_KEY": self.credentials.key(MASTER_KEY),
        }

    def _web_env(self, spec: ServiceSpec) -> dict[str, str]:
        secret = self.environ.get("PERINATAL_CLIENT_SECRET") or self.credentials.password("client-portal")
        public = self.environ.get("PERINATAL_PUBLIC_PASSWORD") or self.credentials.password(PUBLIC_ACCOUNT)
        return {
            "PERINATAL_PUBLIC_URL": self.address_of(spec.name),
            "PERINATAL_CLIENT_ID": self.environ.get("PERINATAL_CLIENT_ID") or PORTAL_CLIENT,
            "PERINATAL_CLIENT_SECRET": secret,
            "PERINATAL_PUBLIC_USER": self.environ.get("PERINATAL_PUBLIC_USER") or PUBLIC_ACCOUNT,
            "PERINATAL_PUBLIC_PASSWORD": public,
            "PERINATAL_COOKIE_KEY": self.credentials.key("cookie-key"),
            "PERINATAL_SYNTHETIC": str(self.synthetic).lower(),
            **{f"PERINATAL_{called.upper()}_URL": self.address_of(called) for called in spec.calls},
        }
