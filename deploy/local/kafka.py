"""Apache Kafka, one KRaft node."""

import asyncio
import fcntl
import shutil
import subprocess
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.child import spawn
from deploy.local.errors import StackError
from deploy.local.home import Home, last_lines, write_whole
from deploy.local.kafka_program import class_file, program, program_that_writes_classes
from deploy.local.parts import Command
from deploy.local.ports import answers, choose

_SETTINGS = Path(__file__).parent.parent / "kafka" / "server.properties"
_CLASSES_WITHIN = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """A broker of this stack; its data is on disk."""

    home: Home
    port: int
    controller_port: int
    name: str = "kafka"
    needs: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> None:
        if not class_file().exists():
            write_class_file()
        self.place()

    def place(self) -> None:
        """The settings, and the data folder as Kafka formats it."""
        self.folder.mkdir(exist_ok=True)
        settings = _SETTINGS.read_text(encoding="utf-8")
        ports = {"port": self.port, "controller_port": self.controller_port}
        write_whole(self._settings, settings.format(data=self.folder / "data", **ports))
        formatted = self.folder / "formatted"
        if not formatted.exists():
            self._format()
            formatted.touch()

    def command(self) -> Command:
        return Command(argv=program(*self.words()), cwd=self.folder, stop_limit=20)

    def words(self) -> tuple[str, str]:
        """Kafka's main class and its argument."""
        return "kafka.Kafka", str(self._settings)

    def healthy(self) -> bool:
        return answers(self.address) and asyncio.run(_knows_its_cluster(self.address))

    @property
    def folder(self) -> Path:
        """Where the settings and the data are."""
        return self.home.root / "kafka"

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    def _format(self) -> None:
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        words = ("format", "--ignore-formatted", f"--cluster-id={cluster}", "-c", str(self._settings))
        done = subprocess.run(program("kafka.tools.StorageTool", *words), check=False, capture_output=True, text=True)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
            raise StackError(f"Kafka could not format {self.folder}: {said.splitlines()[-1]}", detail=said)


def write_class_file() -> None:
    """Have the file of Kafka's classes; the first start on a machine makes it, in some seconds. Raises StackError."""
    with _alone(class_file().with_suffix(".lock")) as lock:
        if class_file().exists():
            return
        with tempfile.TemporaryDirectory() as folder:
            home = Home(root=Path(folder))
            home.make()
            ports = choose(("broker", "controller"), {})
            broker = Kafka(home=home, port=ports["broker"], controller_port=ports["controller"])
            _run_once(broker, made := home.root / "classes", lock)
            whole = class_file().with_suffix(".new")
            shutil.move(made, whole)
            whole.replace(class_file())


def _run_once(broker: Kafka, made: Path, lock: int) -> None:
    """From an empty home until it is healthy."""
    broker.place()
    argv = program_that_writes_classes(made, *broker.words())
    child = spawn(broker.home, broker.name, replace(broker.command(), argv=argv, stop_limit=_CLASSES_WITHIN), lock)
    end = time.monotonic() + _CLASSES_WITHIN
    try:
        while not (lived := broker.healthy()) and child.exit_code is None and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        child.stop()
    if not (lived and made.exists()):
        detail = last_lines(broker.home.log_of(broker.name), 60)
        raise StackError("Apache Kafka could not be started a first time", detail=detail)


@contextmanager
def _alone(file: Path) -> Iterator[int]:
    """Hold a lock on the file; it stays held while a program lives to which it was passed on."""
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle.fileno()


async def _knows_its_cluster(address: str) -> bool:
    client = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=1000)
    try:
        await client.start()
        return bool((await client.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()
