"""A backup while the platform is in use, and back again: each command of docs/operations/restore.md is typed here."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.cli.client import Client
from deploy.local.home import Home
from deploy.local.services import SERVICES
from deploy.operations.installation import installation_of
from deploy.operations.postgres_tools import admin_of
from tests.integration.deploy.local import eventually
from tests.integration.deploy.operations.desk import Desk, sections_of, superfluous
from tests.integration.deploy.typist import error_of, perinatal

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(600)]

PAGE = "restore.md"
EMPTY, OVER, *REST = sections_of(PAGE)
"""Into an empty stack; over one whose Kafka knows more; one database only, and only Kafka lost."""
AFTER_THAT = [command for section in REST for command in section.commands]
LEFT_OUT = set(superfluous(AFTER_THAT))
TYPED = [*EMPTY.commands, *OVER.commands, *(each for each in AFTER_THAT if each.place not in LEFT_OUT)]
(BACKUP,) = {word for command in TYPED for word in command.words if word.startswith("/backups/")}

NETWORKS = ("U12001", "U12002", "U12003")
FAMILIES = {"PERINATAL_DEMO_FAMILIES": "2"}
PERSON = {
    "nhs_number_missing_reason": "nhs-number-not-known",
    "full_name": "Backed Up",
    "ethnic_category": "Z",
    "preferred_language": "en",
    "interpreter_required": False,
}


def run(home: Home, *arguments: str, code: int = 0, **env: str) -> str:
    """A command's standard output; it has to end with this code."""
    done = perinatal(*arguments, home=home.root, **env)
    assert done.returncode == code, done.stderr
    return done.stdout


def told(home: Home, *arguments: str, code: int = 0) -> Any:
    return json.loads(run(home, *arguments, "--json", code=code))


def register_one(client: Client) -> None:
    client.command("referral", "POST", f"/v1/pcns/{NETWORKS[0]}/people", PERSON, uuid4())


@contextmanager
def registering(home: Home) -> Iterator[list[int]]:
    """Somebody who registers people all the time; the list has an entry for each."""
    done: list[int] = []
    ended = threading.Event()

    def work() -> None:
        with Client(home, "importer") as client:
            while not ended.is_set():
                register_one(client)
                done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()


def figures(home: Home) -> list[dict[str, Any]]:
    """The reports of the networks nobody is registered in meanwhile, without the times they were made at."""
    first = (datetime.now(UTC).date() - timedelta(days=1278)).isoformat()
    asked = {"from": first, "to": datetime.now(UTC).date().isoformat()}
    with Client(home, "importer") as client:
        reports = [client.get("portal", f"/v1/pcns/{pcn}/report", asked) for pcn in NETWORKS[1:]]
    return [{name: part for name, part in report.items() if name not in {"as_at", "definitions"}} for report in reports]


def count(home: Home, database: str, query: str) -> int:
    async def ask() -> int:
        connection = await asyncpg.connect(admin_of(installation_of(home).postgres_admin, database))
        try:
            return int(await connection.fetchval(query))
        finally:
            await connection.close()

    return asyncio.run(ask())


def people_in_log(home: Home) -> int:
    return count(home, "referral", "select count(*) from events where type like 'person-registered%'")


def people_in_portal(home: Home) -> int:
    return count(home, "portal", "select count(*) from people")


def settled(home: Home) -> None:
    eventually(lambda: people_in_portal(home) == people_in_log(home), "the portal has everybody", within=60)


def holds(home: Home) -> None:
    """Everything an operator can check holds."""
    assert told(home, "store", "verify")["ok"]
    assert told(home, "relay", "verify")["ok"]
    none_is_ahead(home)


def none_is_ahead(home: Home) -> None:
    """Every log takes events, and has all that Kafka has of it."""
    for each in told(home, "relay", "status"):
        assert each["open"], each
        assert each["newest"] <= each["head"], each


@pytest.fixture(scope="module")
def home(home_of_module: Home) -> Iterator[Home]:
    run(home_of_module, "up", "--detach", "--demo", **FAMILIES)
    yield home_of_module
    run(home_of_module, "down")


@pytest.fixture(scope="module")
def before(home: Home) -> list[dict[str, Any]]:
    settled(home)
    return figures(home)


@pytest.fixture(scope="module")
def desk(home: Home) -> Desk:
    folder = home.root.parent
    (folder / "backups").mkdir()
    return Desk(home=home, values={"folder": str(folder)})


@pytest.fixture(scope="module")
def backup(home: Home, before: list[dict[str, Any]], desk: Desk) -> Path:
    """Taken while people are registered, who go on being registered after it."""
    folder = Path(desk.real(BACKUP))
    with registering(home) as done:
        eventually(lambda: len(done) > 5, "people are being registered", within=30)
        manifest = told(home, "backup", str(folder))
        taken = len(done)
        eventually(lambda: len(done) > taken + 20, "more people are registered", within=30)
    assert manifest["waited_ms"] < 2_000
    settled(home)
    return folder


def test_what_is_checked_holds_on_the_running_platform(home: Home, backup: Path) -> None:
    holds(home)


