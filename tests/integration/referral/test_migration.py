"""From the tables of the first migration to these: what is folded anew begins empty, and at the beginning of the log."""

import shutil
from pathlib import Path

import asyncpg

from services.kit.migrate import migrate, store_migrations
from services.referral.migrate import MIGRATIONS, NAME
from tests.conftest import MakeDatabase

OWN = dict(MIGRATIONS)[NAME]


async def test_lists_of_the_first_migration_are_folded_anew(new_database: MakeDatabase, tmp_path: Path) -> None:
    shutil.copy(OWN / "0001_read_models.sql", tmp_path)
    database = await new_database(store_migrations(NAME, tmp_path))
    connection = await asyncpg.connect(database.admin)
    await connection.execute(
        "insert into triage_list (tenant, referral_id, person_id, received_at, source_of_referral, self_referred, "
        "primary_reason) values ('U00001', 'r', 'p', now(), 'A1', false, '13')"
    )
    await connection.execute(
        "insert into projection_checkpoints select 'referral.' || name, 9 "
        "from unnest(array['triage_list.v1', 'waiting_list.v1', 'identities.v1']) name"
    )
    await migrate(database.owner, f"{database.name}_app", MIGRATIONS)
    assert await connection.fetchval("select count(*) from triage_list") == 0
    assert [row["name"] for row in await connection.fetch("select name from projection_checkpoints")] == [
        "referral.identities.v1"
    ]
    forced = "select relname from pg_class where relforcerowsecurity and relname = any($1) order by relname"
    kept = await connection.fetch(forced, ["referrals", "triage_list", "waiting_list"])
    assert [row["relname"] for row in kept] == ["referrals", "triage_list", "waiting_list"]
    await connection.close()
