"""With PERINATAL_TEST_STACK=containers PostgreSQL and Kafka are containers of their official images, not parts of a local stack."""

import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

WANTED = os.environ.get("PERINATAL_TEST_STACK") == "containers"
POSTGRES, KAFKA = "postgres:18", "apache/kafka:4.3.1"

_PORT = 9092
_START = "/tmp/start.sh"  # noqa: S108 - in a container of our own
_UP_WITHIN = 90
# One KAFKA_ variable takes the place of the image's whole default file, so all that matters is here.
_KAFKA = {
    "PROCESS_ROLES": "broker,controller",
    "NODE_ID": "1",
    "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "LISTENERS": f"PLAINTEXT://:{_PORT},CONTROLLER://:9093",
    "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
    "AUTO_CREATE_TOPICS_ENABLE": "false",
    "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "TRANSACTION_STATE_LOG_NUM_PARTITIONS": "4",
    "SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "HEAP_OPTS": "-Xms256m -Xmx512m",
}


@contextmanager
def parts() -> Iterator[dict[str, str]]:
    """What a stack's environment must say to use containers of its own; nothing when they are not wanted."""
    if not WANTED:
        yield {}
        return
    with postgres() as admin, kafka() as address:
        yield {"PERINATAL_POSTGRES": admin, "PERINATAL_KAFKA": address}


@contextmanager
def postgres() -> Iterator[str]:
    """The administrator's DSN of a new server, fast rather than durable."""
    _spare_the_reaper()
    options = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
    words = " ".join(f"-c {option}" for option in options)
    container = PostgresContainer(POSTGRES, username="postgres", dbname="postgres", driver=None)
    with container.with_command(f"postgres {words}") as server:
        yield server.get_connection_url()


@contextmanager
def kafka() -> Iterator[str]:
    """The address of a new broker without topics."""
    _spare_the_reaper()
    # The broker has to tell clients an address that is known only once the container runs: it waits for its start file.
    waiting = f"while [ ! -f {_START} ]; do sleep 0.1; done; exec bash {_START}"
    container = DockerContainer(KAFKA).with_exposed_ports(_PORT).with_command(["sh", "-c", waiting])
    for name, value in _KAFKA.items():
        container.with_env(f"KAFKA_{name}", value)
    with container as broker:
        address = f"{broker.get_container_host_ip()}:{broker.get_exposed_port(_PORT)}"
        _put(broker, f"export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://{address}\nexec /etc/kafka/docker/run\n")
        LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(_UP_WITHIN).wait_until_ready(broker)
        yield address


def _put(container: DockerContainer, script: str) -> None:
    """Write the start file, whole at once."""
    packed, text = io.BytesIO(), script.encode()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo(_START.lstrip("/"))
        entry.size, entry.mode = len(text), 0o755
        archive.addfile(entry, io.BytesIO(text))
    container.get_wrapped_container().put_archive("/", packed.getvalue())


def _spare_the_reaper() -> None:
    """Where the image that clears up after a killed run cannot be had, do without it."""
    testcontainers_config.ryuk_disabled = testcontainers_config.ryuk_disabled or not _has_reaper()


def _has_reaper() -> bool:
    client = docker.from_env()
    try:
        client.images.get(testcontainers_config.ryuk_image)
        return True
    except ImageNotFound:
        try:
            client.images.pull(testcontainers_config.ryuk_image)
            return True
        except (APIError, DockerException):
            return False
    finally:
        client.close()
