"""What a restore must not throw away. The whole of it, as its page is typed: test_backup.py."""

from pathlib import Path

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.progress import Silent
from deploy.operations.installation import Installation
from deploy.operations.manifest import Dumped, Manifest
from deploy.operations.restore import Plan, restore
from tests.conftest import MakeDatabase

pytestmark = pytest.mark.postgres


def planned(tmp_path: Path, *names: str) -> Plan:
    """A backup of these databases; the first is wanted."""
    databases = dict.fromkeys(names, Dumped(file="some.dump", sha256="", bytes=0))
    manifest = Manifest(taken_at="", waited_ms=0, cluster="one", ends={}, databases=databases)
    return Plan(folder=tmp_path, keys=tmp_path, manifest=manifest, names=names[:1], replace=True)


async def test_while_kafka_does_not_answer_nothing_is_thrown_away(new_database: MakeDatabase, tmp_path: Path) -> None:
    made = await new_database([])
    installation = Installation(kafka="127.0.0.1:1", postgres_admin=made.admin, environments={})
    with pytest.raises(KafkaConnectionError):
        await restore(planned(tmp_path, made.name), installation, Home(root=tmp_path), progress=Silent())
    connection = await asyncpg.connect(made.admin)
    assert await connection.fetchval("select count(*) from schema_migrations") is not None
    await connection.close()


@pytest.mark.parametrize(
    "unfinished", ["perinatal restore /b --replace", "perinatal restore /b --replace --only referral"]
)
async def test_a_smaller_restore_does_not_pass_for_the_end_of_one_that_was_cut_short(
    tmp_path: Path, unfinished: str
) -> None:
    home = Home(root=tmp_path)
    home.unfinished_restore.write_text(unfinished, "utf-8")
    nowhere = Installation(kafka="127.0.0.1:1", postgres_admin="postgresql://127.0.0.1:1", environments={})
    with pytest.raises(StackError, match=unfinished):
        await restore(planned(tmp_path, "portal", "referral"), nowhere, home, progress=Silent())
    for enough in (("referral", "portal"), ("referral",))["only" not in unfinished :]:
        with pytest.raises(KafkaConnectionError):
            await restore(planned(tmp_path, *enough), nowhere, home, progress=Silent())
