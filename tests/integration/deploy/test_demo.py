"""The demonstration and a new network on the whole platform, by the commands its user types."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.cli.client import Client
from deploy.cli.pcn_file import read_pcn_file
from deploy.demo.calendar import LONDON
from deploy.demo.character import networks
from deploy.demo.load import load_demonstration, stories_of
from deploy.demo.sending import Sending
from deploy.local.home import Home
from deploy.local.progress import Silent
from deploy.local.services import SOURCE
from tests.integration.deploy.local import eventually
from tests.integration.deploy.typist import perinatal

NETWORKS = ("U12001", "U12002", "U12003")
FAMILIES = 4

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def home(home_of_module: Home) -> Iterator[Home]:
    home = home_of_module
    done = perinatal("up", "--detach", "--demo", home=home.root, PERINATAL_DEMO_FAMILIES=str(FAMILIES))
    assert done.returncode == 0, done.stderr
    yield home
    assert perinatal("down", home=home.root).returncode == 0


class Watched(Silent):
    """Remembers the steps."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, title: str) -> AbstractContextManager[None]:
        self.steps.append(title)
        return super().step(title)


def figures(home: Home) -> list[tuple[int, int]]:
    """How many referrals the portal counts over three years and a half in each network, and how many people."""
    first = (datetime.now(UTC).date() - timedelta(days=1278)).isoformat()
    asked = {"from": first, "to": datetime.now(UTC).date().isoformat()}
    with Client(home, "importer") as client:
        reach = [client.get("portal", f"/v1/pcns/{pcn}/report", asked)["reach"] for pcn in NETWORKS]
    return [(each["received"], each["people"]) for each in reach]


def test_every_family_of_every_network_is_in_the_report(home: Home) -> None:
    told_by_hand = 7
    expected = [(FAMILIES + told_by_hand,) * 2, (FAMILIES,) * 2, (FAMILIES,) * 2]
    eventually(lambda: figures(home) == expected, "the portal has heard of every referral", within=30)


def test_every_part_is_up_and_nothing_is_on_its_way(home: Home) -> None:
    told = json.loads(perinatal("status", "--json", home=home.root).stdout)
    assert told["ready"]
    assert {told[part]["state"] for part in ("postgres", "kafka", "identity", "portal", "referral", "outcomes")} == {
        "up"
    }
    assert told["parked"] == 0


def test_loading_the_demonstration_again_sends_nothing(home: Home) -> None:
    watched = Watched()
    load_demonstration(home, watched)
    assert watched.steps == ["Bring on 3 demonstration networks"]


def test_a_load_that_was_cut_short_goes_on_and_changes_nothing_that_was_done(home: Home) -> None:
    before = figures(home)
    today = datetime.now(LONDON).date()
    stories = [story for network in networks() for story in stories_of(network, today, FAMILIES)]
    Sending(home=home, progress=Silent(), stories=stories).run()
    assert figures(home) == before


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
