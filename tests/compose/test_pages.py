"""Every `docker` command of the operations pages, typed as it stands there, page after page, on the platform of these tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.kit.testing import eventually
from tests.compose.platform import ROOT, Compose
from tests.pages import OPERATIONS, Command, commands, operations

ORDER = ("start.md", "pcn.md", "upgrade.md", "backup.md", "rebuild.md", "restore.md", "rotate-keys.md")
LAST = "docker compose down --volumes"

WORDS = {"$PWD": "{root}", "/srv/backups:": "{folder}:"}
"""What a page says: what is typed instead."""

NOT_TYPED = {
    "docker compose --profile observability up --detach --wait": "needs three images of others; what they read is parsed in "
    "tests/unit/deploy/test_observability.py",
    "docker image prune": "would remove images of others on this machine",
}

START, KILL = "docker compose start", "docker compose kill"
DEMO = "PERINATAL_SYNTHETIC=true docker compose --profile demo up --detach"


def in_containers() -> list[Command]:
    every = [each for name in ORDER for each in commands(OPERATIONS / name) if each.words[0] == "docker"]
    typed = [each for each in every if each.complete and str(each) not in NOT_TYPED]
    return sorted(typed, key=lambda command: str(command) == LAST)


@pytest.fixture(scope="module")
def values(compose: Compose) -> Iterator[dict[str, str]]:
    """What fills the table: this checkout, and a folder of the machine that the user in the containers may write to."""
    folder = Path(tempfile.mkdtemp(prefix="perinatal-"))
    folder.chmod(0o777)
    yield {"root": str(ROOT), "folder": str(folder)}
    shutil.rmtree(folder, ignore_errors=True)  # what the containers wrote is theirs


@pytest.mark.parametrize("command", in_containers(), ids=lambda command: f"{command.place} {command}")
async def test_what_a_page_says_can_be_typed(compose: Compose, values: dict[str, str], command: Command) -> None:
    words = [real(word, values) for word in command.words[2:]]
    # A test has no terminal.
    at = words.index("run") + 1 if "run" in words else 0
    compose.run(*words[:at], *(["--no-TTY"] if at else []), *words[at:], sets=command.sets)
    if str(command) == DEMO:
        await eventually(lambda: loaded(compose), within=300, what="the demonstration being loaded")
    if str(command) == START:
        await eventually(lambda: healthy(compose), within=120, what="everything that was stopped being healthy")
    if str(command) == KILL:
        compose.up()


def real(word: str, values: dict[str, str]) -> str:
    for said, typed in WORDS.items():
        word = word.replace(said, typed.format(**values))
    return word


async def healthy(compose: Compose) -> bool:
    """Unlike `up --wait`, `start` returns at once."""
    states = [each["State"].get("Health", {}) for each in compose.lasting().values()]
    return all(state.get("Status", "healthy") == "healthy" for state in states)


async def loaded(compose: Compose) -> bool:
    state = compose.containers()["demo"]["State"]
    assert state["ExitCode"] == 0, compose.run("logs", "demo")
    return bool(state["Status"] == "exited")


def test_no_command_of_a_page_is_forgotten() -> None:
    whole = [each for page in operations() for each in commands(page) if each.words[0] == "docker" and each.complete]
    assert {each.page.name for each in whole} == set(ORDER)
    assert {str(each) for each in whole} - {str(each) for each in in_containers()} == NOT_TYPED.keys()
    assert {str(each) for each in whole} >= {LAST, DEMO, START, KILL}
