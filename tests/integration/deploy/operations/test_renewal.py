"""New passwords at a broker that lets nobody in without one: the one of docker-compose.yml, on this machine."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.compose.broker import Broker
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.kafka_program import program
from deploy.local.ports import choose
from deploy.local.services import SOURCE
from deploy.operations.installation import Installation
from deploy.operations.renewal import renew
from services.kit.kafka import KafkaAddress
from tests.integration.deploy.local import end

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]

FIRST = "first-password"
CLUSTER = "AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(root=tmp_path_factory.mktemp("home"))
    made.secrets.mkdir()
    for user in ("admin", "referral", "operations"):
        (made.secrets / f"kafka-{user}").write_text(FIRST)
    return made


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    folder, ports = tmp_path_factory.mktemp("kafka"), choose(["kafka", "controller"], {})
    settings = folder / "broker.properties"
    settings.write_text(written(folder, ports["kafka"], ports["controller"]))
    scram = f"SCRAM-SHA-512=[name=admin,password={FIRST}]"
    tool = ["kafka.tools.StorageTool", "format", "-c", str(settings), "-t", CLUSTER, "--add-scram", scram]
    subprocess.run(program(*tool), check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(program("kafka.Kafka", str(settings)), cwd=folder, stdout=log, stderr=log)
    try:
        address = f"127.0.0.1:{ports['kafka']}"
        as_user(address, "admin", FIRST).wait()
        yield address
    finally:
        end(process)


def written(folder: Path, port: int, controller: int) -> str:
    """The settings of the compose file's broker, but for its places."""
    text = (SOURCE / "deploy" / "kafka" / "broker.properties").read_text("utf-8")
    for said, here in (
        ("/var/lib/kafka/data", str(folder / "data")),
        ("CLIENTS://:9092", f"CLIENTS://127.0.0.1:{port}"),
        ("CLIENTS://kafka:9092", f"CLIENTS://127.0.0.1:{port}"),
        ("127.0.0.1:9093", f"127.0.0.1:{controller}"),
        ("@ADMIN_PASSWORD@", FIRST),
    ):
        assert said in text
        text = text.replace(said, here)
    return text


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is not let in at once is not let in."""
    monkeypatch.setattr("deploy.compose.broker._ASK_SECONDS", 2.0)


def as_user(address: str, user: str, password: str) -> Broker:
    return Broker(KafkaAddress(servers=address, user=user, password=password))


def installation(address: str) -> Installation:
    kafka = f"scram-sha-512://operations:{FIRST}@{address}"
    return Installation(kafka=kafka, postgres_admin="", environments={})


def passwords(home: Home) -> dict[str, str]:
    return {file.name.removeprefix("kafka-"): file.read_text() for file in home.secrets.glob("kafka-*")}


def let_in(address: str, user: str, password: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    try:
        with monkeypatch.context() as patched:
            patched.setattr("deploy.compose.broker._WITHIN", 3.0)
            as_user(address, user, password).wait()
    except StackError:
        return False
    return True


def test_every_user_has_another_password(broker: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asyncio.run(renew(installation(broker), home, "broker"))
    assert done.names == ["kafka-admin", "kafka-operations", "kafka-referral"]
    now = passwords(home)
    assert len({FIRST, *now.values()}) == 4
    for user, password in now.items():
        assert let_in(broker, user, password, monkeypatch), user
    assert not let_in(broker, "admin", FIRST, monkeypatch)


def test_cut_short_after_the_broker_was_told_it_is_finished(
    broker: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, coming = home.secrets / "kafka-admin", home.secrets / ".kafka-admin.new"
    kept.replace(coming)
    kept.write_text("of-yesterday")
    monkeypatch.setattr("deploy.compose.broker._WITHIN", 3.0)
    asyncio.run(renew(installation(broker), home, "broker"))
    assert not coming.exists()
    assert let_in(broker, "admin", passwords(home)["admin"], monkeypatch)


def test_a_password_nobody_knows_is_told_as_such(broker: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = home.secrets / "kafka-admin"
    right = kept.read_text()
    kept.write_text("of-somebody-else")
    monkeypatch.setattr("deploy.compose.broker._WITHIN", 3.0)
    with pytest.raises(StackError, match="does not take the password of kafka-admin"):
        asyncio.run(renew(installation(broker), home, "broker"))
    kept.write_text(right)
