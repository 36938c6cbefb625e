"""docker-compose.yml and the Dockerfile keep their promises; read here, run by tests/compose."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
ONCE = {name for name, service in SERVICES.items() if service["restart"] == "no"}
LASTING = set(SERVICES) - ONCE
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")

each = pytest.mark.parametrize("name", sorted(SERVICES))
each_lasting = pytest.mark.parametrize("name", sorted(LASTING))


def test_every_service_of_the_platform_is_there() -> None:
    assert {"referral", "scheduling", "outcomes", "training", "portal", "postgres", "kafka", "identity"} <= LASTING


@each_lasting
def test_what_lasts_says_how_it_is_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@each
def test_nothing_runs_as_root_or_writes_to_its_image(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].split(":")[0] not in ("", "0", "root")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@each
def test_everything_has_a_limit(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert limits["memory"]
    assert limits["pids"]


@each
def test_an_image_has_a_version(name: str) -> None:
    _, colon, tag = SERVICES[name]["image"].partition(":")
    assert colon
    assert "latest" not in tag
    assert re.search(r"\d", tag)


def test_no_secret_is_in_the_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET(?!S)|KEY|TOKEN", variable):
                assert variable.endswith("_FILE") or value == f"${{{variable}:-}}", f"{name}: {variable}"


def test_a_container_reads_the_secrets_of_nobody_else() -> None:
    for name, service in SERVICES.items():
        mounted = [volume for volume in service.get("volumes", []) if volume.startswith("secrets-")]
        if name == "secrets":
            continue
        own = "migrations" if name.startswith("migrate-") else name
        assert [volume for volume in mounted if volume != f"secrets-{own}:/run/perinatal:ro"] == [], name


def test_who_serves_cannot_change_its_tables() -> None:
    """The owner's password is given to the migration alone."""
    for name in ("referral", "scheduling", "outcomes", "training", "portal"):
        assert SERVICES[name]["volumes"] == [f"secrets-{name}:/run/perinatal:ro"]
        needs = SERVICES[name]["depends_on"]
        assert needs[f"migrate-{name}"] == {"condition": "service_completed_successfully"}
        assert SERVICES[f"migrate-{name}"]["image"] == SERVICES[name]["image"]


def test_only_what_people_open_is_reached_from_outside() -> None:
    published = {name for name, service in SERVICES.items() if "ports" in service}
    assert published == {"portal", "identity", "prometheus", "grafana"}
    assert all(port.split(":")[0] not in ("", "0.0.0.0") for name in published for port in SERVICES[name]["ports"])
    assert FILE["networks"]["data"] == {"internal": True}
    for name in ("postgres", "kafka"):
        assert SERVICES[name]["networks"] == ["data"]


def test_every_volume_is_named_and_every_mounted_file_is_here() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), f"{name}: {source}"
            elif not source.startswith("/"):
                assert source in FILE["volumes"], f"{name}: {source}"


def test_what_runs_once_is_waited_for() -> None:
    """`up --wait` never ends otherwise."""
    awaited = {needed for service in SERVICES.values() for needed in service.get("depends_on", {})}
    assert {name for name in ONCE if "profiles" not in SERVICES[name]} <= awaited


def test_only_named_folders_go_into_an_image() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == {
        *("contracts", "deploy", "services", "pyproject.toml", "README.md", "LICENSE"),
        *("requirements.txt", "requirements-services.txt"),
    }


def test_the_image_of_a_service_holds_no_other() -> None:
    stage = DOCKERFILE.partition("AS service\n")[2]
    copied = [line.split()[1:-1] for line in stage.splitlines() if line.startswith("COPY") and "--from" not in line]
    assert [source for sources in copied for source in sources] == [
        *("contracts/*.py", "contracts/topics.yaml", "services/__init__.py", "services/kit", "services/${SERVICE}"),
    ]


def test_every_image_has_an_account_of_its_own() -> None:
    stages = re.split(r"^FROM .* AS (\S+)$", DOCKERFILE, flags=re.MULTILINE)
    bodies = dict(zip(stages[1::2], stages[2::2], strict=True))
    for target in ("service", "operations", "identity"):
        assert "\nUSER perinatal\n" in bodies[target]
    assert "latest" not in DOCKERFILE


def test_every_secret_folder_of_the_compose_file_is_in_the_image() -> None:
    """A new volume takes its owner from there; without it nobody but root could write."""
    listed = re.search(r"for part in ([a-z ]+);", DOCKERFILE)
    assert listed is not None
    mounted = {volume.partition("/secrets/")[2] for volume in SERVICES["secrets"]["volumes"] if "/secrets/" in volume}
    assert set(listed.group(1).split()) == mounted


def test_what_may_be_set_is_explained() -> None:
    asked = set(re.findall(r"\$\{(PERINATAL_[A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    told = set(re.findall(r"^#?(PERINATAL_[A-Z_]+)=", _example(), flags=re.MULTILINE))
    assert asked == told


def _example() -> str:
    return (ROOT / "deploy" / "compose" / "example.env").read_text("utf-8")
