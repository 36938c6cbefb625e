"""`perinatal keys` as its user meets it: keys and passwords turned over on a platform in use, and everybody's name still reads."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.cli.client import Client, Refused
from deploy.local.home import Home
from deploy.local.services import SOURCE
from deploy.local.wiring import MASTER_KEY
from deploy.operations.installation import STORES, installation_of
from tests.integration.deploy.conftest import new_home
from tests.integration.deploy.operations.test_backup import registering, run, told
from tests.integration.deploy.typist import error_of, perinatal

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(300)]

PCN, ANOTHER = "U12001", "U12002"
PERSON = {
    "nhs_number_missing_reason": "nhs-number-not-known",
    "ethnic_category": "Z",
    "preferred_language": "en",
    "interpreter_required": False,
}


@pytest.fixture(scope="module")
def home(home_of_module: Home) -> Iterator[Home]:
    run(home_of_module, "up", "--detach")
    for pcn in (PCN, ANOTHER):
        run(home_of_module, "pcn", "add", str(SOURCE / "deploy" / "demo" / f"pcn-{pcn}.yaml"))
    yield home_of_module
    run(home_of_module, "down")


@pytest.fixture(scope="module")
def people(home: Home) -> dict[str, tuple[str, str]]:
    """{person: (network, name)}."""
    return dict(register(home, pcn, name) for pcn, name in ((PCN, "Ada"), (PCN, "Berta"), (ANOTHER, "Cleo")))


@pytest.fixture(scope="module")
def erased(home: Home) -> str:
    person, _ = register(home, PCN, "Nobody")
    run(home, "person", "erase", person, "--pcn", PCN, "--reason", "person_asked")
    return person


@pytest.fixture(scope="module")
def older(home: Home, people: dict[str, tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup under the master key that is to go."""
    folder = tmp_path_factory.mktemp("backup") / "older"
    run(home, "backup", str(folder))
    return folder


@pytest.fixture
def other() -> Iterator[Home]:
    """Where nothing is yet."""
    yield from new_home()


def register(home: Home, pcn: str, name: str) -> tuple[str, tuple[str, str]]:
    with Client(home, "importer") as client:
        answer = client.command("referral", "POST", f"/v1/pcns/{pcn}/people", {**PERSON, "full_name": name}, uuid4())
    return str(answer["id"]), (pcn, name)


def details(home: Home, pcn: str, person: str) -> Any:
    """As the service opens them from its log."""
    with Client(home, f"coordinator.{pcn.lower()}") as client:
        return client.get("referral", f"/v1/pcns/{pcn}/people/{person}/details")


def assert_named(home: Home, people: dict[str, tuple[str, str]], erased: str) -> None:
    assert {person: (pcn, details(home, pcn, person)["full_name"]) for person, (pcn, _) in people.items()} == people
    with pytest.raises(Refused) as refused:
        details(home, PCN, erased)
    assert refused.value.slug == "erased"


def restart(home: Home) -> None:
    run(home, "down")
    run(home, "up", "--detach")


def secret(home: Home) -> str:
    return (home.secrets / MASTER_KEY).read_text()


def refused(home: Home, *arguments: str) -> str:
    done = perinatal("keys", *arguments, home=home.root)
    assert done.returncode == 1, done.stdout
    return error_of(done)


def test_one_master_key_opens_every_network(home: Home, people: dict[str, tuple[str, str]], erased: str) -> None:
    found = told(home, "keys", "status")
    (key,) = found["keys"]
    assert (key["newest"], key["opens"], key["alone"]) == (True, 2, 2)
    assert (found["networks"], found["people"], found["waiting"]) == (2, 3, 0)
    assert found["services"] == {service: [key["fingerprint"]] for service in STORES}
    shown = run(home, "keys", "status")
    assert key["fingerprint"] in shown
    assert secret(home) not in shown


def test_a_new_key_takes_part_only_when_every_service_has_it(home: Home, older: Path) -> None:
    before = secret(home)
    made = told(home, "keys", "new")["fingerprint"]
    assert secret(home).endswith(f",{before}")
    assert "an older key is still there" in refused(home, "new")
    assert f"does not have the key {made} yet: restart it first" in refused(home, "rewrap")
    assert "2 of 2 networks' keys do not open with" in refused(home, "forget")
    assert told(home, "keys", "rewrap", "--dry-run")["waiting"] == 2


