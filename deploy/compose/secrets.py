"""What each container must know and nobody else: made at the first start, kept until `perinatal keys` makes it anew, a file a
setting, a volume a container.

The home keeps everything; from it each container's folder is written anew at every start, so a changed address takes effect.
"""

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.local.credentials import Credentials
from deploy.local.home import Home, write_whole
from deploy.local.identity import Identity
from deploy.local.services import SERVICES
from deploy.local.wiring import KEYRING, Wiring

ADMIN = "admin"
OPERATIONS = "operations"
_POSTGRES, _KAFKA = "postgres:5432", "kafka:9092"
_PORT = 8000
_OF_A_SERVICE = (
    "PERINATAL_DATABASE",
    "PERINATAL_KEYRING",
    "PERINATAL_KEYRING_MASTER_KEY",
    "PERINATAL_CLIENT_SECRET",
    "PERINATAL_PUBLIC_PASSWORD",
    "PERINATAL_COOKIE_KEY",
)
# The container that reads a folder is another account than the one that writes it; no other container has the folder.
_READABLE = 0o444


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """`home` keeps them; `folder` holds a folder for each container."""

    home: Home
    folder: Path
    environ: Mapping[str, str]

    def hand_out(self) -> None:
        """Write what every container reads."""
        self.home.secrets.mkdir(mode=0o700, exist_ok=True)
        wiring = self._wiring()
        self._write("postgres", {"password": self._credentials.password("postgres")})
        self._write("kafka", {"admin-password": self._password_of(ADMIN), "cluster-id": self._cluster_id()})
        self._write("grafana", {"password": self._credentials.password("grafana")})
        self._write("identity", self._of_identity(wiring))
        self._write(f"migrations/{KEYRING}", {"PERINATAL_KEYRING_OWNER": wiring.databases.dsn(KEYRING, "owner")})
        for spec in SERVICES:
            env = {**wiring.env_for(spec.name), "PERINATAL_KAFKA": self.kafka_of(spec.name)}
            self._write(spec.name, {name: env[name] for name in (*_OF_A_SERVICE, "PERINATAL_KAFKA") if name in env})
            owner = {"PERINATAL_DATABASE_OWNER": env["PERINATAL_DATABASE_OWNER"]}
            self._write(f"migrations/{spec.name}", owner)
        self._write_for_operations(wiring)

    def kafka_of(self, user: str) -> str:
        """The broker's address as one of its users."""
        return f"scram-sha-512://{user}:{self._password_of(user)}@{self._broker}"

    def kafka_passwords(self) -> dict[str, str]:
        """Every user of the broker but the administrator, who is there from its first start."""
        return {user: self._password_of(user) for user in (*(spec.name for spec in SERVICES), OPERATIONS)}

    @property
    def postgres_admin(self) -> str:
        """The administrator's DSN."""
        password = quote(self._credentials.password("postgres"), safe="")
        return self.environ.get("PERINATAL_POSTGRES") or f"postgresql://postgres:{password}@{_POSTGRES}/postgres"

    @property
    def _broker(self) -> str:
        return self.environ.get("PERINATAL_KAFKA") or _KAFKA

    @property
    def _credentials(self) -> Credentials:
        return Credentials(folder=self.home.secrets)

    def _wiring(self) -> Wiring:
        environ = {**self.environ, "PERINATAL_POSTGRES": self.postgres_admin, "PERINATAL_KAFKA": self._broker}
        ports = dict.fromkeys((spec.name for spec in SERVICES), _PORT)
        return Wiring(
            home=self.home, ports=ports, environ=environ, services=SERVICES, fast=False, synthetic=self._synthetic
        )

    @property
    def _synthetic(self) -> bool:
        return self.environ.get("PERINATAL_SYNTHETIC", "").lower() == "true"

    def _of_identity(self, wiring: Wiring) -> dict[str, str]:
        identity = Identity(home=self.home, port=_PORT, portal="", demo=self._synthetic)
        identity.prepare()
        told = identity.command().env
        secrets = {name: told[name] for name in told if name.endswith(("_SECRET", "_KEY"))}
        return {**secrets, "IDENTITY_PORTAL_SECRET": wiring.env_for("portal")["PERINATAL_CLIENT_SECRET"]}

    def _write_for_operations(self, wiring: Wiring) -> None:
        settings = self.home.root / "settings"
        settings.mkdir(mode=0o700, exist_ok=True)
        write_whole(settings / "PERINATAL_POSTGRES", wiring.postgres_admin)
        write_whole(settings / "PERINATAL_KAFKA", self.kafka_of(OPERATIONS))

    def _password_of(self, user: str) -> str:
        return self._credentials.password(f"kafka-{user}")

    def _cluster_id(self) -> str:
        path = self.home.root / "kafka-cluster-id"
        if not path.exists():
            write_whole(path, base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="))
        return path.read_text(encoding="utf-8")

    def _write(self, container: str, files: Mapping[str, str]) -> None:
        folder = self.folder / container
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            write_whole(folder / name, text, _READABLE)
