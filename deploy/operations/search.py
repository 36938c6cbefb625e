"""Look for a text in everything an installation keeps: every table, what is sealed as far as a key still opens it, every record of
every topic with its headers, the logs, and backups. The text itself is never repeated in what is found.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from cryptography.exceptions import InvalidTag

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.progress import Progress
from deploy.local.services import main_of
from deploy.operations.installation import STORES, Installation
from deploy.operations.keys import open_keyring
from deploy.operations.postgres_tools import admin_of, written_out
from deploy.operations.relay import connected
from deploy.operations.topic import batches, reading
from deploy.operations.verify import FOLDER
from services.kit.kafka import connection
from services.kit.sql import queries
from services.kit.tenancy import TenantId
from services.kit.wrapping import unwrap

SQL = queries("search", FOLDER)
_PIECE = 1 << 20
_DUMP = b"PGDMP"
_AT_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One place that was looked through: how many of its `unit` there are, and where among them the text is."""

    place: str
    count: int
    unit: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The sealed parts of a log: those no key opens any more are unreadable."""

    opened: int
    unreadable: int
    found: tuple[str, ...] = ()


class Needle:
    """A text, as it may stand in bytes: in any case, with quotes escaped, or written in hexadecimal."""

    def __init__(self, text: str) -> None:
        plain = _without_escapes(_lowered(text.encode()))
        self._pattern = re.compile(b"|".join(map(re.escape, (plain, text.encode().hex().encode()))))
        self.length = 2 * len(text.encode())

    def is_in(self, held: bytes | None) -> bool:
        return held is not None and self._pattern.search(_without_escapes(_lowered(held))) is not None


def _lowered(held: bytes) -> bytes:
    """As text where it is text: letters beyond ASCII have capitals too."""
    return held.decode("utf-8", "surrogateescape").lower().encode("utf-8", "surrogateescape")


def _without_escapes(held: bytes) -> bytes:
    return held.translate(None, b'"\\')


async def search(
    installation: Installation, home: Home | None, text: str, *, backups: Sequence[Path], progress: Progress
) -> list[Looked]:
    """Everywhere. Without a `home` the logs are somebody else's to keep, and are not looked through."""
    needle, looked = Needle(text), []
    for name in installation.database_names():
        with progress.step(f"Look through the database {name}"):
            looked += await in_database(admin_of(installation.postgres_admin, name), name, text)
    for service in STORES:
        with progress.step(f"Try to open what {service} sealed"):
            looked.append(_as_looked(service, await in_sealed(installation, service, needle)))
    with progress.step("Look through every topic"):
        looked += await in_topics(installation.kafka, needle)
    with progress.step("Look through logs and backups"):
        looked += [in_file(path, needle, "log") for path in _logs(home)]
        looked += [await _in_backup(path, needle) for path in _files(backups)]
    return looked


async def in_database(admin: str, name: str, text: str) -> list[Looked]:
    """Every table, row by row, all columns as text; bytes as text too. Parked rows and replaced read models are tables."""
    async with connected(admin) as database:
        await database.execute(SQL["looker"])
        rows = await database.fetch(SQL["look"], text)
    return [
        Looked(place=f"{name}: {row['schema']}.{row['table']}", count=row["row_count"], unit="rows", found=_hits(row))
        for row in rows
    ]


def _hits(row: Any) -> tuple[str, ...]:
    return tuple(row["columns"]) or ((f"{row['rows_found']} rows",) if row["rows_found"] else ())