def test_everything_is_put_under_it_while_people_are_registered(
    home: Home, people: dict[str, tuple[str, str]], erased: str
) -> None:
    restart(home)
    with registering(home) as done:
        assert told(home, "keys", "rewrap")["changed"] == 2
        assert told(home, "keys", "rewrap", "--pcn", PCN, "--new-key")["people"] >= 2
    assert told(home, "keys", "rewrap")["changed"] == 0
    assert done
    people.update([register(home, ANOTHER, "Dora")])
    assert_named(home, people, erased)


def test_the_older_key_is_forgotten_passwords_are_new_and_every_name_reads(
    home: Home, people: dict[str, tuple[str, str]], erased: str
) -> None:
    newest, gone = secret(home).split(",")
    planned = told(home, "keys", "forget", "--dry-run")
    assert secret(home) == f"{newest},{gone}"
    assert told(home, "keys", "forget")["forgotten"] == planned["forgotten"]
    assert secret(home) == newest
    passwords_are_renewed(home)
    assert_named(home, people, erased)
    (key,) = told(home, "keys", "status")["keys"]
    assert (key["opens"], key["alone"]) == (2, 2)
    assert told(home, "person", "report", erased)["readable"] == dict.fromkeys(STORES, 0)


def passwords_are_renewed(home: Home) -> None:
    """All of them, and the older ones open nothing after the restart that a forgotten key needs as well."""
    kinds = ("databases", "cookies", "clients", "accounts", "broker")
    before = {file.name: file.read_text() for file in home.secrets.iterdir()}
    dsns = {installation_of(home).postgres_admin, installation_of(home).database("portal")}
    planned = told(home, "keys", "renew", *kinds, "--dry-run")
    assert before == {file.name: file.read_text() for file in home.secrets.iterdir()}
    assert told(home, "keys", "renew", *kinds)["renewed"] == planned["renewed"]
    restart(home)
    after = {file.name: file.read_text() for file in home.secrets.iterdir()}
    names = {name for each in planned["renewed"] for name in each["names"]}
    assert {name for name in before if before[name] != after[name]} == names >= {"postgres", "keyring_app", "public"}
    assert before.keys() == after.keys()
    for dsn in dsns:
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(asyncpg.connect(dsn))
    assert json.loads(run(home, "status", "--json"))["ready"]


def test_a_backup_from_before_comes_back_with_the_key_it_needs(
    home: Home, people: dict[str, tuple[str, str]], erased: str, older: Path, other: Home
) -> None:
    run(other, "restore", str(older))
    other_key = secret(other)
    assert other_key == (older / "keyring" / "secrets" / MASTER_KEY).read_text() != secret(home)
    newer = other.root.parent / "newer"
    run(home, "backup", str(newer))
    run(other, "restore", str(newer), "--replace")
    assert secret(other) == f"{other_key},{secret(home)}"
    run(other, "up", "--detach")
    try:
        found = told(other, "keys", "status")
        assert [(key["opens"], key["alone"]) for key in found["keys"]] == [(0, 0), (2, 2)]
        assert_named(other, people, erased)
        assert told(other, "keys", "rewrap")["changed"] == 2
    finally:
        run(other, "down")


def test_a_backup_whose_key_is_of_another_day_is_refused(home: Home, other: Home, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    run(home, "backup", str(taken))
    (taken / "keyring" / "secrets" / MASTER_KEY).write_text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    done = perinatal("restore", str(taken), home=other.root)
    assert done.returncode == 1
    assert f"no master key there is opens the keys of {PCN}, {ANOTHER}" in error_of(done)


def test_an_administrators_password_cut_short_is_finished(home: Home) -> None:
    """Killed after the server was told and before the file took its place: the newer one is only beside it."""
    kept, coming = home.secrets / "postgres", home.secrets / ".postgres.new"
    coming.write_text(kept.read_text())
    kept.write_text("of-yesterday")
    told(home, "keys", "renew", "databases")
    assert not coming.exists()
    assert told(home, "keys", "status")["networks"] == 2


@pytest.mark.parametrize("wrong", [("renew",), ("renew", "everything"), ("rewrap", "--pcn", "U1"), ("nothing",)])
def test_wrong_use_is_2(home: Home, wrong: tuple[str, ...]) -> None:
    assert perinatal("keys", *wrong, home=home.root).returncode == 2


def test_without_a_stack_it_is_one_line(tmp_path: Path) -> None:
    nowhere = Home(root=tmp_path)
    for command in (("status",), ("rewrap",), ("forget",), ("renew", "databases")):
        assert "there is no stack in" in refused(nowhere, *command)
    assert "where the master key is kept elsewhere" in refused(nowhere, "new")
