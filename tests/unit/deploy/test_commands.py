"""Which module a command is in: what is not asked for is not read in."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from deploy.cli.main import GROUPS, program
from deploy.local.services import SOURCE


@pytest.mark.parametrize("group", GROUPS)
def test_the_table_names_what_a_module_registers(group: str) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    import_module(f"deploy.cli.{group}").register(app)
    assert set(typer.main.get_command(app).commands) == set(GROUPS[group])


@pytest.mark.parametrize("group", GROUPS)
def test_a_module_needs_no_other_to_be_read_in(group: str) -> None:
    asked = [sys.executable, "-m", "deploy.cli.main", GROUPS[group][0], "--help"]
    assert subprocess.run(asked, check=False, capture_output=True, cwd=SOURCE).returncode == 0


@pytest.mark.parametrize("words", [[], ["--help"], ["nothing"], ["nothing", "score"]])
def test_without_a_command_there_are_all(words: list[str]) -> None:
    assert set(typer.main.get_command(program(words)).commands) == {name for names in GROUPS.values() for name in names}


def test_a_command_reads_in_its_own_module_only() -> None:
    asked = "import sys; from deploy.cli.main import program; program(['score', 'phq9']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert {name for name in done.stdout.split() if name in {f"deploy.cli.{group}" for group in GROUPS}} == {
        "deploy.cli.scoring"
    }
