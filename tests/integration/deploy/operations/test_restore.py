"""What a restore must not throw away. The whole of it, as its page is typed: test_backup.py."""

from pathlib import Path

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError

from deploy.local.home import Home
from deploy.local.progress import Silent
from deploy.operations.installation import Installation
from deploy.operations.manifest import Dumped, Manifest
from deploy.operations.restore import Plan, restore
from tests.conftest import MakeDatabase

pytestmark = pytest.mark.postgres


async def test_while_kafka_does_not_answer_nothing_is_thrown_away(new_database: MakeDatabase, tmp_path: Path) -> None:
    made = await new_database([])
    databases = {made.name: Dumped(file="some.dump", sha256="", bytes=0)}
    manifest = Manifest(taken_at="", waited_ms=0, cluster="one", ends={}, databases=databases)
    plan = Plan(folder=tmp_path, keys=tmp_path, manifest=manifest, names=[made.name], replace=True)
    installation = Installation(kafka="127.0.0.1:1", postgres_admin=made.admin, environments={})
    with pytest.raises(KafkaConnectionError):
        await restore(plan, installation, Home(root=tmp_path), progress=Silent())
    connection = await asyncpg.connect(made.admin)
    assert await connection.fetchval("select count(*) from schema_migrations") is not None
    await connection.close()
