"""`python -m deploy.compose secrets | databases | broker | demo`: the steps of docker-compose.yml, each of which may run again."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from contracts.topics import FILE, load
from deploy.cli.output import Steps, fail
from deploy.compose.access import grants
from deploy.compose.broker import Broker
from deploy.compose.secrets import ADMIN, Secrets
from deploy.demo.load import load_demonstration
from deploy.local.credentials import Credentials
from deploy.local.databases import Databases
from deploy.local.errors import StackError
from deploy.local.home import here
from deploy.local.services import SERVICES
from deploy.local.topics import ensure_topics, read_topics
from deploy.local.wiring import KEYRING
from services.kit.kafka import KafkaAddress


def _secrets() -> Secrets:
    return Secrets(home=here(), folder=Path("/secrets"), environ=os.environ)


def hand_out() -> None:
    _secrets().hand_out()


def databases() -> None:
    home = here()
    home.require_restored()
    made = Databases(admin=_secrets().postgres_admin, credentials=Credentials(folder=home.secrets))
    made.ensure([*(spec.database for spec in SERVICES), KEYRING])


def broker() -> None:
    secrets = _secrets()
    address = secrets.kafka_of(ADMIN)
    found = Broker(KafkaAddress.parse(address))
    found.wait()
    found.set_passwords(secrets.kafka_passwords())
    found.set_grants(grants(load().topics))
    ensure_topics(address, read_topics(FILE))


def demo() -> None:
    load_demonstration(here(), Steps())


STEPS: Mapping[str, Callable[[], None]] = {
    "secrets": hand_out,
    "databases": databases,
    "broker": broker,
    "demo": demo,
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in STEPS:
        sys.stderr.write(f"use: python -m deploy.compose {' | '.join(STEPS)}\n")
        return 2
    try:
        STEPS[arguments[0]]()
    except StackError as problem:
        fail(problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
