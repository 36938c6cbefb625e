"""Looking for a text: found wherever it can stand, and nowhere else."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.errors import StackError
from deploy.operations.postgres_tools import dump
from deploy.operations.search import Looked, Needle, _files, _in_backup, in_database, in_file
from tests.conftest import MakeDatabase
from tests.databases import Database

TEXT = 'Zoë "O\'Quine"'


@pytest.fixture(scope="module")
async def database(new_database: MakeDatabase) -> AsyncIterator[Database]:
    made = await new_database([])
    connection = await asyncpg.connect(made.admin)
    await connection.execute("""
        create schema kept;
        create table kept.names (id integer, name text);
        create table notes (id integer, note text, more jsonb, raw bytea, several text[]);
        create table nobody (id integer, name text);
    """)
    await connection.execute("insert into nobody values (1, 'Zoe Other'), (2, null)")
    yield made
    await connection.close()


async def put(database: Database, table: str, column: str, value: object) -> None:
    connection = await asyncpg.connect(database.admin)
    try:
        await connection.execute(f"delete from {table}")
        await connection.execute(f"insert into {table} (id, {column}) values (7, $1)", value)
    finally:
        await connection.close()


def found(looked: list[Looked]) -> dict[str, tuple[str, ...]]:
    return {each.place: each.found for each in looked if each.found}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("notes", "note", f"… {TEXT} …"),
        ("notes", "note", TEXT.upper()),
        ("notes", "more", '{"deep": [{"words": "Zo\\u00eb \\"O\'Quine\\""}]}'),
        ("notes", "raw", TEXT.encode()),
        ("notes", "several", ["somebody", TEXT]),
        ("kept.names", "name", TEXT),
    ],
    ids=["text", "capitals", "jsonb", "bytes", "array", "a schema of replaced tables"],
)
async def test_a_text_is_found_in_whatever_column_it_stands(
    database: Database, table: str, column: str, value: object
) -> None:
    await put(database, table, column, value)
    looked = await in_database(database.admin, "toy", TEXT)
    place = f"toy: {table}" if "." in table else f"toy: public.{table}"
    assert found(looked) == {place: (f"{column} (1)",)}
    await put(database, table, column, None)
    assert found(await in_database(database.admin, "toy", TEXT)) == {}


async def test_every_table_is_counted_whether_or_not_it_holds_the_text(database: Database) -> None:
    looked = {each.place: each.count for each in await in_database(database.admin, "toy", TEXT)}
    assert looked["toy: public.nobody"] == 2
    assert "toy: public.schema_migrations" in looked


@pytest.mark.parametrize("held", [TEXT, TEXT.lower(), TEXT.upper(), '{"a": "Zoë \\"O\'Quine\\""}', TEXT.encode().hex()])
def test_a_needle_is_found_in_any_case_escaped_or_in_hexadecimal(held: str) -> None:
    assert Needle(TEXT).is_in(b"\xff\x00" + held.encode() + b"\xfe")


@pytest.mark.parametrize("asked", [TEXT, TEXT.lower(), TEXT.upper(), "Émile", "ÖZGE"])
def test_a_needle_may_be_asked_for_in_any_case(asked: str) -> None:
    assert all(Needle(asked).is_in(held.encode()) for held in (asked, asked.lower(), asked.upper()))


def test_a_needle_is_not_found_where_it_is_not() -> None:
    needle = Needle(TEXT)
    assert not any(needle.is_in(held) for held in (None, b"", b"Zo\xeb", "Zoë O'Quin".encode()))


@pytest.mark.parametrize("before", [0, 1, (1 << 20) - 3, (1 << 20) + 1])
def test_a_text_is_found_across_the_pieces_a_file_is_read_in(tmp_path: Path, before: int) -> None:
    file = tmp_path / "referral.log"
    file.write_bytes(b"x" * before + TEXT.encode() + b"y")
    assert in_file(file, Needle(TEXT), "log").found
    file.write_bytes(b"x" * before)
    assert in_file(file, Needle(TEXT), "log") == Looked(place="log referral.log", count=before, unit="bytes")


async def test_a_compressed_backup_is_looked_into(database: Database, tmp_path: Path) -> None:
    await put(database, "notes", "raw", TEXT.encode())
    file = tmp_path / "toy.dump"
    connection = await asyncpg.connect(database.admin)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await dump(database.admin, file, await connection.fetchval("select pg_export_snapshot()"))
    await connection.close()
    assert not Needle(TEXT).is_in(file.read_bytes())
    assert file.stat().st_mode & 0o077 == 0, "others can read it while it is being written"
    assert (await _in_backup(file, Needle(TEXT))).found
    (tmp_path / "manifest.json.gz").write_bytes(gzip.compress(b"{}"))
    assert [path.name for path in _files([tmp_path])] == ["manifest.json.gz", "toy.dump"]


def test_a_backup_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="there is no"):
        list(_files([tmp_path / "not-there"]))
