"""What is in a backup: written last, so that a folder without one is not a backup; and checked first."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.home import write_whole

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumped:
    """One database: its file below the folder, and of a log which it is, where it ended and how far it was published."""

    file: str
    sha256: str
    bytes: int
    incarnation: str = ""
    head: int = 0
    published: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`cluster` and `ends` ({topic[partition]: next offset}) are Kafka's just after the cut.

    `waited_ms` is how long writers stood still for it.
    """

    taken_at: str
    waited_ms: float
    cluster: str
    ends: Mapping[str, int]
    databases: Mapping[str, Dumped]

    def write(self, folder: Path) -> None:
        write_whole(folder / NAME, json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Raises StackError when the folder holds no whole backup, or one of another format."""
    path = folder / NAME
    if not path.exists():
        raise StackError(f"{folder} holds no {NAME}: it is no backup, or one that was cut short")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.pop("format") != FORMAT:
            raise StackError(f"{path} is of another format than {FORMAT}: restore it with the release that took it")
        databases = {name: Dumped(**dumped) for name, dumped in told.pop("databases").items()}
        return Manifest(databases=databases, **told)
    except (ValueError, LookupError, TypeError, AttributeError) as problem:
        raise StackError(f"{path} is damaged: take the backup before it") from problem


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def check(name: str, dumped: Dumped, file: Path) -> None:
    """Raises StackError when a file is not what the manifest says."""
    if not file.exists():
        raise StackError(f"the backup has no {file}; where the keys are kept apart, --keyring says where")
    if digest(file) != dumped.sha256:
        raise StackError(f"{file} is damaged: its SHA-256 is not the one the manifest has for {name}")