def test_a_backup_keeps_the_keys_apart_and_to_itself(backup: Path) -> None:
    assert {path.name for path in (backup / "keyring").iterdir()} >= {"keyring.dump", "secrets"}
    assert (backup / "keyring" / "secrets" / "keyring-master-key").exists()
    assert not list((backup / "databases").glob("keyring*"))
    readable = [path for path in backup.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert readable == []


def test_a_folder_that_is_not_empty_is_not_written_to(home: Home, backup: Path) -> None:
    done = perinatal("backup", str(backup), home=home.root)
    assert done.returncode == 1
    assert "is not empty" in error_of(done)


def test_of_a_backup_that_fails_nothing_is_left(home: Home, tmp_path: Path) -> None:
    folder, nowhere = tmp_path / "half", tmp_path / "a file" / "keyring"
    nowhere.parent.touch()
    done = perinatal("backup", str(folder), "--keyring", str(nowhere), home=home.root)
    assert done.returncode == 1
    assert str(nowhere) in error_of(done)
    assert not folder.exists()


def test_a_running_stack_is_not_restored_over(home: Home, backup: Path) -> None:
    done = perinatal("restore", str(backup), "--replace", home=home.root)
    assert done.returncode == 1
    assert "stop it with `perinatal down` first" in error_of(done)


def test_where_the_services_run_elsewhere_they_are_seen_in_the_databases(home: Home, backup: Path) -> None:
    """As in containers: the environment names every part."""
    state = home.read_state()
    parts = {"POSTGRES": installation_of(home).postgres_admin, "KAFKA": state["addresses"]["kafka"]}
    parts |= {"ISSUER": state["addresses"]["identity"]}
    parts |= {f"{spec.name.upper()}_URL": state["addresses"][spec.name] for spec in SERVICES}
    named = {f"PERINATAL_{name}": value for name, value in parts.items()}
    for words in (("restore", str(backup), "--replace"), ("relay", "anew")):
        done = perinatal(*words, home=home.root, **named)
        assert done.returncode == 1
        assert "the services run: " in error_of(done)
        assert "referral_app" in error_of(done)


def test_a_damaged_file_is_found_before_anything_is_touched(home: Home, backup: Path, tmp_path: Path) -> None:
    file = backup / "databases" / "training.dump"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    done = perinatal("restore", str(backup), "--dry-run", home=tmp_path)
    file.write_bytes(whole)
    assert done.returncode == 1
    assert "training.dump is damaged" in error_of(done)
    (tmp_path / "half").mkdir()
    done = perinatal("restore", str(tmp_path / "half"), "--dry-run", home=tmp_path)
    assert "holds no manifest.json" in error_of(done)


def test_into_an_empty_stack_it_comes_back_as_it_was(
    home: Home, before: list[dict[str, Any]], backup: Path, desk: Desk
) -> None:
    empty = Home(root=home.root.parent / "empty")
    head = json.loads((backup / "manifest.json").read_text())["databases"]["referral"]["head"]
    try:
        said = [desk.type(command, empty).stdout for command in EMPTY.commands]
        assert any("Restored. Start it with" in each for each in said), "Kafka knows nothing more"
        settled(empty)
        assert 0 < people_in_log(empty) < people_in_log(home)
        assert figures(empty) == before
        assert count(empty, "referral", f"select count(*) from events where position <= {head}") == head
        none_is_ahead(empty)
        with Client(empty, "coordinator.u12001") as client:
            found = client.ask("referral", f"/v1/pcns/{NETWORKS[0]}/people/search", {"full_name": "Backed Up"})
        assert found, "sealed names open again"
    finally:
        run(empty, "down")


def test_a_restore_that_was_killed_is_to_be_finished_before_anything_starts(backup: Path, tmp_path: Path) -> None:
    home = Home(root=tmp_path / "killed")
    command = [sys.executable, "-m", "deploy.cli.main", "restore", str(backup)]
    with subprocess.Popen(command, env={**os.environ, "PERINATAL_HOME": str(home.root)}) as going:
        eventually(home.unfinished_restore.exists, "the first database is about to come back", within=60)
        going.kill()
    for refused in (("up", "--detach"), ("reconcile", "--all"), ("relay", "anew"), ("backup", str(tmp_path / "half"))):
        assert f"restore {backup} --keyring {backup}/keyring --replace" in error_of(perinatal(*refused, home=home.root))
    step = [sys.executable, "-m", "deploy.compose", "databases"]
    done = subprocess.run(
        step, env={**os.environ, "PERINATAL_HOME": str(home.root)}, check=False, capture_output=True, text=True
    )
    assert (done.returncode, "did not come to its end" in done.stderr) == (1, True), "nor in containers"


def test_over_a_stack_whose_kafka_knows_more_it_is_reconciled(
    home: Home, before: list[dict[str, Any]], backup: Path, desk: Desk
) -> None:
    known = people_in_portal(home)
    said = {str(command): desk.type(command) for command in OVER.commands}
    set_back = re.findall(r"the log of (\w+) ends at", said[f"perinatal restore {BACKUP} --replace"].stderr)
    assert set_back == ["referral"]
    planned, done = (lost(said[f"perinatal reconcile --all{how}"].stdout) for how in (" --dry-run", ""))
    assert planned == done != []
    eventually(lambda: people_in_portal(home) == known, "the portal has read on from its backup", within=60)
    assert figures(home) == before
    with Client(home, "importer") as client:
        register_one(client)
    eventually(lambda: people_in_portal(home) == known + 1, "what is new arrives", within=60)
    holds(home)


def lost(said: str) -> list[str]:
    """The events that `reconcile` lists."""
    return [line for line in said.splitlines() if line.startswith("  ")]


def test_one_database_and_a_lost_kafka_come_back(
    home: Home, before: list[dict[str, Any]], backup: Path, desk: Desk
) -> None:
    known = people_in_portal(home)
    for command in (each for each in AFTER_THAT if each.place not in LEFT_OUT):
        if str(command) == "perinatal relay anew --dry-run":
            shutil.rmtree(home.read_state()["data"]["kafka"])
        desk.type(command)
        if str(command) == "perinatal down":
            refused = perinatal("restore", str(backup), home=home.root)
            assert "is not empty: add --replace" in error_of(refused)
    eventually(lambda: people_in_portal(home) == known, "the portal has everybody again", within=60)
    assert figures(home) == before
    holds(home)
