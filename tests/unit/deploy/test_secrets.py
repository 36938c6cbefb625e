"""The first container makes every secret once and gives each other one only what it needs."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.compose.secrets import Secrets
from deploy.local.home import Home
from deploy.operations.keys import add_newest
from services.kit.settings import keys_of
from services.kit.wrapping import MasterKeys

SERVICES = ("referral", "scheduling", "outcomes", "training", "portal")


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    (tmp_path / "home").mkdir()
    (tmp_path / "secrets" / "migrations").mkdir(parents=True)
    environ = {"PERINATAL_ISSUER": "http://localhost:8081", "PERINATAL_CLIENT_SECRET": ""}
    return Secrets(home=Home(root=tmp_path / "home"), folder=tmp_path / "secrets", environ=environ)


def everything(secrets: Secrets) -> dict[str, str]:
    files = [path for path in secrets.folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(secrets.folder)): path.read_text() for path in files}


def test_a_second_start_changes_nothing(secrets: Secrets) -> None:
    secrets.hand_out()
    first = everything(secrets)
    secrets.hand_out()
    assert everything(secrets) == first


def test_two_installations_have_nothing_in_common(secrets: Secrets, tmp_path: Path) -> None:
    secrets.hand_out()
    (tmp_path / "other-home").mkdir()
    (tmp_path / "other" / "migrations").mkdir(parents=True)
    other = Secrets(home=Home(root=tmp_path / "other-home"), folder=tmp_path / "other", environ=secrets.environ)
    other.hand_out()
    assert set(everything(secrets).values()).isdisjoint(everything(other).values())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_knows_its_own_and_no_owner(secrets: Secrets, service: str) -> None:
    secrets.hand_out()
    told = {path.name: path.read_text() for path in (secrets.folder / service).iterdir()}
    database = urlsplit(told["PERINATAL_DATABASE"])
    assert (database.username, database.hostname, database.path) == (f"{service}_app", "postgres", f"/{service}")
    assert told["PERINATAL_KAFKA"].startswith(f"scram-sha-512://{service}:")
    assert not any("owner" in text.lower() for text in (*told, *told.values()))
    assert ("PERINATAL_KEYRING_MASTER_KEY" in told) == (service != "portal")


def test_while_the_master_key_is_turned_over_every_store_gets_both(secrets: Secrets) -> None:
    secrets.hand_out()
    made = add_newest(secrets.home)
    secrets.hand_out()
    known = everything(secrets)
    told = {known[f"{service}/PERINATAL_KEYRING_MASTER_KEY"] for service in SERVICES if service != "portal"}
    assert [MasterKeys(*keys_of(each)).fingerprints[0] for each in told] == [made]
    assert all(len(keys_of(each)) == 2 for each in told)


def test_the_portal_and_its_provider_agree(secrets: Secrets) -> None:
    secrets.hand_out()
    known = everything(secrets)
    assert known["portal/PERINATAL_CLIENT_SECRET"] == known["identity/IDENTITY_PORTAL_SECRET"]
    users = yaml.safe_load((secrets.home.root / "identity" / "users.yaml").read_text())["users"]
    assert users["public"]["password"] == known["portal/PERINATAL_PUBLIC_PASSWORD"]


def test_what_is_handed_out_cannot_be_written_by_who_reads_it(secrets: Secrets) -> None:
    secrets.hand_out()
    modes = {path.stat().st_mode & 0o777 for path in secrets.folder.rglob("*") if path.is_file()}
    assert modes == {0o444}
    assert {path.stat().st_mode & 0o077 for path in secrets.home.secrets.iterdir()} == {0}
