"""The import contracts of pyproject.toml hold, and each of them sees a fault."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, SERVICES

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}

# One fault for each contract: {contract: (file, what it must not say)}
FAULTS = {
    "services-independent": ("services/referral/http.py", "import services.outcomes.http"),
    "kit-knows-nobody": ("services/kit/event_store.py", "import services.portal.main"),
    "contracts-know-nobody": ("contracts/referral.py", "import services.kit.errors"),
    "services-know-no-deployment": ("services/outcomes/main.py", "import deploy.cli"),
    "domain-imports-nothing": ("services/referral/domain/referral.py", "import services.kit.event_store"),
    "contracts-at-the-edges": ("services/referral/http.py", "import contracts.referral"),
    "service-layers": ("services/outcomes/domain/record.py", "import services.outcomes.application"),
    "portal-layers": ("services/portal/readmodels/people.py", "import services.portal.web.pages.home"),
}


def test_every_import_contract_holds() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout


def test_every_service_is_in_the_contracts() -> None:
    independent = next(contract for contract in CONTRACTS if contract["id"] == "services-independent")
    assert {name.removeprefix("services.") for name in independent["modules"]} == set(SERVICES) - {"kit"}


def test_every_contract_has_its_fault() -> None:
    assert FAULTS.keys() == NAMES.keys()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with the same modules and nothing in them but what they may import."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for path in (path for part in ("services", "contracts", "deploy") for path in (ROOT / part).rglob("*.py")):
        empty = folder / path.relative_to(ROOT)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.touch()
    (folder / "services/referral/domain/person.py").write_text("import services.kit.errors\n", "utf-8")
    (folder / "services/referral/outgoing.py").write_text("import contracts.referral\n", "utf-8")
    return folder


def test_a_tree_without_faults_passes(tree: Path) -> None:
    answer = lint(tree)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("contract", FAULTS)
def test_a_planted_import_is_seen(contract: str, tree: Path) -> None:
    file, fault = FAULTS[contract]
    (tree / file).write_text(fault + "\n", "utf-8")
    answer = lint(tree)
    (tree / file).write_text("", "utf-8")
    assert answer.returncode == 1
    assert f"{NAMES[contract]} BROKEN" in " ".join(answer.stdout.split())


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=30)
