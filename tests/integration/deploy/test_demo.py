"""The demonstration and a new network on the whole platform, by the commands its user types."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cli.client import Client
from deploy.cli.pcn_file import read_pcn_file
from deploy.demo.load import load_demonstration
from deploy.local.home import Home
from deploy.local.progress import Silent
from deploy.local.services import SOURCE
from tests.integration.deploy.test_cli import perinatal

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def home(home_of_module: Home) -> Iterator[Home]:
    home = home_of_module
    done = perinatal("up", "--detach", "--demo", home=home.root)
    assert done.returncode == 0, done.stderr
    yield home
    assert perinatal("down", home=home.root).returncode == 0


def figures(home: Home) -> tuple[int, int]:
    """How many are on the triage and the waiting list."""
    with Client(home, "clinician.u12001") as client:
        lists = [client.get("referral", f"/v1/pcns/U12001/{name}") for name in ("triage-list", "waiting-list")]
    return len(lists[0]), len(lists[1])


def test_every_part_is_up_and_nothing_is_on_its_way(home: Home) -> None:
    told = json.loads(perinatal("status", "--json", home=home.root).stdout)
    assert told["ready"]
    assert {told[part]["state"] for part in ("postgres", "kafka", "identity", "portal", "referral", "outcomes")} == {
        "up"
    }
    assert told["parked"] == 0


def test_loading_the_demonstration_again_changes_nothing(home: Home) -> None:
    before = figures(home)
    load_demonstration(home, Silent())
    assert figures(home) == before
    assert sum(before) > 0


def test_a_network_comes_on_without_a_restart(home: Home) -> None:
    file = Path("deploy/demo/pcn-U00410.yaml")
    running = home.read_state()["parts"]
    done = perinatal("pcn", "add", str(file), home=home.root)
    assert (done.returncode, "U00410" in done.stdout) == (0, True)
    listed = json.loads(perinatal("pcn", "list", "--json", home=home.root).stdout)
    assert read_pcn_file(SOURCE / file).name in {pcn["name"] for pcn in listed}
    with Client(home, "coordinator.u00410") as client:
        assert client.get("referral", "/v1/pcns/U00410/triage-list") == []
    assert home.read_state()["parts"] == running