async def in_sealed(installation: Installation, service: str, needle: Needle, person_id: str | None = None) -> Sealed:
    """Open every sealed part there is a key for, of one person or of everybody, and look inside."""
    subject = subject_field_of(service)
    async with connected(admin_of(installation.postgres_admin, service)) as database:
        asked = (SQL["sealed"], subject) if person_id is None else (SQL["sealed_of"], subject, person_id)
        rows = await database.fetch(*asked)
    opened = 0
    found: list[str] = []
    async with open_keyring(installation, service) as keyring:
        for tenant in sorted({row["tenant"] for row in rows}):
            mine = [row for row in rows if row["tenant"] == tenant]
            keys = await keyring.keys(TenantId(tenant), {row["subject"] for row in mine})
            for row, inside in _opened(mine, keys):
                opened += 1
                found += [f"position {row['position']}"] if needle.is_in(inside) else []
    return Sealed(opened=opened, unreadable=len(rows) - opened, found=tuple(found[:_AT_MOST]))


def subject_field_of(service: str) -> str:
    """The field of the service's events that says under whose key they are sealed."""
    return str(main_of(service).SUBJECT)


def _opened(rows: Sequence[Any], keys: Any) -> Iterator[tuple[Any, bytes]]:
    for row in rows:
        key = keys[row["subject"]]
        if key is not None:
            try:
                yield row, unwrap(key, row["sealed"], f"{row['tenant']}/{row['stream']}")
            except InvalidTag:
                continue


def _as_looked(service: str, sealed: Sealed) -> Looked:
    return Looked(
        place=f"{service}: sealed parts of events, {sealed.unreadable} more without a key",
        count=sealed.opened,
        unit="opened",
        found=sealed.found,
    )


async def in_topics(kafka: str, needle: Needle) -> list[Looked]:
    """Every record of every topic, its key, value and headers."""
    counts: dict[str, int] = {}
    found: dict[str, list[str]] = {}
    topics = await _topics(kafka)
    async with reading(kafka, topics) as consumer:
        async for batch in batches(consumer):
            for record in batch:
                counts[record.topic] = counts.get(record.topic, 0) + 1
            for record in [record for record in batch if _in_record(record, needle)]:
                found.setdefault(record.topic, []).append(f"partition {record.partition}, offset {record.offset}")
    return [
        Looked(
            place=f"topic {topic}",
            count=counts.get(topic, 0),
            unit="records",
            found=tuple(found.get(topic, ())[:_AT_MOST]),
        )
        for topic in topics
    ]


def _in_record(record: Any, needle: Needle) -> bool:
    headers = (part for name, value in record.headers for part in (name.encode(), value))
    return any(needle.is_in(part) for part in (record.key, record.value, *headers))


async def _topics(kafka: str) -> list[str]:
    admin = AIOKafkaAdminClient(**connection(kafka))
    await admin.start()
    try:
        return sorted(topic for topic in await admin.list_topics() if not topic.startswith("__"))
    finally:
        await admin.close()


def _logs(home: Home | None) -> Iterator[Path]:
    if home is not None and home.logs.exists():
        yield from sorted(path for path in home.logs.rglob("*") if path.is_file())


def _files(backups: Sequence[Path]) -> Iterator[Path]:
    """Raises StackError for a path that is not there."""
    for path in backups:
        if not path.exists():
            raise StackError(f"there is no {path}")
        yield from sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def in_file(path: Path, needle: Needle, kind: str) -> Looked:
    with path.open("rb") as file:
        return _in_pieces(f"{kind} {path.name}", iter(lambda: file.read(_PIECE), b""), needle)


async def _in_backup(path: Path, needle: Needle) -> Looked:
    with path.open("rb") as file:
        is_dump = file.read(len(_DUMP)) == _DUMP
    if not is_dump:
        return in_file(path, needle, "backup")
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / path.name
        await written_out(path, text)
        return in_file(text, needle, "backup")


def _in_pieces(place: str, pieces: Any, needle: Needle) -> Looked:
    """Line by line would miss nothing either, but a line may be as long as a table; the end of each piece is looked at again."""
    size, found, before = 0, 0, b""
    for piece in pieces:
        size += len(piece)
        found += needle.is_in(before + piece)
        before = piece[-needle.length :]
    return Looked(place=place, count=size, unit="bytes", found=("in it",) if found else ())
