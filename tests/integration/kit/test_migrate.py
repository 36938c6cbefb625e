"""Migrations: once, in order, never changed, safe to start side by side."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from services.kit.migrate import MigrationRefused, migrate
from tests.conftest import MakeDatabase

FIRST = "create table one (id integer primary key);"


async def test_a_second_run_applies_nothing_and_a_changed_file_is_refused(
    new_database: MakeDatabase, tmp_path: Path
) -> None:
    (tmp_path / "0001_one.sql").write_text(FIRST)
    database = await new_database([("toy", tmp_path)])
    (tmp_path / "0002_two.sql").write_text("create table two (id integer primary key);")
    assert await migrate(database.owner, f"{database.name}_app", [("toy", tmp_path)]) == ["two"]
    assert await migrate(database.owner, f"{database.name}_app", [("toy", tmp_path)]) == []
    (tmp_path / "0001_one.sql").write_text(FIRST + " -- changed")
    with pytest.raises(MigrationRefused, match="0001 one was changed"):
        await migrate(database.owner, f"{database.name}_app", [("toy", tmp_path)])


async def test_a_file_that_fails_leaves_nothing_of_itself(new_database: MakeDatabase, tmp_path: Path) -> None:
    database = await new_database([])
    (tmp_path / "0001_half.sql").write_text("create table half (id integer); select 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(database.owner, f"{database.name}_app", [("toy", tmp_path)])
    (tmp_path / "0001_half.sql").write_text("create table half (id integer);")
    assert await migrate(database.owner, f"{database.name}_app", [("toy", tmp_path)]) == ["half"]


async def test_two_at_once_apply_each_file_once(new_database: MakeDatabase, tmp_path: Path) -> None:
    database = await new_database([])
    (tmp_path / "0001_one.sql").write_text(FIRST)
    applied = await asyncio.gather(
        *(migrate(database.owner, f"{database.name}_app", [("toy", tmp_path)]) for _ in range(4))
    )
    assert sorted(applied) == [[], [], [], ["one"]]


async def test_a_missing_number_is_refused(new_database: MakeDatabase, tmp_path: Path) -> None:
    database = await new_database([])
    (tmp_path / "0002_two.sql").write_text(FIRST)
    with pytest.raises(MigrationRefused, match="without a gap"):
        await migrate(database.owner, f"{database.name}_app", [("toy", tmp_path)])
