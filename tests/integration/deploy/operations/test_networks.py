"""Every command that takes `--pcn`, with a network that is not there: refused, not taken for one with nothing in it."""

from collections.abc import Iterator
from uuid import uuid4

import click
import pytest
import typer.main

from deploy.cli.main import program
from deploy.local.home import Home
from deploy.local.services import SOURCE
from tests.integration.deploy.typist import perinatal

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]

MAPPING = SOURCE / "deploy" / "demo" / "maternal-410-mapping.yaml"
TYPED = [
    ("projections", "rebuild", "--all"),
    ("projections", "rebuild", "--all", "--dry-run"),
    ("projections", "verify", "--all"),
    ("parked", "list"),
    ("parked", "show", "referral-1"),
    ("parked", "replay", "--all"),
    ("parked", "discard", "referral-1", "--reason", "a test"),
    ("relay", "republish", "referral", "--from", "1", "--dry-run"),
    ("person", "erase", str(uuid4()), "--reason", "person_asked"),
    ("keys", "rewrap", "--dry-run"),
    ("report", "--from", "2026-01-01", "--to", "2026-06-30"),
]
ELSEWHERE = {("import", "measures")}
"""It needs a spreadsheet: tests/integration/importing."""


@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_a_network_that_is_not_there_is_refused_with_those_that_are(platform: Home, words: tuple[str, ...]) -> None:
    done = perinatal(*words, "--pcn", "U99999", home=platform.root)
    assert (done.returncode, done.stdout) == (2, "")
    said = " ".join(done.stderr.replace("│", " ").split())
    assert "pcn-unknown: U99999 is not set up here; there are: U12001." in said


def test_no_command_is_forgotten() -> None:
    typed = {words[: len(found)] for words in TYPED for found in _with_a_network() if words[: len(found)] == found}
    assert typed | ELSEWHERE == set(_with_a_network())


def _with_a_network(command: click.Command | None = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command with the option."""
    command = command or typer.main.get_command(program())
    for name, each in getattr(command, "commands", {}).items():
        yield from _with_a_network(each, (*words, name))
    if any("--pcn" in option.opts for option in command.params):
        yield words
