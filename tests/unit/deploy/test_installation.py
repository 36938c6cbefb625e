"""In a container of operations the environment and the files beside it say where everything is."""

from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.operations.installation import installation_of, running

SERVICES = ("referral", "scheduling", "outcomes", "training", "portal")
ENVIRON = {
    "PERINATAL_POSTGRES": "postgresql://postgres:admin-word@postgres:5432/postgres",
    "PERINATAL_KAFKA": "scram-sha-512://operations:kafka-word@kafka:9092",
    "PERINATAL_ISSUER": "http://localhost:8081",
    "PERINATAL_ISSUER_ADDRESS": "http://identity:8000",
    **{f"PERINATAL_{service.upper()}_URL": f"http://{service}:8000" for service in SERVICES},
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path)
    home.secrets.mkdir()
    return home


def test_every_service_has_its_own_database(home: Home) -> None:
    found = installation_of(home, ENVIRON)
    assert found.kafka == ENVIRON["PERINATAL_KAFKA"]
    assert found.postgres_admin == ENVIRON["PERINATAL_POSTGRES"]
    for service in SERVICES:
        assert found.database(service).startswith(f"postgresql://{service}_app:")
        assert found.database(service).endswith(f"@postgres:5432/{service}")
        assert found.owner(service).startswith(f"postgresql://{service}_owner:")


def test_addresses_are_told_without_passwords(home: Home) -> None:
    now = running(home, {**ENVIRON, "PERINATAL_SYNTHETIC": "true"})
    assert now.synthetic
    assert now.addresses == {
        "postgres": "postgres:5432",
        "kafka": "kafka:9092",
        "identity": "http://identity:8000",
        **{service: f"http://{service}:8000" for service in SERVICES},
    }


@pytest.mark.parametrize(
    ("place", "address"), [("database", "database:5432"), ("database:5433", "database:5433"), ("[::1]", "::1:5432")]
)
def test_a_database_without_a_port_is_at_the_usual_one(home: Home, place: str, address: str) -> None:
    admin = f"postgresql://postgres:admin-word@{place}/postgres"
    assert running(home, {**ENVIRON, "PERINATAL_POSTGRES": admin}).addresses["postgres"] == address


@pytest.mark.parametrize("written", ["no key", "AAAA", "AAAA,"])
def test_a_master_key_that_was_mistyped_is_one_line(home: Home, written: str) -> None:
    (home.secrets / "keyring-master-key").write_text(written)
    with pytest.raises(StackError, match="keyring-master-key in the secrets has to be keys"):
        installation_of(home, ENVIRON).master_keys()


def test_what_is_missing_is_named(home: Home) -> None:
    environ = {
        name: value for name, value in ENVIRON.items() if name not in ("PERINATAL_KAFKA", "PERINATAL_OUTCOMES_URL")
    }
    with pytest.raises(StackError, match="PERINATAL_KAFKA, PERINATAL_OUTCOMES_URL"):
        installation_of(home, environ)


def test_without_either_it_says_so(home: Home) -> None:
    with pytest.raises(StackError, match="there is no stack"):
        installation_of(home, {})
    with pytest.raises(StackError, match="is not running"):
        running(home, {})
