"""Where the parts of an installation are, for those who operate it: the environment says, or the local stack's folder.

In a container of operations every part is named: PERINATAL_<SERVICE>_URL, PERINATAL_POSTGRES, PERINATAL_KAFKA, PERINATAL_ISSUER.
What holds a password may be a file beside them (services/kit/settings.py). Without PERINATAL_PORTAL_URL it is the folder's stack.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.errors import StackError
from deploy.local.home import Home, here
from deploy.local.locks import supervisor_of
from deploy.local.services import SERVICES
from deploy.local.wiring import KEYRING, MASTER_KEY, Wiring
from services.kit.settings import keys_of, told

STORES = tuple(spec.name for spec in SERVICES if spec.keyring)
"""The services that keep events of their own."""

_NAMED_BY = "PERINATAL_PORTAL_URL"
_CONTAINER_PORT = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """`environments` holds for each service what its process is told: PERINATAL_DATABASE, PERINATAL_DATABASE_OWNER,
    PERINATAL_KEYRING, PERINATAL_KEYRING_OWNER, PERINATAL_KEYRING_MASTER_KEY, PERINATAL_KAFKA and so on.

    `kafka` is an address with who we are to it (services/kit/kafka.py); `postgres_admin` is the administrator's DSN.
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

    def master_keys(self) -> tuple[bytes, ...]:
        """Those in the secrets, the newest first. Raises StackError when they are none: the file may be edited by hand."""
        try:
            return keys_of(self.environments[STORES[0]]["PERINATAL_KEYRING_MASTER_KEY"])
        except ValueError as problem:
            raise StackError(
                f"{MASTER_KEY} in the secrets has to be keys with commas between them: {problem}"
            ) from problem

    def database_names(self) -> tuple[str, ...]:
        return (*self.environments, KEYRING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What answers now: a part's name to its address, without passwords; and whether its people are made up."""

    addresses: Mapping[str, str]
    synthetic: bool


def installation_of(home: Home, environ: Mapping[str, str] | None = None) -> Installation:
    """The installation the environment names, else the local stack of a folder. Raises StackError when there is neither."""
    wiring = _wiring(home, told() if environ is None else environ)
    return Installation(
        kafka=wiring.kafka_address,
        postgres_admin=wiring.postgres_admin,
        environments={spec.name: wiring.env_for(spec.name) for spec in SERVICES},
    )


def this_installation() -> Installation:
    """The one this command line is about."""
    return installation_of(here())


def running(home: Home, environ: Mapping[str, str] | None = None) -> Running:
    """How to call the installation. Raises StackError when it is a local stack that does not run."""
    environ = told() if environ is None else environ
    if named_by(environ):
        wiring = _wiring(home, environ)
        return Running(addresses=wiring.addresses(), synthetic=wiring.synthetic)
    state = home.read_state()
    if supervisor_of(home) is None or not state:
        raise StackError(f"the stack of {home.root} is not running: start it with `perinatal up`")
    return Running(addresses=state["addresses"], synthetic=bool(state["demo"]))


def named_by(environ: Mapping[str, str]) -> bool:
    """Whether the environment says where everything is."""
    return bool(environ.get(_NAMED_BY))


def named_postgres(environ: Mapping[str, str]) -> str:
    """The administrator's DSN where the environment says where everything is. Raises StackError when it names some parts only."""
    _require(environ)
    return environ["PERINATAL_POSTGRES"]


def _wiring(home: Home, environ: Mapping[str, str]) -> Wiring:
    if named_by(environ):
        _require(environ)
        ports = dict.fromkeys((spec.name for spec in SERVICES), _CONTAINER_PORT)
        synthetic = environ.get("PERINATAL_SYNTHETIC", "").lower() == "true"
    else:
        state = home.read_state()
        if not state:
            raise StackError(f"there is no stack in {home.root}: start one with `perinatal up`")
        ports, synthetic = state["ports"], bool(state["demo"])
    return Wiring(home=home, ports=ports, environ=environ, services=SERVICES, fast=False, synthetic=synthetic)


def _require(environ: Mapping[str, str]) -> None:
    parts = ("PERINATAL_POSTGRES", "PERINATAL_KAFKA", "PERINATAL_ISSUER")
    needed = (*parts, *(f"PERINATAL_{spec.name.upper()}_URL" for spec in SERVICES))
    if missing := [name for name in needed if not environ.get(name)]:
        raise StackError(f"{_NAMED_BY} is set, so these must be too: {', '.join(missing)}")
